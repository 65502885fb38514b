import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { mysqlError, noSuchTable, syntaxError } from './mysqlErrors';
import { sqliteCode } from './nodeSqlite';
import type { SqlValue } from './pythonLiteral';
import { resultText, type ResultText } from './resultText';
import { describeTable, showTables } from './schema';
import { readStatement, type Statement } from './statement';
import { writeSql, type Token } from './tokens';

/** Far more than the 800 characters the model reads, and enough for a person to look at. */
const outputLimit = 64 * 1024;

/**
 * Runs one statement to its end, or as far as its rows are of use: a reading statement stops where no more of them fit.
 * Whatever is wrong with the statement is its output, in MySQL's words.
 */
export function executeStatement(database: DatabaseSync, sql: string): ResultText {
  const statement = readStatement(sql);
  if (statement.kind === 'refused') return { output: statement.error, omittedBytes: 0 };
  try {
    return run(database, statement);
  } catch (error) {
    const code = sqliteCode(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    return { output: wordError(database, sql, statement, error.message, code), omittedBytes: 0 };
  }
}

type Runnable = Exclude<Statement, { readonly kind: 'refused' }>;

function run(database: DatabaseSync, statement: Runnable): ResultText {
  if (statement.kind === 'show-tables') return resultText(rowsOf(database.prepare(showTables)), outputLimit, false);
  if (statement.kind === 'describe') {
    const columns = [...rowsOf(database.prepare(describeTable), statement.table)];
    if (columns.length === 0) return { output: noSuchTable(statement.table), omittedBytes: 0 };
    return resultText(columns, outputLimit, false);
  }
  const prepared = database.prepare(statement.text);
  return resultText(rowsOf(prepared), outputLimit, !statement.reads);
}

function rowsOf(statement: StatementSync, ...parameters: string[]): Iterable<readonly SqlValue[]> {
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  if (statement.columns().length === 0) {
    statement.run(...parameters);
    return [];
  }
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
