import { UserError } from '../../../agent/errors';
import { StatementError, type ServerConnection, type WireValue } from './connection';
import type { ServerEngine } from './engine';
import type { ServerTable } from './serverTable';
import { createTableCopy } from './tableCopy';

/** Bytes of values that are copied for one run. */
const copyLimit = 2 * 1024 ** 3;

/** Where the rows of a copy go. */
interface Target {
  begin(table: ServerTable): void | Promise<void>;
  add(table: ServerTable, rows: WireValue[][]): void | Promise<void>;
}

/**
 * Writes tables into a file for comparisons.
 * @param connection a session of prepareCopy
 * @param transactions in how many the file is written: by their number a file that was changed is told from its base
 */
export async function saveTables(
  connection: ServerConnection,
  tables: readonly ServerTable[],
  file: string,
  transactions: number,
  signal: AbortSignal,
): Promise<void> {
  const copy = createTableCopy(file, transactions);
  try {
    await readRows(connection, tables, { begin: copy.begin, add: (_, rows) => copy.add(rows) }, signal);
  } finally {
    copy.close();
  }
}

/**
 * Makes tables with their rows in a scratch database.
 * @param source a session of beginSnapshot, @param target one of prepareCopy
 */
export async function copyTables(
  engine: ServerEngine,
  source: ServerConnection,
  target: ServerConnection,
  tables: readonly ServerTable[],
  signal: AbortSignal,
): Promise<void> {
  const base = tables.filter(({ type }) => type === 'table');
  const copied = new Set(base.map(({ name }) => name));
  const to: Target = {
    async begin({ make }) {
      for (const sql of make) await target.run(sql);
    },
    add: (table, rows) => insert(engine, target, table, rows),
  };
  await readRows(source, base, to, signal);
  for (const { after } of base) for (const sql of after) await target.run(sql, () => true);
  for (const { parents, last } of base) {
    if (parents.every((parent) => copied.has(parent))) for (const sql of last) await target.run(sql);
  }
  await makeViews(
    target,
    tables.filter(({ type }) => type === 'view'),
  );
}

async function readRows(
  connection: ServerConnection,
  tables: readonly ServerTable[],
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  let bytes = 0;
  for (const table of tables) {
    signal.throwIfAborted();
    await target.begin(table);
    if (table.type === 'view') continue;
    const columns = table.columns.map(({ select }) => select).join(', ');
    await connection.run(`SELECT ${columns} FROM ${table.identifier}`, async (rows) => {
      signal.throwIfAborted();
      for (const row of rows) for (const value of row) bytes += value?.length ?? 0;
      if (bytes > copyLimit) throw tooLarge();
      await target.add(table, rows);
      return true;
    });
  }
}

/** PostgreSQL counts the parameters of a statement with 16 bits. */
const parameterLimit = 60_000;
const byteLimit = 1024 * 1024;

async function insert(
  engine: ServerEngine,
  target: ServerConnection,
  table: ServerTable,
  rows: readonly WireValue[][],
): Promise<void> {
  const perStatement = Math.max(1, Math.floor(parameterLimit / table.columns.length));
  for (let at = 0; at < rows.length;) {
    let bytes = 0;
    let end = at;
    while (end < rows.length && end - at < perStatement && (end === at || bytes < byteLimit)) {
      for (const value of rows[end] ?? []) bytes += value?.length ?? 0;
      end += 1;
    }
    await target.run(engine.insertRows(table, end - at), undefined, rows.slice(at, end).flat());
    at = end;
  }
}

/** One may stand on another: what fails is tried again when others are made. Views of tables that are not here stay away. */
async function makeViews(target: ServerConnection, views: readonly ServerTable[]): Promise<void> {
  const failed: ServerTable[] = [];
  for (const view of views) {
    try {
      for (const sql of view.make) await target.run(sql);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      failed.push(view);
    }
  }
  if (failed.length < views.length) await makeViews(target, failed);
}

function tooLarge(): UserError {
  return new UserError(
    'database.copyTooLarge',
    'The tables hold more than 2 GB, too much for a copy of their own. Choose fewer tables, or let the agent only read.',
  );
}
