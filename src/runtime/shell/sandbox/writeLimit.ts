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
  /** Holds the run while its files are counted, where that is possible; returns what lets it go on. */
  readonly hold?: () => Promise<() => Promise<void>>;
}

const longestPauseMs = 100;
const shortestPauseMs = 5;
/** What nothing writes faster than: what is left of the limit by it is how soon to look again. */
const bytesPerMs = 4e6;
/** Without a change of the disk there is still a count now and then: others may free what the run takes. */
const countEveryMs = 2_000;
/** What a file costs besides its bytes. */
const entryBytes = 4096;
/** The run never takes the last of a disk, even by means that no count sees (files that are deleted and still open). */
const reserveBytes = 256 * 1024 * 1024;

/** What is left of a disk. A file system that does not count its files has 0 of them left, always. */
interface Room {
  readonly bytes: number;
  readonly files: number;
}

/**
 * Watches what a run writes. The kernel holds each file to the limit by itself (RLIMIT_FSIZE, set in launch.sh); a quota for
 * all of them together would take rights that a user does not have. So it is looked at what is left of the disk, the more
 * often the less is left of the limit, and when the run may be over it, its files are counted.
 */
export function watchWrites({
  folders,
  foundBytes = 0,
  limitBytes,
  onOverflow,
  hold = async () => goOn,
}: WriteWatchOptions): WriteWatch {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  /** At the last count: what there was, what was left of the disk of each folder, and when to count again. */
  let counted = 0;
  let left: readonly Room[] | undefined;
  let nextCount = 0;
  let tolerated = limitBytes;
  let lowest = reserveBytes;

  /** @returns milliseconds until the next look */
  async function look(): Promise<number> {
    const rooms = await Promise.all(folders.map(roomOf));
    const free = Math.min(...rooms.map(({ bytes }) => bytes));
    if (free < lowest && left !== undefined) {
      await onOverflow();
      // Whoever it was: told again only when it has become worse.
      lowest = free - reserveBytes / 16;
    }
    const guess = counted + taken(left ?? rooms, rooms);
    if (guess > tolerated) await countHeld();
    else if (performance.now() >= nextCount) await count();
    return Math.min(longestPauseMs, Math.max(shortestPauseMs, (tolerated - guess) / bytesPerMs));
  }

  async function countHeld(): Promise<void> {
    const release = await hold();
    try {
      await count();
    } finally {
      await release();
    }
  }

  async function count(): Promise<void> {
    // What is written meanwhile is counted once more, rather than not at all.
    left = await Promise.all(folders.map(roomOf));
    counted = await bytesWritten(tolerated);
    nextCount = performance.now() + countEveryMs;
    if (stopped || counted <= tolerated) {
      if (counted <= limitBytes) tolerated = limitBytes;
      return;
    }
    await onOverflow();
    counted = await bytesWritten(Infinity);
    // What comes next may look around and tidy up, and has little room to write.
    tolerated = counted + limitBytes / 16;
  }

  /** Counted no further than to what is more than `enough`. */
  async function bytesWritten(enough: number): Promise<number> {
    return (await bytesOrTooMany(folders, enough + foundBytes)) - foundBytes;
  }

  async function lookAgainLater(): Promise<void> {
    let pauseMs = longestPauseMs;
    try {
      pauseMs = await look();
    } catch {
      // The disk does not say, or the run could not be stopped: that is no news, and the next look may have some.
    }
    schedule(pauseMs);
  }

  function schedule(pauseMs: number): void {
    if (stopped) return;
    timer = setTimeout(() => void (running = lookAgainLater()), pauseMs).unref();
  }
  schedule(longestPauseMs);

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

const goOn = async (): Promise<void> => undefined;

/** Infinite where there is no folder any more. */
async function roomOf(folder: string): Promise<Room> {
  try {
    const { bavail, bsize, ffree } = await statfs(folder);
    return { bytes: bavail * bsize, files: ffree };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { bytes: Infinity, files: Infinity };
    throw error;
  }
}

/** What was taken of the disk since, by anybody. Folders mostly lie on one disk. */
function taken(before: readonly Room[], now: readonly Room[]): number {
  const differences = now.map(({ bytes, files }, index) => {
    const earlier = before[index];
    if (earlier === undefined || !Number.isFinite(earlier.bytes - bytes)) return 0;
    return Math.max(0, earlier.bytes - bytes) + Math.max(0, earlier.files - files) * entryBytes;
  });
  return Math.max(...differences);
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
