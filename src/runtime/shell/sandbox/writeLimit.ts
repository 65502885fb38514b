import { lstat, statfs } from 'node:fs/promises';
import { walk } from '../changes/tree';

export interface WriteWatch {
  /** Never rejects. */
  stop(): Promise<void>;
}

export interface WriteWatchOptions {
  /** Folders with all that the run has written. */
  readonly folders: readonly string[];
  /** What they take of the disk before the run writes anything (`bytesOnDisk`); nothing if left out. */
  readonly foundBytes?: number;
  readonly limitBytes: number;
  /** Called when there is more than that; settles when the run is stopped. Called again when that fails, and when it has grown further. */
  readonly onOverflow: () => Promise<void>;
}

const lookMs = 100;
/** Without a change of the free space there is still a count now and then: others may free what the run takes. */
const countEveryMs = 2_000;
/** What a file costs besides its bytes. */
const entryBytes = 4096;
/** The run never takes the last of a disk, even by means that no count sees (files that are deleted and still open). */
const reserveBytes = 256 * 1024 * 1024;

/**
 * Watches what a run writes. The kernel holds each file to the limit by itself (RLIMIT_FSIZE, set in launch.sh); a quota for
 * all of them together would take rights that a user does not have. So the free space is looked at ten times a second,
 * and the files are counted when it has shrunk.
 */
export function watchWrites({ folders, foundBytes = 0, limitBytes, onOverflow }: WriteWatchOptions): WriteWatch {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let freeAtCount = Infinity;
  let nextCount = 0;
  let tolerated = limitBytes;
  let lowest = reserveBytes;

  async function look(): Promise<void> {
    const free = Math.min(...(await Promise.all(folders.map(freeBytes))));
    if (free < lowest && freeAtCount !== Infinity) {
      await onOverflow();
      // Whoever it was: told again only when it has become worse.
      lowest = free - reserveBytes / 16;
    }
    if (performance.now() < nextCount && freeAtCount - free < limitBytes / 16) return;
    freeAtCount = free;
    nextCount = performance.now() + countEveryMs;
    const written = await bytesWritten(tolerated);
    if (stopped || written <= tolerated) {
      if (written <= limitBytes) tolerated = limitBytes;
      return;
    }
    await onOverflow();
    // What comes next may look around and tidy up, and has little room to write.
    tolerated = (await bytesWritten(Infinity)) + limitBytes / 16;
  }

  /** Counted no further than to what is more than `enough`. */
  async function bytesWritten(enough: number): Promise<number> {
    return (await bytesOrTooMany(folders, enough + foundBytes)) - foundBytes;
  }

  async function lookAgainLater(): Promise<void> {
    try {
      await look();
    } catch {
      // The disk does not say, or the run could not be stopped: that is no news, and the next look may have some.
    }
    schedule();
  }

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(() => void (running = lookAgainLater()), lookMs).unref();
  }
  schedule();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** What a tree takes of the disk, as the watch counts it. */
export async function bytesOnDisk(folder: string): Promise<number> {
  return bytesIn([folder], Infinity);
}

/** Infinite where there is no folder any more. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Infinity;
    throw error;
  }
}

/** What cannot be counted (a tree made to be endless) is too much. */
async function bytesOrTooMany(folders: readonly string[], enough: number): Promise<number> {
  try {
    return await bytesIn(folders, enough);
  } catch {
    return Infinity;
  }
}

/** What trees take of the disk; counted no further than to what is more than `enough`. */
async function bytesIn(folders: readonly string[], enough: number): Promise<number> {
  let bytes = 0;
  for (const folder of folders) {
    for await (const { dirent, at } of walk(Buffer.from(folder), { openUp: true })) {
      bytes += entryBytes;
      if (dirent.isFile()) bytes += (await sizeOnDisk(at)) ?? 0;
      if (bytes > enough) return bytes;
    }
  }
  return bytes;
}

async function sizeOnDisk(file: Buffer): Promise<number | undefined> {
  try {
    return (await lstat(file)).blocks * 512;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
