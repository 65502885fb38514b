import { types } from '../../mysqlType';
import { named, rule, type CallRule } from './callRule';

const { integer, json, text } = types;

/** SQLite changes documents, and what it gives is written as MySQL writes it. */
const rewritten = (name: string): CallRule => rule('vvv*', json, (args) => `mysql_json(${name}(${args.join(', ')}))`);

/** Functions of JSON documents. */
export const jsonRules: Readonly<Record<string, CallRule>> = {
  JSON_EXTRACT: rule('vt*', json),
  JSON_VALUE: rule('vt', text, ([document, path]) => `mysql_json_unquote(mysql_json_extract(${document}, ${path}))`),
  JSON_UNQUOTE: rule('v', text),
  JSON_QUOTE: rule('t', text),
  JSON_VALID: rule('v', integer),
  JSON_TYPE: rule('v', text),
  JSON_LENGTH: rule('v?t', integer),
  JSON_DEPTH: rule('v', integer),
  JSON_KEYS: rule('v?t', json),
  JSON_CONTAINS: rule('vv?t', integer),
  JSON_CONTAINS_PATH: rule('vtt*', integer),
  JSON_PRETTY: rule('v', text),
  JSON_ARRAY: rule('v*', json),
  JSON_OBJECT: rule('v*', json),
  JSON_SET: rewritten('json_set'),
  JSON_INSERT: rewritten('json_insert'),
  JSON_REPLACE: rewritten('json_replace'),
  JSON_REMOVE: rule('vt*', json, (args) => `mysql_json(json_remove(${args.join(', ')}))`),
  JSON_MERGE_PATCH: rule('vv', json, (args) => `mysql_json(json_patch(${args.join(', ')}))`),
  JSON_COMPACT: named('v', json, 'json'),
};
