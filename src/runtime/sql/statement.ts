import { accessDenied, emptyQuery, syntaxError } from './mysqlErrors';
import { keyword, nameOf, tokenize, writeSql, type Token } from './tokens';

/** What one turn of the model asks of the database. */
export type Statement =
  /** Not to be run; `error` is what a MySQL client would read. */
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'show-tables' }
  | { readonly kind: 'describe'; readonly table: string }
  | {
      readonly kind: 'sql';
      readonly tokens: readonly Token[];
      /** The tokens, written for SQLite. */
      readonly text: string;
      /** The word that says what it does, in capitals: `SELECT`, `INSERT`, `CREATE` … */
      readonly verb: string;
      /** Nothing changes, however many of its rows are read. */
      readonly reads: boolean;
    };

/**
 * Reads what the model wrote: one statement of MySQL or SQLite, with or without a closing semicolon.
 *
 * A second statement is refused, and so is what would leave or endanger the scratch copy: ATTACH and DETACH, VACUUM (it
 * can write a file, and it renumbers the rowids by which changes are found) and PRAGMA, but for those that only tell.
 * Functions that reach files are the engine's to refuse: extensions are off in it, and the rest of them it does not have.
 */
export function readStatement(sql: string): Statement {
  const all = tokenize(sql);
  const tokens = all.slice(0, endOfStatement(all));
  if (tokens.length === 0) return { kind: 'refused', error: emptyQuery };
  const stray = tokens.find(cannotBeRead) ?? all.slice(tokens.length).find(({ text }) => text !== ';');
  if (stray) return { kind: 'refused', error: syntaxError(sql, stray.at) };
  const body = tokens.slice(explainLength(tokens));
  if (isForbidden(body)) return { kind: 'refused', error: accessDenied };
  if (isShowTables(tokens)) return { kind: 'show-tables' };
  const table = describedTable(tokens);
  if (table !== undefined) return { kind: 'describe', table };
  const verb = verbOf(body);
  const reads = body.length < tokens.length || readingVerbs.has(verb);
  return { kind: 'sql', tokens, text: writeSql(tokens), verb, reads };
}

const readingVerbs = new Set(['SELECT', 'VALUES', 'PRAGMA']);
const forbiddenVerbs = new Set(['ATTACH', 'DETACH', 'VACUUM']);

/** Pragmas that tell something and have nothing that could be set. */
export const tellingPragmas: ReadonlySet<string> = new Set([
  'collation_list',
  'compile_options',
  'foreign_key_check',
  'foreign_key_list',
  'function_list',
  'index_info',
  'index_list',
  'index_xinfo',
  'integrity_check',
  'quick_check',
  'table_info',
  'table_list',
  'table_xinfo',
]);

/** Semicolons inside CREATE TRIGGER end the statements of its body; the trigger ends with the one after `; END`. */
function endOfStatement(tokens: readonly Token[]): number {
  const opening = tokens.slice(0, 3).map(keyword);
  const isTrigger = opening[0] === 'CREATE' && opening.includes('TRIGGER');
  const end = tokens.findIndex(
    ({ text }, index) =>
      text === ';' && (!isTrigger || (keyword(tokens[index - 1]) === 'END' && tokens[index - 2]?.text === ';')),
  );
  return end === -1 ? tokens.length : end;
}

/** An open quote, or a parameter: nobody binds one, and SQLite would take it for NULL without a word. */
function cannotBeRead({ kind, text }: Token): boolean {
  return (
    kind === 'unterminated' || (kind === 'operator' && /^[?:]$/.test(text)) || (kind === 'word' && text.startsWith('$'))
  );
}

function explainLength(tokens: readonly Token[]): number {
  if (keyword(tokens[0]) !== 'EXPLAIN') return 0;
  return keyword(tokens[1]) === 'QUERY' && keyword(tokens[2]) === 'PLAN' ? 3 : 1;
}

function isForbidden(tokens: readonly Token[]): boolean {
  const verb = keyword(tokens[0]) ?? '';
  if (verb !== 'PRAGMA') return forbiddenVerbs.has(verb);
  const name = tokens[tokens[2]?.text === '.' ? 3 : 1];
  return name === undefined || !tellingPragmas.has((nameOf(name) ?? '').toLowerCase());
}

function isShowTables(tokens: readonly Token[]): boolean {
  return tokens.length === 2 && keyword(tokens[0]) === 'SHOW' && keyword(tokens[1]) === 'TABLES';
}

/** `DESCRIBE t`, `DESC t`, `SHOW COLUMNS FROM t` and their spellings. */
function describedTable(tokens: readonly Token[]): string | undefined {
  const [first, second, third, fourth, ...rest] = tokens;
  if (/^DESC(RIBE)?$/.test(keyword(first) ?? '')) return second && !third ? nameOf(second) : undefined;
  const showsColumns =
    keyword(first) === 'SHOW' &&
    /^(COLUMNS|FIELDS)$/.test(keyword(second) ?? '') &&
    /^(FROM|IN)$/.test(keyword(third) ?? '') &&
    rest.length === 0;
  return showsColumns && fourth ? nameOf(fourth) : undefined;
}

/** The first word, or behind WITH the first one outside all parentheses that a common table expression can lead to. */
function verbOf(tokens: readonly Token[]): string {
  const first = keyword(tokens[0]) ?? '';
  if (first !== 'WITH') return first;
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    const word = keyword(token) ?? '';
    if (depth === 0 && /^(SELECT|VALUES|INSERT|REPLACE|UPDATE|DELETE)$/.test(word)) return word;
  }
  return first;
}
