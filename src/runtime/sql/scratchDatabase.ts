import type { DatabaseSync } from 'node:sqlite';
import { registerFunctions } from './dialect/functions/register';
import { executeMysql, mysqlRows } from './dialect/executeMysql';
import type { Dialect } from './messages';
import { executeSqlite, sqliteRows } from './sqliteStatement';
import type { Executed, KeepRows, NamedRows } from './statementRows';

/** Runs one statement after the other on a scratch copy. */
export interface Session {
  /**
   * Runs one statement to its end, or as far as its rows are of use: a reading statement stops where no more of them fit.
   * Whatever is wrong with the statement is its output, in MySQL's words.
   */
  execute(sql: string, keep?: KeepRows): Executed;
  /** The rows of a statement that gave some, all of them; undefined where it gives none. */
  rows(sql: string): NamedRows | undefined;
  /** Whether a transaction is open now. */
  readonly inTransaction: boolean;
}

export function openSession(database: DatabaseSync, dialect: Dialect): Session {
  if (dialect === 'mysql') registerFunctions(database);
  const [execute, rows] = dialect === 'mysql' ? [executeMysql, mysqlRows] : [executeSqlite, sqliteRows];
  return {
    execute: (sql, keep = (rows) => rows) => execute(database, sql, keep),
    rows: (sql) => rows(database, sql),
    get inTransaction() {
      return database.isTransaction;
    },
  };
}
