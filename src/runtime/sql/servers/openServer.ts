import path from 'node:path';
import type { DatabaseEnvironment, DatabaseReview } from '../../../agent/database';
import { serverUrl, type DatabaseServer } from '../../../agent/databaseServer';
import type { Table } from '../../../agent/environment';
import { UserError } from '../../../agent/errors';
import { openReview } from '../changes/review';
import {
  makeKeptFolder,
  makeTemporaryFolder,
  removeFolder,
  writeManifest,
  type Keeping,
  type KeptRun,
} from '../scratchFolder';
import { ConnectionGone, StatementError, type ServerConnection } from './connection';
import { copyTables, saveTables } from './copyTables';
import type { ServerEngine } from './engine';
import type { ServerTable } from './serverTable';
import { engineOf } from './engines';
import type { Login } from './login';
import { cannotOpen, changesLost, notAllowed, tooManyRights } from './openFailures';
import { makeScratchServer } from './scratchServer';
import { serverStatements, type ServerStatements } from './serverStatements';

export interface ServerOptions {
  readonly server: DatabaseServer;
  readonly password: string | undefined;
  /** Milliseconds until a statement is stopped; 0 for never. */
  readonly statementTimeoutMs?: number;
  /** The bundle of worker.ts, which compares copies. */
  readonly workerPath: string;
  /** Keeps what the run changes in a copy for a review; nothing is kept where it is left out. */
  readonly keep?: Keeping | undefined;
}

/**
 * Opens a database on a server, as far as its description lets an agent go: to read it, in a session that the server itself
 * holds to reading; or to do anything with a copy of its tables, which is gone with the run.
 * Results and errors of statements are worded as Python's client of that server prints them. One statement at a time.
 *
 * @throws {UserError} `database.*` when it cannot be opened, or nobody allowed it. Nothing is left behind then, nor on
 *   abort, which rejects with the signal's reason.
 */
export async function openServer(options: ServerOptions, signal: AbortSignal): Promise<DatabaseEnvironment> {
  signal.throwIfAborted();
  const { server } = options;
  if (server.access === 'nothing') throw notAllowed(server);
  const engine = engineOf(server.engine);
  const connection = await engine.connect({ server, password: options.password });
  try {
    return await (server.access === 'read'
      ? openReading(options, engine, connection, signal)
      : openScratch(options, engine, connection, signal));
  } catch (error) {
    await connection.close();
    signal.throwIfAborted();
    throw error instanceof StatementError || error instanceof ConnectionGone ? cannotOpen(server, error) : error;
  }
}

/**
 * The tables and views of a database on a server, whatever an agent may do there.
 * @throws {UserError} `database.*` when it cannot be read
 */
export async function readServerTables({ server, password }: Login, signal: AbortSignal): Promise<readonly Table[]> {
  const engine = engineOf(server.engine);
  const connection = await engine.connect({ server, password });
  try {
    const tables = await whileWanted(connection, signal, async () => engine.readTables(connection));
    return tables.map(({ name, columnNames: columns }) => ({ name, columns }));
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof StatementError || error instanceof ConnectionGone ? cannotOpen(server, error) : error;
  } finally {
    await connection.close();
  }
}

async function openReading(
  { server, password, statementTimeoutMs = 30_000 }: ServerOptions,
  engine: ServerEngine,
  connection: ServerConnection,
  signal: AbortSignal,
): Promise<DatabaseEnvironment> {
  const [excess, all] = await whileWanted(connection, signal, async () => {
    return [await engine.excessOf(connection), await engine.readTables(connection)] as const;
  });
  if (excess !== undefined) throw tooManyRights(server, excess);
  const tables = chosen(all, server);
  const limited = async (session: ServerConnection): Promise<ServerConnection> => {
    if (statementTimeoutMs > 0) await engine.limitTime(session, statementTimeoutMs);
    return session;
  };
  const connect = async (): Promise<ServerConnection> => limited(await engine.connect({ server, password }));
  await limited(connection);
  const folder = await makeTemporaryFolder();
  const rowsFile = path.join(folder.work, 'rows.csv');
  const common = { engine, connect, readsOnly: true, timeoutMs: statementTimeoutMs, rowsFile, disk: undefined };
  const statements = serverStatements(common, connection);
  return environment(tables, statements, undefined, async () => removeFolder(folder));
}

