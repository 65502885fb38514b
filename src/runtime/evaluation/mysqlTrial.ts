import { randomBytes } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import type { Execution, Table } from '../../agent/environment';
import { UserError } from '../../agent/errors';
import { interrupted, timedOut } from '../sql/mysqlErrors';
import type { MysqlColumn } from '../sql/servers/mysqlValues';
import { mysqlRows, type MysqlValue } from './mysqlRows';
import { joinLimit } from './tableHash';
import { createTable, insertRow, quotedName, type OpenDatabase } from './trialDatabase';

export interface MysqlOptions {
  /** `mysql://user:password@host:port`, of a user who may make and drop databases. */
  readonly url: string;
  readonly statementTimeoutMs: number;
}

/** Rows of a SELECT without a LIMIT. The model reads 800 characters. */
const rowLimit = 5_000;
const connectTimeoutMs = 10_000;

/**
 * A database of its own for each task on a server of MySQL or MariaDB, dropped at the end. What the user may do there, the
 * model's statements may do: it should be a server for this purpose.
 */
export function mysqlTrials({ url, statementTimeoutMs }: MysqlOptions): OpenDatabase {
  return async ({ tables, script }, _folder, signal) => {
    signal.throwIfAborted();
    const name = `agentlm_${randomBytes(8).toString('hex')}`;
    const owner = await connectTo(url, { multipleStatements: true });
    const drop = async (): Promise<void> => {
      await owner.query(`DROP DATABASE IF EXISTS ${quotedName(name)}`);
      await owner.end();
    };
    try {
      await owner.query(`CREATE DATABASE ${quotedName(name)} CHARACTER SET utf8mb4; USE ${quotedName(name)}`);
      for (const { name: table, columns, rows } of tables) {
        await owner.query(createTable(table, columns));
        for (const row of rows) await owner.query(insertRow(table, columns), [...row]);
      }
      if (script !== undefined) await owner.query(script);
      const made = await tablesOf(owner, name);
      let session = await openSession(url, name);
      let closing: Promise<void> | undefined;
      return {
        tables: made,
        async execute(sql, until) {
          const { execution, alive } = await execute(session, owner, sql, statementTimeoutMs, until);
          if (!alive && !until.aborted) session = await openSession(url, name);
          return execution;
        },
        async hashes() {
          await owner.query(`USE ${quotedName(name)}; SET SESSION group_concat_max_len = ${joinLimit}`);
          const hashes: (string | undefined)[] = [];
          for (const table of made) hashes.push(await hashOf(owner, table));
          return hashes;
        },
        close: async () =>
          (closing ??= (async () => {
            session.destroy();
            await drop();
          })()),
      };
    } catch (cause) {
      await drop();
      throw setupFailed(cause);
    }
  };
}

async function connectTo(
  url: string,
  more: { readonly multipleStatements?: boolean; readonly database?: string },
): Promise<Connection> {
  const { createPromisedConnection } = await import('../sql/servers/mysqlDriver');
  try {
    return await createPromisedConnection({
      ...more,
      uri: url,
      connectTimeout: connectTimeoutMs,
      charset: 'utf8mb4',
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      'evaluation.noServer',
      'The database server cannot be reached: {0}. Check --database-url, and that its user may make databases.',
      [reason],
      { cause },
    );
  }
}

/** The connection of the model. */
async function openSession(url: string, database: string): Promise<Connection> {
  const session = await connectTo(url, { database });
  await session.query(`SET SESSION sql_select_limit = ${rowLimit}`);
  return session;
}

/** @returns also whether the connection can be used again */
async function execute(
  session: Connection,
  owner: Connection,
  sql: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ readonly execution: Execution; readonly alive: boolean }> {
  if (signal.aborted) return { execution: said(interrupted), alive: true };
  const { threadId } = session;
  const stopped = Promise.withResolvers<string>();
  const stop = (words: string): void => {
    // The server would work on when only the connection ended.
    void owner.query(`KILL CONNECTION ${threadId}`).catch(() => undefined);
    session.destroy();
    stopped.resolve(words);
  };
  const abort = (): void => stop(interrupted);
  signal.addEventListener('abort', abort, { once: true });
  const timer = timeoutMs > 0 ? setTimeout(() => stop(timedOut), timeoutMs) : undefined;
  try {
    const running = session
      .query({ sql, rowsAsArray: true })
      .then(([rows, fields]) =>
        Array.isArray(rows) ? mysqlRows(rows as unknown as MysqlValue[][], (fields ?? []) as MysqlColumn[]) : '[]',
      );
    const output = await Promise.race([running.catch(wordError), stopped.promise]);
    const alive = output !== interrupted && output !== timedOut;
    return { execution: said(output), alive };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function said(output: string): Execution {
  return { output, exitCode: null, cwd: null, omittedBytes: 0 };
}

/** As Python's client words it. What is no answer of the server is passed on. */
function wordError(error: unknown): string {
  const { errno, sqlState, sqlMessage } = error as { errno?: number; sqlState?: string; sqlMessage?: string };
  if (errno === undefined || sqlState === undefined || sqlMessage === undefined) throw error;
  return `${errno} (${sqlState}): ${sqlMessage}`;
}

async function tablesOf(owner: Connection, database: string): Promise<Table[]> {
  const [rows] = await owner.query({
    sql: 'SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, ordinal_position',
    values: [database],
    rowsAsArray: true,
  });
  const columns = new Map<string, string[]>();
  for (const [table = '', column = ''] of rows as unknown as string[][]) {
    columns.set(table, [...(columns.get(table) ?? []), column]);
  }
  return [...columns].map(([name, names]) => ({ name, columns: names }));
}

async function hashOf(owner: Connection, { name, columns }: Table): Promise<string | undefined> {
  const joined = columns.map(quotedName).join(', ');
  const rowHash = `SELECT SUBSTRING(MD5(CONCAT_WS(',', ${joined})), 1, 5) AS rowhash FROM ${quotedName(name)}`;
  try {
    const [rows] = await owner.query({
      sql: `SELECT MD5(GROUP_CONCAT(rowhash ORDER BY rowhash)) FROM (${rowHash}) AS hashed`,
      rowsAsArray: true,
    });
    const [[hash] = []] = rows as unknown as (string | null)[][];
    return hash ?? undefined;
  } catch (error) {
    // The model dropped or changed it.
    wordError(error);
    return undefined;
  }
}

function setupFailed(cause: unknown): unknown {
  if (UserError.is(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError('evaluation.setup', 'The tables of the task cannot be made: {0}.', [reason], { cause });
}
