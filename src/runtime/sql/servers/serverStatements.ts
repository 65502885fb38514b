import { copyFile } from 'node:fs/promises';
import type { Execution } from '../../../agent/environment';
import { exportFailed, nothingToExport, rowsNotKept } from '../exportFailures';
import { keepRows } from '../keepRows';
import { freeBytes, reservedBytes } from '../room';
import { noRows, wordRows } from '../statementRows';
import { collectRows } from './collectRows';
import { ConnectionGone, StatementError, type ServerConnection } from './connection';
import type { ServerEngine } from './engine';

export interface StatementOptions {
  readonly engine: ServerEngine;
  /** Opens the session anew when it was lost. */
  readonly connect: () => Promise<ServerConnection>;
  /** Whether the server holds each statement to reading. */
  readonly readsOnly: boolean;
  /** 0 for never. */
  readonly timeoutMs: number;
  /** Where the rows of the last query are kept for an export. */
  readonly rowsFile: string;
  /** A folder of this machine on whose disk the statements write. */
  readonly disk: string | undefined;
}

/** The statements of one run, in one session as long as that lasts. */
export interface ServerStatements {
  readonly execute: (sql: string, signal: AbortSignal) => Promise<Execution>;
  readonly export: (file: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

export function serverStatements(options: StatementOptions, opened: ServerConnection): ServerStatements {
  const { engine, timeoutMs, rowsFile, disk } = options;
  let connection = opened;
  let keptRows: number | undefined;
  let hasQuery = false;

  async function execute(sql: string, signal: AbortSignal): Promise<Execution> {
    if (signal.aborted) return ended(engine.words.interrupted, 'The statement was not run.');
    if (!connection.isOpen) connection = await options.connect();
    const { inTransaction } = connection;
    let stopped: Execution | undefined;
    let stopping: Promise<void> | undefined;
    const stop = (words: string, note: string): void => {
      stopped ??= ended(words, note);
      stopping ??= connection.cancel();
    };
    const abort = (): void => stop(engine.words.interrupted, 'The statement was stopped.');
    signal.addEventListener('abort', abort, { once: true });
    const tooLong = (): void =>
      stop(engine.words.timedOut, `The statement was stopped after ${timeoutMs / 1000} seconds.`);
    const timer = timeoutMs > 0 ? setTimeout(tooLong, timeoutMs) : undefined;
    const guard = disk === undefined ? undefined : setInterval(() => void watchDisk(disk), 500);
    const watchDisk = async (folder: string): Promise<void> => {
      if ((await freeBytes(folder)) >= reservedBytes) return;
      stop(engine.words.interrupted, 'The statement needed too much disk space and was stopped.');
    };
    try {
      return await answer(sql);
    } catch (error) {
      await stopping;
      if (stopped) return withLoss(stopped, inTransaction);
      if (error instanceof StatementError) return { ...said(error.message) };
      if (!(error instanceof ConnectionGone)) throw error;
      const note = 'The connection to the server was lost; it is opened again with the next statement.';
      return withLoss(ended(engine.words.lost, note), inTransaction);
    } finally {
      clearTimeout(timer);
      clearInterval(guard);
      signal.removeEventListener('abort', abort);
      await stopping;
    }
  }

  /** The rows are worded as soon as there are enough of them. */
  async function answer(sql: string): Promise<Execution> {
    const collector = collectRows();
    const columns = await (options.readsOnly
      ? engine.read(connection, sql, collector.take)
      : connection.run(sql, collector.take));
    if (!columns) return said(noRows.output);
    const keeper = keepRows(rowsFile);
    const named = { names: columns.map(({ name }) => name), rows: collector.rows };
    const types = columns.map(({ type }) => type);
    const { output, omittedBytes, result } = wordRows(keeper.keep(named), types, true);
    const written = keeper.finish(true);
    keptRows = collector.isComplete ? written : undefined;
    hasQuery = true;
    if (collector.isComplete || !result) return { ...said(output), omittedBytes, ...(result && { result }) };
    return { ...said(output), omittedBytes: Math.max(omittedBytes, 1), result: { ...result, complete: false } };
  }

  /** A session that was ended took the transaction with it. */
  function withLoss(execution: Execution, inTransaction: boolean): Execution {
    if (connection.isOpen || !inTransaction) return execution;
    return { ...execution, note: `${execution.note} The open transaction was rolled back.` };
  }

  return {
    execute,
    async export(file) {
      if (!hasQuery) throw nothingToExport();
      if (keptRows === undefined) throw rowsNotKept();
      try {
        await copyFile(rowsFile, file);
        return keptRows;
      } catch (cause) {
        throw exportFailed(file, cause);
      }
    },
    close: () => connection.close(),
  };
}

function said(output: string): Execution {
  return { output, exitCode: null, cwd: null, omittedBytes: 0 };
}

function ended(output: string, note: string): Execution {
  return { ...said(output), note };
}
