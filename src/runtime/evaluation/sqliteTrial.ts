import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseEnvironment } from '../../agent/database';
import { UserError } from '../../agent/errors';
import { openNodeSqlite } from '../sql/nodeSqlite';
import { openDatabase } from '../sql/openDatabase';
import { tableHash } from './tableHash';
import { createTable, insertRow, quotedName, type OpenDatabase } from './trialDatabase';

export interface SqliteOptions {
  /** The bundle of the child process that holds a database. */
  readonly sqlWorker: string;
  readonly statementTimeoutMs: number;
}

/** A database of SQLite, in a process of its own. */
export function sqliteTrials({ sqlWorker, statementTimeoutMs }: SqliteOptions): OpenDatabase {
  return async ({ tables, script, database: given }, folder, signal) => {
    await mkdir(folder, { recursive: true });
    const made = path.join(folder, 'task.sqlite');
    try {
      if (given === undefined) setUp(made, tables, script);
      const database = await openDatabase({ path: given ?? made, workerPath: sqlWorker, statementTimeoutMs }, signal);
      return {
        tables: database.tables,
        execute: async (sql, until) => database.execute(sql, until),
        async hashes(until) {
          const hashes: (string | undefined)[] = [];
          for (const { name, columns } of database.tables) hashes.push(await hashOf(database, name, columns, until));
          return hashes;
        },
        async close() {
          await database.close();
          await rm(folder, { recursive: true, force: true });
        },
      };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  };
}

type Setup = Parameters<OpenDatabase>[0];

function setUp(file: string, tables: Setup['tables'], script: Setup['script']): void {
  const { DatabaseSync } = openNodeSqlite();
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA synchronous = OFF; BEGIN');
    for (const { name, columns, rows } of tables) {
      database.exec(createTable(name, columns));
      const insert = database.prepare(insertRow(name, columns));
      for (const row of rows) insert.run(...row);
    }
    if (script !== undefined) database.exec(script);
    database.exec('COMMIT');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('evaluation.setup', 'The tables of the task cannot be made: {0}.', [reason], { cause });
  } finally {
    database.close();
  }
}

/** What the environment prints is bounded, so the rows are read a few at a time. */
async function hashOf(
  database: DatabaseEnvironment,
  table: string,
  columns: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const rows: string[] = [];
  const joined = `hex(concat_ws(',', ${columns.map(quotedName).join(', ')}))`;
  for (let pageSize = 64; ;) {
    const sql = `SELECT ${joined} FROM ${quotedName(table)} LIMIT ${pageSize} OFFSET ${rows.length}`;
    const { output, omittedBytes } = await database.execute(sql, signal);
    signal.throwIfAborted();
    if (omittedBytes > 0 && pageSize > 1) {
      pageSize = Math.ceil(pageSize / 4);
      continue;
    }
    if (!output.startsWith('[')) return undefined;
    const page = [...output.matchAll(/'([\dA-F]*)'/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString());
    rows.push(...page);
    if (page.length < pageSize) return tableHash(rows);
  }
}
