import { rmSync, statfsSync, writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { reservedBytes } from './room';

/** Memory of a process that works on a database; SQLite itself needs a few megabytes. */
const memoryBytes = 1024 * 1024 * 1024;

/** What a process says on stderr before it ends itself. */
export const lastWords = { memory: 'agentlm: out of memory', disk: 'agentlm: out of disk' } as const;

interface Watched {
  readonly parent: number;
  /** Where SQLite writes. */
  readonly directory: string;
  /** Removed when the parent is gone, for nobody is left who would. */
  readonly orphan: string | undefined;
}

/**
 * While a statement runs a process hears nothing, not even that its parent died, and SQLite of Node knows no limit of
 * memory (its accounting is compiled out). A thread of its own watches, and ends the process: in the thread this
 * function does the watching, in the main thread it starts one.
 * @param file of the running bundle
 */
export function startGuard(file: string, directory: string, orphan: string | undefined): void {
  const watched: Watched = { parent: process.ppid, directory, orphan };
  const thread = new Worker(file, { argv: process.argv.slice(2), workerData: watched });
  thread.unref();
}

/** @returns whether this is the thread that watches */
export function guards(): boolean {
  if (isMainThread) return false;
  const { parent, directory, orphan } = workerData as Watched;
  setInterval(() => {
    if (process.ppid !== parent) end(orphan);
    if (process.memoryUsage.rss() > memoryBytes) end(undefined, lastWords.memory);
    if (hasNoRoom(directory)) end(undefined, lastWords.disk);
  }, 250);
  return true;
}

/** Ends this process at once, whatever it is doing. */
export function end(orphan: string | undefined, words = ''): void {
  if (orphan !== undefined) rmSync(orphan, { recursive: true, force: true });
  if (words !== '') writeSync(2, `${words}\n`);
  process.kill(process.pid, 'SIGKILL');
}

function hasNoRoom(directory: string): boolean {
  const { bavail, bsize } = statfsSync(directory, { bigint: false });
  return bavail * bsize < reservedBytes;
}
