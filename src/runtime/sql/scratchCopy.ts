import { constants, existsSync, statSync } from 'node:fs';
import { chmod, copyFile, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../agent/errors';
import { sqliteCode, type NodeSqlite } from './nodeSqlite';
import { requireRoom } from './room';
import { unreadable } from './source';

/** Told what share of the work is done, 0 to 1. */
export type OnProgress = (share: number) => void;

/**
 * Copies an SQLite file to `scratch`, with everything that was committed to it, also what still stands in a write-ahead
 * log. The source is only ever read, and nothing is created or changed beside it:
 * - A write-ahead log with its index (`-wal` and `-shm`): other programs may be at work, so it is SQLite's own backup that
 *   reads, with the index mapped read-only.
 * - A log without its index, and a rollback journal left by a crash, can only be recovered by writing: the files are
 *   copied as they are, and SQLite recovers the copy when it opens it.
 * - A file in WAL mode at rest: backup of an `immutable` file, for SQLite would create both files just to read it.
 * - Any other file: under the read lock, so that no writer comes between; at once where the file system can share the
 *   bytes of two files, else by backup.
 * Where no lock protects the reading, it is repeated if the files changed meanwhile.
 *
 * @throws {UserError} `database.notSqlite`, `.corrupt`, `.locked`, `.noSpace`, `.unreadable`
 */
export async function copySqlite(
  sqlite: NodeSqlite,
  source: string,
  scratch: string,
  onProgress: OnProgress,
): Promise<void> {
  try {
    const header = await readHeader(source);
    if (header.length > 0 && header.toString('latin1', 0, magic.length) !== magic) throw notSqlite(source);
    const inWalMode = header[readVersionAt] === walVersion;
    const hasLog = existsSync(`${source}-wal`);
    const hasJournal = existsSync(`${source}-journal`);
    if (hasLog && existsSync(`${source}-shm`)) {
      await backUp(sqlite, source, scratch, { readonly_shm: '1' }, onProgress);
    } else if (hasLog || (hasJournal && (inWalMode || isHalfWritten(sqlite, source)))) {
      await whileUnchanged(source, () => copyFiles(source, scratch));
    } else if (inWalMode) {
      await whileUnchanged(source, () => backUp(sqlite, source, scratch, { immutable: '1' }, onProgress));
    } else if (!(await whileLocked(sqlite, source, {}, () => shareBytes(source, scratch)))) {
      // Under a lock of its own: that of the first attempt went as its files were closed (POSIX).
      await backUp(sqlite, source, scratch, {}, onProgress);
    }
  } catch (error) {
    throw sourceError(error, source);
  }
}

/** Words what SQLite or the file system says of the user's file; leaves every other error as it is. */
export function sourceError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  const failure = (name: string, template: string) =>
    new UserError(`database.${name}`, template, [file], { cause: error });
  if (code === undefined) {
    const isOfFileSystem = error instanceof Error && 'syscall' in error;
    if (isOfFileSystem && 'code' in error && error.code === 'ENOSPC') return failure('noSpace', noSpace);
    return isOfFileSystem ? unreadable(file, error) : error;
  }
  switch (code & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return failure('locked', locked);
    case 11: // SQLITE_CORRUPT
      return failure(
        'corrupt',
        '{0} is damaged: SQLite cannot read its tables. Restore it from a backup and try again.',
      );
    case 13: // SQLITE_FULL
      return failure('noSpace', noSpace);
    case 26: // SQLITE_NOTADB
      return notSqlite(file, error);
    default:
      return unreadable(file, error);
  }
}

const magic = 'SQLite format 3\0';
/** Bytes 18 and 19 of the file are its write and read version: 1 for a rollback journal, 2 for WAL (SQLite file format). */
const readVersionAt = 19;
const walVersion = 2;

const locked = '{0} is locked by another program. Wait until it has finished, or close it, and try again.';
const noSpace = 'There is no room for a copy of {0} in the folder for temporary files. Make room and try again.';

function notSqlite(file: string, cause?: unknown): UserError {
  const template =
    '{0} is not an SQLite database, or it is encrypted. Choose an SQLite file, a CSV, TSV, JSON or Parquet file, or a folder of such files. The name of a data file must end in .csv, .tsv, .json, .jsonl or .parquet.';
  return new UserError('database.notSqlite', template, [file], { cause });
}

/** Read and closed before SQLite opens the file: closing it later would drop the locks of this process (POSIX). */
async function readHeader(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(100), 0, 100, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Milliseconds to wait for another program's lock. */
const patience = 2000;

async function backUp(
  sqlite: NodeSqlite,
  source: string,
  scratch: string,
  how: Readonly<Record<string, string>>,
  onProgress: OnProgress,
): Promise<void> {
  await requireRoom(path.dirname(scratch), source);
  await whileLocked(sqlite, source, how, (database) =>
    sqlite.backup(database, scratch, {
      rate: 10_000,
      progress: ({ totalPages, remainingPages }) => onProgress(1 - remainingPages / totalPages),
    }),
  );
}

/** Holds the read lock: without it every write of another program would start a backup anew. */
async function whileLocked<T>(
  sqlite: NodeSqlite,
  source: string,
  how: Readonly<Record<string, string>>,
  work: (database: DatabaseSync) => Promise<T>,
): Promise<T> {
  const database = openSource(sqlite, source, how);
  try {
    database.exec('BEGIN; SELECT 1 FROM sqlite_schema');
    return await work(database);
  } finally {
    database.close();
  }
}

/** Makes a copy that shares its bytes with the original until one of them changes; false where it cannot be done. */
export async function shareBytes(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    await chmod(to, 0o600);
    return true;
  } catch {
    return false; // Whatever is wrong besides, copying it will say.
  }
}

function openSource(sqlite: NodeSqlite, source: string, how: Readonly<Record<string, string>>) {
  const url = pathToFileURL(source);
  for (const [name, value] of Object.entries(how)) url.searchParams.set(name, value);
  return new sqlite.DatabaseSync(url, { readOnly: true, timeout: patience });
}

/** Whether its journal is what a crash left: SQLite, allowed to read only, then refuses to read at all. */
function isHalfWritten(sqlite: NodeSqlite, source: string): boolean {
  const database = openSource(sqlite, source, {});
  try {
    database.exec('SELECT 1 FROM sqlite_schema');
    return false;
  } catch (error) {
    if (sqliteCode(error) === 776) return true; // SQLITE_READONLY_ROLLBACK
    throw error;
  } finally {
    database.close();
  }
}

const companions = ['', '-wal', '-journal'];

async function copyFiles(source: string, scratch: string): Promise<void> {
  await requireRoom(path.dirname(scratch), source);
  for (const suffix of companions) {
    await rm(scratch + suffix, { force: true });
    if (!existsSync(source + suffix)) continue;
    await copyFile(source + suffix, scratch + suffix, constants.COPYFILE_FICLONE);
    await chmod(scratch + suffix, 0o600); // A file that may not be written would make such a copy.
  }
}

/** Does the work again when the files were written to meanwhile. */
async function whileUnchanged(source: string, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const before = fingerprint(source);
    await work();
    if (fingerprint(source) === before) return;
    await delay(100 * attempt);
  }
  throw new UserError('database.locked', locked, [source]);
}

function fingerprint(source: string): string {
  const parts = companions.map((suffix) => {
    const found = statSync(source + suffix, { bigint: true, throwIfNoEntry: false });
    return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : 'none';
  });
  return parts.join(', ');
}
