/**
 * A process that works on databases: it may be killed at any moment, and then only the work of that moment is lost. It is
 * started with the folder it works in, and the folder that goes with it when nobody is left, as its arguments, and lives
 * as long as the process that started it.
 */
import { existsSync } from 'node:fs';
import { UserError } from '../../agent/errors';
import { applyChanges } from './changes/applyChanges';
import { readChanges } from './changes/readChanges';
import { writeTouched } from './changes/writeTouched';
import { exportCsv } from './exportCsv';
import { end, guards, startGuard } from './guard';
import { makeScratch } from './makeScratch';
import { keepRows } from './keepRows';
import type { Progress, Reply, Request } from './messages';
import { openNodeSqlite } from './nodeSqlite';
import { openScratch } from './openScratch';
import { readTables } from './schema';
import { sourceError } from './scratchCopy';
import { openSession, type Session } from './scratchDatabase';

const [, , directory, orphan] = process.argv;
if (directory === undefined) throw new Error('The folder to work in is missing.');
if (!guards()) serve(directory, orphan);

function serve(directory: string, orphan: string | undefined): void {
  let session: Session | undefined;
  const opened = (): Session => {
    if (!session) throw new Error('No database is open.');
    return session;
  };
  let told = 0;
  const tellProgress = (share: number): void => {
    if (share < told + 0.01 && share < 1) return;
    told = share;
    const progress: Progress = { type: 'progress', share };
    process.send?.(progress);
  };

  async function answer(request: Request): Promise<Reply> {
    const sqlite = openNodeSqlite();
    switch (request.type) {
      case 'load': {
        const { source, folder } = request;
        try {
          return { type: 'loaded', conversions: await makeScratch(sqlite, source, folder, tellProgress) };
        } catch (error) {
          throw sourceError(error, source.kind === 'sqlite' ? source.file : directory);
        }
      }
      case 'open': {
        if (!existsSync(request.scratch)) throw scratchLost(request.place);
        try {
          const database = openScratch(sqlite, request.scratch, request.growthBytes);
          session = openSession(database, request.dialect);
          return { type: 'opened', tables: readTables(database) };
        } catch (error) {
          throw sourceError(error, request.place);
        }
      }
      case 'execute': {
        const keeper = keepRows(request.rowsFile);
        const executed = opened().execute(request.sql, keeper.keep);
        const keptRows = keeper.finish(executed.result !== undefined);
        return { type: 'executed', ...executed, keptRows, inTransaction: opened().inTransaction };
      }
      case 'export':
        return { type: 'exported', rows: exportRows(opened(), request.sql, request.file) };
      case 'changes':
        try {
          return { type: 'compared', changes: readChanges(sqlite, request.copies, request.rowLimit) };
        } catch (error) {
          throw sourceError(error, request.copies.scratch);
        }
      case 'touched':
        return { type: 'written', tables: writeTouched(sqlite, request.copies, request.folder) };
      case 'apply':
        return { type: 'applied', report: await applyChanges(sqlite, request) };
    }
  }

  process.on('message', (request: Request) => {
    void answer(request)
      .catch(failure)
      .then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => end(orphan));
  // Ctrl-C in a terminal reaches the whole group; it is the parent's to end this process when it has stopped the run.
  process.on('SIGINT', () => {});
  startGuard(__filename, directory, orphan);
}

function exportRows(session: Session, sql: string, file: string): number {
  const rows = session.rows(sql);
  if (!rows) throw new Error(`Not a statement that gives rows: ${sql}`);
  return exportCsv(rows, file);
}

/** Or SQLite would make an empty one, and every table would seem to be gone. */
function scratchLost(place: string): UserError {
  const template = 'The scratch copy of {0} was removed from the folder it was kept in. Start a new run.';
  return new UserError('database.scratchLost', template, [place]);
}

function failure(error: unknown): Reply {
  if (!UserError.is(error)) return { type: 'failed', stack: (error instanceof Error && error.stack) || String(error) };
  const { code, template, values, cause } = error;
  return { type: 'refused', code, template, values, cause: cause instanceof Error ? cause.message : '' };
}
