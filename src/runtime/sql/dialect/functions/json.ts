import { isRecord } from '../../../../agent/json';
import { MysqlError } from '../../mysqlErrors';
import { toCount, toText, type Implementation, type Implementations } from './values';

/** Functions of JSON documents, written as MySQL writes them: a space behind colon and comma. */
export const jsonFunctions: Implementations = {
  json: (text) => writeJson(parse(text)),
  json_extract: (document, ...paths) => {
    const root = parse(document);
    const found = paths.map((path) => find(root, toText(path)));
    const values = found.flatMap(({ values: each }) => each);
    if (values.length === 0) return null;
    const isSingle = paths.length === 1 && found[0]?.single === true;
    return writeJson(isSingle ? values[0] : values);
  },
  json_unquote: (value) => {
    const text = toText(value);
    return /^".*"$/s.test(text) ? String(parse(text)) : text;
  },
  json_valid: (text) => {
    try {
      JSON.parse(toText(text));
      return 1n;
    } catch {
      return 0n;
    }
  },
  json_type: (document) => typeName(parse(document)),
  json_length: (document, path) => {
    const root = path === undefined ? parse(document) : find(parse(document), toText(path)).values[0];
    if (root === undefined) return null;
    return BigInt(typeof root === 'object' && root !== null ? Object.keys(root).length : 1);
  },
  json_depth: (document) => BigInt(depth(parse(document))),
  json_keys: (document, path) => {
    const root = path === undefined ? parse(document) : find(parse(document), toText(path)).values[0];
    return isRecord(root) ? writeJson(Object.keys(root)) : null;
  },
  json_contains: (document, candidate, path) => {
    const root = path === undefined ? parse(document) : find(parse(document), toText(path)).values[0];
    return root === undefined ? null : BigInt(contains(root, parse(candidate)));
  },
  json_contains_path: (document, mode, ...paths) => {
    const root = parse(document);
    const present = paths.map((path) => find(root, toText(path)).values.length > 0);
    return BigInt(toText(mode).toLowerCase() === 'all' ? present.every(Boolean) : present.some(Boolean));
  },
  json_quote: (text) => JSON.stringify(toText(text)),
  json_pretty: (document) => JSON.stringify(parse(document), null, 2),
};

/** A document as MySQL prints it. */
export function writeJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeJson).join(', ')}]`;
  if (isRecord(value)) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${JSON.stringify(key)}: ${writeJson(member)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

function parse(document: Parameters<Implementation>[0]): unknown {
  try {
    return JSON.parse(toText(document));
  } catch (cause) {
    throw new MysqlError('3141 (22032): Invalid JSON text in argument 1 to function json_extract.', { cause });
  }
}

/** What a path leads to; `single` where it can lead to one value only. */
function find(root: unknown, path: string): { readonly values: readonly unknown[]; readonly single: boolean } {
  const legs = [
    ...path.matchAll(
      /\.\s*(?:"((?:[^"\\]|\\.)*)"|([^\s.[\]"*]+)|(\*))|\[\s*(?:(\d+)|last(?:\s*-\s*(\d+))?|(\*))\s*\]/g,
    ),
  ];
  if (!path.startsWith('$') || legs.map(([text]) => text).join('') !== path.slice(1).trim()) {
    throw new MysqlError(
      `3143 (42000): Invalid JSON path expression. The error is around character position ${path.length}.`,
    );
  }
  let values = [root];
  let single = true;
  for (const [text, quoted, name, anyKey, index, fromEnd, anyIndex] of legs) {
    if (anyKey !== undefined || anyIndex !== undefined) single = false;
    values = values.flatMap((value): unknown[] => {
      if (text.startsWith('.')) {
        if (!isRecord(value)) return [];
        if (anyKey !== undefined) return Object.values(value);
        const key = quoted ?? name ?? '';
        return Object.hasOwn(value, key) ? [value[key]] : [];
      }
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (anyIndex !== undefined) return Array.isArray(value) ? [...list] : [];
      const place = index === undefined ? list.length - 1 - toCount(fromEnd ?? '0') : Number(index);
      return place in list ? [list[place]] : [];
    });
  }
  return { values, single };
}

function typeName(value: unknown): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return 'ARRAY';
  if (typeof value === 'number') return Number.isInteger(value) ? 'INTEGER' : 'DOUBLE';
  return typeof value === 'object' ? 'OBJECT' : typeof value === 'string' ? 'STRING' : 'BOOLEAN';
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

function contains(target: unknown, candidate: unknown): boolean {
  if (Array.isArray(target)) {
    if (Array.isArray(candidate)) return candidate.every((item) => contains(target, item));
    return target.some((item) => contains(item, candidate));
  }
  if (isRecord(target)) {
    return (
      isRecord(candidate) &&
      Object.entries(candidate).every(([key, value]) => Object.hasOwn(target, key) && contains(target[key], value))
    );
  }
  return target === candidate;
}
