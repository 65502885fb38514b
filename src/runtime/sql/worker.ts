/**
 * The process that holds a database: it may be killed at any moment, and then only the statement of that moment is lost.
 * It is started with the folder of the scratch copy as its one argument, and lives as long as the process that started it.
 */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { UserError } from '../../agent/errors';
import { loadCsvTables } from './csvTables';
import type { Reply, Request } from './messages';
import { openNodeSqlite, type NodeSqlite } from './nodeSqlite';
import { openScratch } from './openScratch';
import { readTables } from './schema';
import { copySqlite, sourceError } from './scratchCopy';
import { executeStatement } from './scratchDatabase';
import { findSource } from './source';

const directory = process.argv[2];
if (directory === undefined) throw new Error('The folder of the scratch copy is missing.');
if (isMainThread) serve(directory);
else watchParent(directory);

function serve(directory: string): void {
  let database: DatabaseSync | undefined;

  async function answer(request: Request): Promise<Reply> {
    switch (request.type) {
      case 'open':
        try {
          database = await openScratchCopy(request.source, path.join(directory, 'scratch.sqlite'), request.copy);
          return { type: 'opened', tables: readTables(database) };
        } catch (error) {
          throw sourceError(error, request.source);
        }
      case 'execute': {
        if (!database) throw new Error('No database is open.');
        const result = executeStatement(database, request.sql);
        return { type: 'executed', ...result, inTransaction: database.isTransaction };
      }
    }
  }

  process.on('message', (request: Request) => {
    void answer(request)
      .catch(failure)
      .then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => abandon(directory));
  // Ctrl-C in a terminal reaches the whole group; it is the parent's to end this process when it has stopped the run.
  process.on('SIGINT', () => {});
  new Worker(__filename, { argv: [directory], workerData: process.ppid }).unref();
}

async function openScratchCopy(place: string, scratch: string, copy: boolean): Promise<DatabaseSync> {
  const sqlite = openNodeSqlite();
  if (copy) await makeScratch(sqlite, place, scratch);
  else if (!existsSync(scratch)) throw scratchLost(place);
  return openScratch(sqlite, scratch);
}

async function makeScratch(sqlite: NodeSqlite, place: string, scratch: string): Promise<void> {
  const source = await findSource(place);
  if (source.kind === 'sqlite') return copySqlite(sqlite, source.file, scratch);
  const database = new sqlite.DatabaseSync(scratch);
  database.exec('PRAGMA synchronous = OFF');
  await loadCsvTables(database, source.files);
  database.close();
}

/** Or SQLite would make an empty one, and every table would seem to be gone. */
function scratchLost(place: string): UserError {
  const template = 'The scratch copy of {0} was removed from the folder for temporary files. Start a new run.';
  return new UserError('database.scratchLost', template, [place]);
}

function failure(error: unknown): Reply {
  if (!UserError.is(error)) return { type: 'failed', stack: (error instanceof Error && error.stack) || String(error) };
  const { code, template, values, cause } = error;
  return { type: 'refused', code, template, values, cause: cause instanceof Error ? cause.message : '' };
}

/** While a statement runs this process hears nothing, not even that its parent died. A thread of its own does. */
function watchParent(directory: string): void {
  const parent: unknown = workerData;
  setInterval(() => {
    if (process.ppid !== parent) abandon(directory);
  }, 1000);
}

/** Nobody is left who would clean up. */
function abandon(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL');
}
