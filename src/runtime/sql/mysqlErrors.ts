/**
 * Errors in the words and numbers that Python's MySQL client shows: they are what the model was trained on.
 * Numbers and texts are those of the MySQL 8.0 Error Message Reference.
 */

/** A statement is refused; the message is what a MySQL client would read, e.g. `1065 (42000): Query was empty`. */
export class MysqlError extends Error {
  override readonly name = 'MysqlError';
}

/** What SQLite said, and what it was asked. */
interface SqliteFailure {
  readonly message: string;
  /** SQLite's extended result code. */
  readonly code: number;
  /** The statement's first word that counts, e.g. `DROP`. */
  readonly verb: string;
}

/**
 * Words a failure of SQLite. SQLite says less than MySQL does, so some words are a guess: an unknown column is always
 * said to be 'in 'field list'', for the clause is not known, and a duplicate entry is named without its value.
 * What has no counterpart becomes 1105, MySQL's unknown error, with SQLite's own text.
 */
export function mysqlError({ message, code, verb }: SqliteFailure): string {
  for (const [pattern, words] of wordings) {
    const match = pattern.exec(message);
    if (match) return words(match[1] ?? '', { code, verb });
  }
  return `1105 (HY000): ${message}`;
}

/** The statement cannot be read from the place `at` on, an index into its text. */
export function syntaxError(sql: string, at: number): string {
  const line = sql.slice(0, at).split('\n').length;
  const [near = ''] = /^[^]{0,80}/u.exec(sql.slice(at, at + 160)) ?? [];
  return (
    '1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MySQL server ' +
    `version for the right syntax to use near '${near}' at line ${line}`
  );
}

export const emptyQuery = '1065 (42000): Query was empty';
export const accessDenied =
  '1227 (42000): Access denied; you need (at least one of) the SUPER privilege(s) for this operation';
export const interrupted = '1317 (70100): Query execution was interrupted';
export const timedOut = '3024 (HY000): Query execution was interrupted, maximum statement execution time exceeded';
export const stackOverrun = '1436 (HY000): Thread stack overrun: the statement is nested too deeply';
export const namelessTable = '1248 (42000): Every derived table must have its own alias';
export const misusedAggregate = '1111 (HY000): Invalid use of group function';
export const noTables = '1096 (HY000): No tables used';
export const noColumns = '1113 (42000): A table must have at least 1 column';
export const differentColumns = '1222 (21000): The used SELECT statements have a different number of columns';
export const connectionLost = '2013 (HY000): Lost connection to MySQL server during query';

export function noDefault(column: string): string {
  return `1364 (HY000): Field '${column}' doesn't have a default value`;
}

export function noSuchTable(name: string): string {
  return `1146 (42S02): Table '${qualified(name)}' doesn't exist`;
}

type Wording = (name: string, failure: { readonly code: number; readonly verb: string }) => string;

/** SQLITE_CONSTRAINT_PRIMARYKEY */
const primaryKeyTaken = 1555;

const unknownColumn: Wording = (name) => `1054 (42S22): Unknown column '${name}' in 'field list'`;

const wordings: readonly (readonly [RegExp, Wording])[] = [
  [
    /^no such (?:table|view): (.+)$/s,
    (name, { verb }) => (verb === 'DROP' ? `1051 (42S02): Unknown table '${qualified(name)}'` : noSuchTable(name)),
  ],
  [/^no such column: "(.+)" - should this be/s, unknownColumn],
  [/^no such column: "?(.+?)"?$/s, unknownColumn],
  [/^table .+ has no column named (.+)$/s, unknownColumn],
  [/^ambiguous column name: (.+)$/s, (name) => `1052 (23000): Column '${name}' in field list is ambiguous`],
  [
    /^UNIQUE constraint failed: (.+)$/s,
    (columns, { code }) => `1062 (23000): Duplicate entry for key '${keyName(columns, code)}'`,
  ],
  [/^NOT NULL constraint failed: .+\.(.+)$/s, (name) => `1048 (23000): Column '${name}' cannot be null`],
  [
    /^FOREIGN KEY constraint failed$/,
    (_, { verb }) =>
      verb === 'DELETE' || verb === 'DROP'
        ? '1451 (23000): Cannot delete or update a parent row: a foreign key constraint fails'
        : '1452 (23000): Cannot add or update a child row: a foreign key constraint fails',
  ],
  [/^CHECK constraint failed: enum (.+)$/s, (name) => `1265 (01000): Data truncated for column '${name}' at row 1`],
  [/^CHECK constraint failed: (.+)$/s, (name) => `3819 (HY000): Check constraint '${name}' is violated.`],
  [/^(?:table|view) (.+) already exists$/s, (name) => `1050 (42S01): Table '${unquoted(name)}' already exists`],
  [/^duplicate column name: (.+)$/s, (name) => `1060 (42S21): Duplicate column name '${name}'`],
  [/^no such function: (.+)$/s, (name) => `1305 (42000): FUNCTION main.${name} does not exist`],
  [
    /^wrong number of arguments to function (.+)\(\)$/s,
    (name) => `1582 (42000): Incorrect parameter count in the call to native function '${name}'`,
  ],
  [/^misuse of (?:aggregate|window)/, () => '1111 (HY000): Invalid use of group function'],
  [
    /^table .+ has \d+ columns but \d+ values were supplied$|^\d+ values for \d+ columns$/s,
    () => "1136 (21S01): Column count doesn't match value count at row 1",
  ],
  [
    /^SELECTs to the left and right of .+ do not have the same number/,
    () => '1222 (21000): The used SELECT statements have a different number of columns',
  ],
  [/^sub-select returns \d+ columns - expected (\d+)$/, (n) => `1241 (21000): Operand should contain ${n} column(s)`],
  [/^not authorized|prohibited$/, () => accessDenied],
];

function qualified(name: string): string {
  return name.includes('.') ? name : `main.${name}`;
}

function unquoted(name: string): string {
  return /^(["`]).*\1$/s.test(name) ? name.slice(1, -1) : name;
}

/** MySQL calls a key `table.PRIMARY` or by the name of its index, which SQLite does not tell: its columns stand in for it. */
function keyName(columns: string, code: number): string {
  return code === primaryKeyTaken ? columns.replace(/\..*$/s, '.PRIMARY') : columns;
}
