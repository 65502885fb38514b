import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Grid } from '../../agent/grid';
import { mysqlError, noSuchTable, syntaxError } from './mysqlErrors';
import { sqliteCode } from './nodeSqlite';
import type { SqlValue } from './pythonLiteral';
import { collectGrid } from './resultGrid';
import { resultText, type ResultText } from './resultText';
import { describeTable, showTables } from './schema';
import { readStatement, type Statement } from './statement';
import { writeSql, type Token } from './tokens';

/** Far more than the 800 characters the model reads, and enough for a person to look at. */
const outputLimit = 64 * 1024;

/** What became of a statement. */
export interface Executed extends ResultText {
  /** Of a statement that gave rows. */
  readonly result?: Grid;
  /** What the output does not show. */
  readonly note?: string;
}

/**
 * Runs one statement to its end, or as far as its rows are of use: a reading statement stops where no more of them fit.
 * Whatever is wrong with the statement is its output, in MySQL's words.
 */
export function executeStatement(database: DatabaseSync, sql: string): Executed {
  const statement = readStatement(sql);
  if (statement.kind === 'refused') return { output: statement.error, omittedBytes: 0 };
  try {
    return run(database, statement);
  } catch (error) {
    const code = sqliteCode(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    const output = wordError(database, sql, statement, error.message, code);
    return { output, omittedBytes: 0, ...((code & 0xff) === sqliteFull && { note: full }) };
  }
}

const sqliteFull = 13;
const full = 'The database has reached the size it may have here, and the statement was undone.';

type Runnable = Exclude<Statement, { readonly kind: 'refused' }>;

function run(database: DatabaseSync, statement: Runnable): Executed {
  if (statement.kind === 'show-tables') return worded(database.prepare(showTables), true);
  if (statement.kind === 'sql') return worded(database.prepare(statement.text), statement.reads);
  const described = worded(database.prepare(describeTable), true, statement.table);
  return described.result?.rowCount === 0 ? { output: noSuchTable(statement.table), omittedBytes: 0 } : described;
}

function worded(statement: StatementSync, reads: boolean, ...parameters: string[]): Executed {
  const names = statement.columns().map(({ name }) => name);
  if (names.length === 0) {
    statement.run(...parameters);
    return resultText([], outputLimit, false);
  }
  const collector = collectGrid(names);
  const text = resultText(collector.watch(rowsOf(statement, ...parameters)), outputLimit, !reads);
  return { ...text, result: collector.grid() };
}

/** Rows as arrays, integers as bigint. */
export function rowsOf(statement: StatementSync, ...parameters: string[]): Iterable<readonly SqlValue[]> {
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  // The types of Node 22 know rows as objects only; setReturnArrays makes them arrays.
  return statement.iterate(...parameters) as Iterable<unknown> as Iterable<readonly SqlValue[]>;
}

function wordError(database: DatabaseSync, sql: string, statement: Runnable, message: string, code: number): string {
  if (statement.kind === 'sql') {
    if (message === 'incomplete input') return syntaxError(sql, sql.length);
    const [, near = ''] = /^(?:near|unrecognized token:) "(.*)"(?:: syntax error)?$/s.exec(message) ?? [];
    if (near) return syntaxError(sql, findError(database, statement.tokens, near, message));
  }
  return mysqlError({ message, code, verb: statement.kind === 'sql' ? statement.verb : '' });
}

/**
 * Where in the text a syntax error is. SQLite tells the token but not which one of its kind, and stops at the first that
 * cannot go on: so it is the first at which a statement cut off behind it draws the same complaint.
 */
function findError(database: DatabaseSync, tokens: readonly Token[], near: string, message: string): number {
  const index = tokens.findIndex((_, place) => {
    if (!writeSql(tokens.slice(place)).startsWith(near)) return false;
    const end = tokens.findIndex(
      (__, last) => last >= place && writeSql(tokens.slice(place, last + 1)).length >= near.length,
    );
    return complaint(database, writeSql(tokens.slice(0, end + 1))) === message;
  });
  return tokens[index]?.at ?? 0;
}

/** Preparing a statement does nothing yet: the pragmas that act at once were refused before. */
function complaint(database: DatabaseSync, sql: string): string | undefined {
  try {
    database.prepare(sql);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : undefined;
  }
}