async function openScratch(
  options: ServerOptions,
  engine: ServerEngine,
  original: ServerConnection,
  signal: AbortSignal,
): Promise<DatabaseEnvironment> {
  const { server, password, statementTimeoutMs = 30_000, keep, workerPath } = options;
  const all = await whileWanted(original, signal, async () => engine.readTables(original));
  const tables = chosen(all, server);
  const definitions = Object.fromEntries(tables.map(({ name, definition }) => [name, definition]));
  const place = { source: serverUrl(server), kind: 'server', server, definitions } as const;
  const kept = keep && (await makeKeptFolder(keep, place));
  const folder = kept?.folder ?? (await makeTemporaryFolder());
  const undo: (() => Promise<unknown>)[] = [async () => removeFolder(folder)];
  try {
    const scratch = await makeScratchServer({ server, password }, engine, original, signal);
    undo.unshift(scratch.drop);
    signal.throwIfAborted();
    await load(engine, original, scratch.login, tables, signal);
    await original.close();
    if (kept) await save(engine, scratch.login, kept.folder.base, 1, signal);
    const connect = async (): Promise<ServerConnection> => {
      const session = await engine.connect(scratch.login);
      if (statementTimeoutMs > 0) await engine.limitTime(session, statementTimeoutMs);
      return session;
    };
    const rowsFile = path.join(folder.work, 'rows.csv');
    const disk = scratch.folder;
    const common = { engine, connect, readsOnly: false, timeoutMs: statementTimeoutMs, rowsFile, disk };
    const statements = serverStatements(common, await connect());
    let mayHaveChanged = false;
    const watched = {
      ...statements,
      execute: (sql: string, until: AbortSignal) => {
        mayHaveChanged ||= !isPlainRead(sql);
        return statements.execute(sql, until);
      },
    };
    const review = kept && openReview(kept.folder, kept.manifest, workerPath);
    return environment(tables, watched, review, async () => {
      try {
        if (kept && mayHaveChanged) await keepChanges(engine, scratch.login, kept, definitions);
        else await removeFolder(folder);
      } catch (cause) {
        await removeFolder(folder);
        // What cannot be dropped now is dropped by a later run.
        await scratch.drop().catch(() => undefined);
        throw changesLost(server, cause);
      }
      await scratch.drop();
    });
  } catch (error) {
    for (const step of undo) await step();
    throw error;
  }
}

/** What the run left, beside what it found; and how it made what is new. */
async function keepChanges(
  engine: ServerEngine,
  login: Login,
  kept: KeptRun,
  definitions: Readonly<Record<string, string>>,
): Promise<void> {
  const { host: _, namespace: __, ...manifest } = kept.manifest;
  const after = await save(engine, login, kept.folder.scratch, 2, new AbortController().signal);
  const isNew = ({ name }: ServerTable): boolean => !Object.hasOwn(definitions, name);
  const made = Object.fromEntries(after.filter(isNew).map((table) => [table.name, statementsOf(table)]));
  await writeManifest(kept.folder, { ...manifest, made });
}

async function load(
  engine: ServerEngine,
  original: ServerConnection,
  login: Login,
  tables: readonly ServerTable[],
  signal: AbortSignal,
): Promise<void> {
  const target = await engine.connect(login);
  try {
    await whileWanted(original, signal, async () => {
      for (const session of [original, target]) await engine.prepareCopy(session);
      await engine.beginSnapshot(original);
      await copyTables(engine, original, target, tables, signal);
    });
  } finally {
    await target.close();
  }
}

/** Both copies are read from the scratch database, so that nothing but the run's statements makes them differ. */
async function save(
  engine: ServerEngine,
  login: Login,
  file: string,
  transactions: number,
  signal: AbortSignal,
): Promise<readonly ServerTable[]> {
  const session = await engine.connect(login);
  try {
    return await whileWanted(session, signal, async () => {
      await engine.prepareCopy(session);
      await engine.beginSnapshot(session);
      const tables = await engine.readTables(session);
      await saveTables(session, tables, file, transactions, signal);
      return tables;
    });
  } finally {
    await session.close();
  }
}

/** A session that is ended on abort. */
async function whileWanted<T>(session: ServerConnection, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const stop = (): void => void session.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function statementsOf({ make, after, last }: ServerTable): string[] {
  return [...make, ...after, ...last];
}

/** Anything else may have changed a row, so the copies are compared at the end. */
function isPlainRead(sql: string): boolean {
  return (
    /^[\s(]*(select|show|desc|describe|explain|values)\b/i.test(sql) &&
    !/\b(into|insert|update|delete|merge|analyze)\b/i.test(sql)
  );
}

function environment(
  tables: readonly ServerTable[],
  statements: ServerStatements,
  review: DatabaseReview | undefined,
  end: () => Promise<void>,
): DatabaseEnvironment {
  let closing: Promise<void> | undefined;
  const requireOpen = (): void => {
    if (closing) throw new UserError('database.closed', 'The database of this run is closed. Start a new run.');
  };
  return {
    tables: tables.map(({ name, columnNames }): Table => ({ name, columns: columnNames })),
    conversions: [],
    review,
    async execute(sql, signal) {
      requireOpen();
      return statements.execute(sql, signal);
    },
    async export(file, signal) {
      requireOpen();
      signal.throwIfAborted();
      return statements.export(file);
    },
    close: () => (closing ??= statements.close().then(end)),
  };
}

/** @throws {UserError} `database.noSuchTable`, `.noTables` */
function chosen(tables: readonly ServerTable[], server: DatabaseServer): readonly ServerTable[] {
  const missing = server.tables?.find((name) => !tables.some((table) => table.name === name));
  if (missing !== undefined) {
    const template = '{0} has no table {1}, or its user may not read it. Choose other tables.';
    throw new UserError('database.noSuchTable', template, [serverUrl(server), missing]);
  }
  const found = tables.filter(({ name }) => server.tables?.includes(name) ?? true);
  if (found.length > 0) return found;
  const template = '{0} has no tables, so there is nothing to work on. Choose a database with at least one table.';
  throw new UserError('database.noTables', template, [serverUrl(server)]);
}
