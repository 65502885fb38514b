import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Conversion, DatabaseEnvironment } from '../../agent/database';
import type { Execution, Table } from '../../agent/environment';
import { UserError } from '../../agent/errors';
import { openReview } from './changes/review';
import { exportFailed, nothingToExport, rowsNotKept } from './exportFailures';
import { judgeStatement } from './judgeStatement';
import type { Dialect } from './messages';
import { connectionLost, interrupted, timedOut } from './mysqlErrors';
import {
  isChanged,
  makeKeptFolder,
  makeTemporaryFolder,
  removeFolder,
  writeManifest,
  type Keeping,
  type KeptRun,
  type ScratchFolder,
} from './scratchFolder';
import { findSource, type Source } from './source';
import { startWorker, WorkerGone, type WorkerProcess } from './workerProcess';

export interface SqlOptions {
  /** An SQLite file, a data file (CSV, TSV, JSON, Parquet), or a folder of data files. */
  readonly path: string;
  /** Milliseconds until a statement is stopped; 0 for never. */
  readonly statementTimeoutMs?: number;
  /** The SQL that statements are written in; MySQL's where it is left out, which the model was trained on. */
  readonly dialect?: Dialect | undefined;
  /** The bundle of worker.ts. */
  readonly workerPath: string;
  /** Keeps what the run changes for a review; nothing is kept where it is left out. */
  readonly keep?: Keeping | undefined;
  /** Bytes by which the scratch copy may grow; 1 GB where it is left out. */
  readonly growthBytes?: number;
  /** Told what share of the copy is made, 0 to 1; aborting the signal stops it. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Copies a database and opens the copy, in a process of its own. Results and errors of its statements are worded as
 * Python's MySQL client prints them; `exitCode` and `cwd` are null. One statement at a time.
 *
 * A statement that is stopped takes its process with it, and a transaction that is open; the next one gets a new process
 * on the same copy.
 *
 * @throws {UserError} `database.*` when it cannot be opened or has no tables. Nothing is left behind then, nor on abort,
 *   which rejects with the signal's reason.
 */
export async function openDatabase(options: SqlOptions, signal: AbortSignal): Promise<DatabaseEnvironment> {
  signal.throwIfAborted();
  const source = await findSource(options.path);
  const place = { source: source.kind === 'sqlite' ? source.file : path.resolve(options.path), kind: source.kind };
  const kept = options.keep && (await makeKeptFolder(options.keep, place));
  const folder = kept?.folder ?? (await makeTemporaryFolder());
  try {
    const conversions = await load(options, source, folder, signal);
    const opened = await open(options, folder, signal);
    return scratchEnvironment(options, conversions, folder, kept, opened);
  } catch (error) {
    await removeFolder(folder);
    signal.throwIfAborted();
    throw error;
  }
}

/** In a process that may read the original, and is gone before the model's first statement. */
async function load(
  { workerPath, onProgress }: SqlOptions,
  source: Source,
  folder: ScratchFolder,
  signal: AbortSignal,
): Promise<readonly Conversion[]> {
  const orphan = folder.root;
  const worker = startWorker({ workerPath, directory: folder.work, orphan, reads: partsOf(source) });
  return whileAlive(worker, signal, async () => {
    try {
      return (await worker.ask({ type: 'load', source, folder }, onProgress)).conversions;
    } catch (error) {
      throw error instanceof WorkerGone ? tooLarge(error) : error;
    } finally {
      await worker.kill();
    }
  });
}

function partsOf(source: Source): string[] {
  if (source.kind === 'sqlite') return ['', '-wal', '-shm', '-journal'].map((suffix) => source.file + suffix);
  const [{ path: file } = { path: '' }, ...more] = source.files;
  return [more.length === 0 ? file : path.dirname(file)];
}

interface Opened {
  readonly worker: WorkerProcess;
  readonly tables: readonly Table[];
}

async function open(options: SqlOptions, folder: ScratchFolder, signal: AbortSignal): Promise<Opened> {
  const worker = startStatements(options, folder);
  return whileAlive(worker, signal, async () => {
    try {
      const { tables } = await worker.ask(openRequest(options, folder));
      if (tables.length === 0) throw noTables(options.path);
      return { worker, tables };
    } catch (error) {
      await worker.kill();
      throw error;
    }
  });
}

/** The process of the model's statements sees the scratch copy and nothing else. */
function startStatements({ workerPath }: SqlOptions, { root, base, work }: ScratchFolder): WorkerProcess {
  return startWorker({ workerPath, directory: work, orphan: base === undefined ? root : undefined });
}

function openRequest(
  { path: place, growthBytes = 1024 ** 3, dialect = 'mysql' }: SqlOptions,
  { scratch }: ScratchFolder,
) {
  return { type: 'open', place, scratch, growthBytes, dialect } as const;
}

/** Ends the worker on abort. */
async function whileAlive<T>(worker: WorkerProcess, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const stop = (): void => void worker.kill();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function scratchEnvironment(
  options: SqlOptions,
  conversions: readonly Conversion[],
  folder: ScratchFolder,
  kept: KeptRun | undefined,
  opened: Opened,
): DatabaseEnvironment {
  const { statementTimeoutMs = 30_000 } = options;
  let { worker } = opened;
  let isOpen = true;
  let inTransaction = false;
  const rowsFile = path.join(folder.work, 'rows.csv');
  let lastQuery: Query | undefined;
  let closing: Promise<void> | undefined;

  async function execute(sql: string, signal: AbortSignal): Promise<Execution> {
    requireOpen();
    if (signal.aborted) return ended(interrupted, 'The statement was not run.');
    let stopped: Execution | undefined;
    const stop = (execution: Execution) => {
      stopped ??= execution;
      void worker.kill();
    };
    const abort = () => stop(ended(interrupted, `The statement was stopped${lostTransaction()}.`));
    signal.addEventListener('abort', abort, { once: true });
    let timer: NodeJS.Timeout | undefined;
    try {
      await reopen();
      const reads = judgeStatement(sql).verdict === 'run';
      if (!reads && lastQuery) lastQuery = { ...lastQuery, repeats: false };
      if (statementTimeoutMs > 0) {
        const words = `The statement was stopped after ${statementTimeoutMs / 1000} seconds`;
        timer = setTimeout(() => stop(ended(timedOut, `${words}${lostTransaction()}.`)), statementTimeoutMs);
      }
      const { output, omittedBytes, result, note, keptRows, ...reply } = await worker.ask({
        type: 'execute',
        sql,
        rowsFile,
      });
      ({ inTransaction } = reply);
      if (result) lastQuery = { sql, keptRows, repeats: reads };
      return { output, exitCode: null, cwd: null, omittedBytes, ...(result && { result }), ...(note && { note }) };
    } catch (error) {
      isOpen = false;
      await worker.kill();
      if (!(error instanceof WorkerGone)) throw error;
      return stopped ?? gaveUp(error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  function gaveUp({ wanted }: WorkerGone): Execution {
    if (wanted !== undefined) {
      return ended(interrupted, `The statement needed too much ${wanted} space and was stopped${lostTransaction()}.`);
    }
    const words = `The database process ended${lostTransaction()}; it starts again with the next statement.`;
    return ended(connectionLost, words);
  }

  async function exportRows(file: string, signal: AbortSignal): Promise<number> {
    requireOpen();
    if (lastQuery === undefined) throw nothingToExport();
    const { sql, keptRows, repeats } = lastQuery;
    if (keptRows === undefined && !repeats) throw rowsNotKept();
    signal.throwIfAborted();
    try {
      const rows = keptRows ?? (await readAgain(sql, signal));
      await copyFile(rowsFile, file);
      return rows;
    } catch (cause) {
      isOpen = false;
      await worker.kill();
      signal.throwIfAborted();
      throw exportFailed(file, cause);
    }
  }

  async function readAgain(sql: string, signal: AbortSignal): Promise<number> {
    await reopen();
    return (await whileAlive(worker, signal, () => worker.ask({ type: 'export', sql, file: rowsFile }))).rows;
  }

  async function reopen(): Promise<void> {
    if (isOpen) return;
    // What a transaction had changed before the last query is rolled back.
    if (inTransaction && lastQuery) lastQuery = { ...lastQuery, repeats: false };
    worker = startStatements(options, folder);
    inTransaction = false;
    await worker.ask(openRequest(options, folder));
    isOpen = true;
  }

  function requireOpen(): void {
    if (closing) throw new UserError('database.closed', 'The database of this run is closed. Start a new run.');
  }

  function lostTransaction(): string {
    return inTransaction ? ', and the open transaction was rolled back' : '';
  }

  async function close(): Promise<void> {
    await worker.kill();
    if (!kept || !(await isChanged(kept.folder))) return removeFolder(folder);
    await Promise.all([rowsFile, `${rowsFile}.new`].map(async (file) => rm(file, { force: true })));
    const { host: _, namespace: __, ...manifest } = kept.manifest;
    await writeManifest(folder, manifest);
  }

  return {
    tables: opened.tables,
    conversions,
    review: kept && openReview(kept.folder, kept.manifest, options.workerPath),
    execute,
    export: exportRows,
    close: () => (closing ??= close()),
  };
}

/** The last statement that gave rows. */
interface Query {
  readonly sql: string;
  /** How many rows were kept; undefined where not all of them could be. */
  readonly keptRows: number | undefined;
  /** Whether it would give the same rows again: it only reads, and nothing was changed since. */
  readonly repeats: boolean;
}

function ended(output: string, note: string): Execution {
  return { output, exitCode: null, cwd: null, omittedBytes: 0, note };
}

function noTables(place: string): UserError {
  const template = '{0} has no tables, so there is nothing to work on. Choose a database with at least one table.';
  return new UserError('database.noTables', template, [place]);
}

function tooLarge(cause: WorkerGone): unknown {
  if (cause.wanted === undefined) return cause;
  const template = 'The database is too large to be copied: there is not enough {0} space. Make room and try again.';
  return new UserError('database.tooLarge', template, [cause.wanted], { cause });
}
