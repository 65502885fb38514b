import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Environment, Execution, Table } from '../../agent/environment';
import { UserError } from '../../agent/errors';
import { connectionLost, interrupted, timedOut } from './mysqlErrors';
import { startWorker, WorkerGone, type WorkerProcess } from './workerProcess';

/** A database to act on: a scratch copy, so that whatever a statement does, the user's file stays as it is. */
export interface SqlEnvironment extends Environment {
  /** The tables as the database was opened. */
  readonly tables: readonly Table[];
}

export interface SqlOptions {
  /** An SQLite file, a CSV or TSV file, or a folder of them. */
  readonly path: string;
  /** Milliseconds until a statement is stopped; 0 for never. */
  readonly statementTimeoutMs?: number;
  /** The bundle of worker.ts. */
  readonly workerPath: string;
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
export async function openDatabase(options: SqlOptions, signal: AbortSignal): Promise<SqlEnvironment> {
  signal.throwIfAborted();
  const directory = await mkdtemp(path.join(tmpdir(), 'agentlm-sql-'));
  const worker = startWorker(options.workerPath, directory);
  const stop = () => void worker.kill();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const { tables } = await worker.ask({ type: 'open', source: options.path, copy: true });
    if (tables.length === 0) throw noTables(options.path);
    return scratchEnvironment(options, tables, directory, worker);
  } catch (error) {
    await worker.kill();
    await removeFolder(directory);
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function scratchEnvironment(
  { path: source, statementTimeoutMs = 30_000, workerPath }: SqlOptions,
  tables: readonly Table[],
  directory: string,
  firstWorker: WorkerProcess,
): SqlEnvironment {
  let worker = firstWorker;
  let isOpen = true;
  let inTransaction = false;
  let closing: Promise<void> | undefined;

  async function execute(sql: string, signal: AbortSignal): Promise<Execution> {
    if (closing) throw new UserError('database.closed', 'The database of this run is closed. Start a new run.');
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
      if (statementTimeoutMs > 0) {
        const words = `The statement was stopped after ${statementTimeoutMs / 1000} seconds`;
        timer = setTimeout(() => stop(ended(timedOut, `${words}${lostTransaction()}.`)), statementTimeoutMs);
      }
      const reply = await worker.ask({ type: 'execute', sql });
      ({ inTransaction } = reply);
      return { output: reply.output, exitCode: null, cwd: null, omittedBytes: reply.omittedBytes };
    } catch (error) {
      isOpen = false;
      await worker.kill();
      if (!(error instanceof WorkerGone)) throw error;
      return (
        stopped ??
        ended(
          connectionLost,
          `The database process ended${lostTransaction()}; it starts again with the next statement.`,
        )
      );
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  async function reopen(): Promise<void> {
    if (isOpen) return;
    worker = startWorker(workerPath, directory);
    inTransaction = false;
    await worker.ask({ type: 'open', source, copy: false });
    isOpen = true;
  }

  function lostTransaction(): string {
    return inTransaction ? ', and the open transaction was rolled back' : '';
  }

  async function close(): Promise<void> {
    await worker.kill();
    await removeFolder(directory);
  }

  return { tables, execute, close: () => (closing ??= close()) };
}

function ended(output: string, note: string): Execution {
  return { output, exitCode: null, cwd: null, omittedBytes: 0, note };
}

function noTables(place: string): UserError {
  const template = '{0} has no tables, so there is nothing to work on. Choose a database with at least one table.';
  return new UserError('database.noTables', template, [place]);
}

/** On Windows the files of a process may stay locked for a moment after its end. */
async function removeFolder(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
