import type { DatabaseSync } from 'node:sqlite';
import { mysqlError, noSuchTable, syntaxError } from './mysqlErrors';
import { sqliteCode } from './nodeSqlite';
import { describeTable, showTables } from './schema';
import { readStatement, type Statement } from './statement';
import { noRows, runPrepared, wordRows, type Executed, type KeepRows, type NamedRows } from './statementRows';
import { writeSql, type Token } from './tokens';

/**
 * Runs one statement as SQLite reads it, with what MySQL has besides in quotes, comments and a few words. Whatever is wrong
 * with it is its output, in MySQL's words.
 */
export function executeSqlite(database: DatabaseSync, sql: string, keep: KeepRows): Executed {
  const statement = readStatement(sql);
  if (statement.kind === 'refused') return { output: statement.error, omittedBytes: 0 };
  try {
    return run(database, statement, keep);
  } catch (error) {
    const code = sqliteCode(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    const output = wordError(database, sql, statement, error.message, code);
    return { output, omittedBytes: 0, ...fullNote(code) };
  }
}

/** The rows of a statement that gave some before. */
export function sqliteRows(database: DatabaseSync, sql: string): NamedRows | undefined {
  const statement = readStatement(sql);
  return statement.kind === 'sql' ? runPrepared(database.prepare(statement.text)) : undefined;
}

/** What the model is told besides when the limit of the scratch copy is reached. */
export function fullNote(code: number): { readonly note?: string } {
  const sqliteFull = 13;
  if ((code & 0xff) !== sqliteFull) return {};
  return { note: 'The database has reached the size it may have here, and the statement was undone.' };
}

type Runnable = Exclude<Statement, { readonly kind: 'refused' }>;

function run(database: DatabaseSync, statement: Runnable, keep: KeepRows): Executed {
  const worded = (rows: NamedRows | undefined, reads: boolean) => (rows ? wordRows(keep(rows), [], reads) : noRows);
  if (statement.kind === 'show-tables') return worded(runPrepared(database.prepare(showTables)), true);
  if (statement.kind === 'sql') return worded(runPrepared(database.prepare(statement.text)), statement.reads);
  const described = worded(runPrepared(database.prepare(describeTable), statement.table), true);
  return described.result?.rowCount === 0 ? { output: noSuchTable(statement.table), omittedBytes: 0 } : described;
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
