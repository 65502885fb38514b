import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';

/** What the user chose as a database. Paths are absolute and free of symbolic links. */
export type Source =
  | { readonly kind: 'sqlite'; readonly file: string; readonly bytes: number }
  | { readonly kind: 'files'; readonly files: readonly { readonly path: string; readonly bytes: number }[] };

/**
 * Tells what a path leads to: a data file (CSV, TSV, JSON, Parquet) by its name, a folder by the data files directly in
 * it, and any other file is taken for SQLite.
 * @throws {UserError} `database.missing`, `database.unreadable`, `database.noFiles`
 */
export async function findSource(place: string): Promise<Source> {
  try {
    const real = await realpath(place);
    const found = await stat(real);
    if (found.isDirectory()) return { kind: 'files', files: await dataFilesIn(real, place) };
    if (!found.isFile())
      throw new UserError(
        'database.unreadable',
        '{0} is not a file. Choose an SQLite file, a CSV, TSV, JSON or Parquet file, or a folder of such files.',
        [place],
      );
    if (isDataFile(place)) return { kind: 'files', files: [{ path: real, bytes: found.size }] };
    const log = await stat(`${real}-wal`).catch(() => undefined);
    return { kind: 'sqlite', file: real, bytes: found.size + (log?.size ?? 0) };
  } catch (cause) {
    if (UserError.is(cause)) throw cause;
    if (isMissing(cause))
      throw new UserError(
        'database.missing',
        '{0} does not exist. Choose an SQLite file, a CSV, TSV, JSON or Parquet file, or a folder of such files.',
        [place],
        { cause },
      );
    throw unreadable(place, cause);
  }
}

/** @param cause of the file system or of SQLite */
export function unreadable(file: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const template = '{0} cannot be read ({1}). Check that it exists and that you may read it.';
  return new UserError('database.unreadable', template, [file, reason], { cause });
}

async function dataFilesIn(folder: string, place: string): Promise<{ path: string; bytes: number }[]> {
  const files: { path: string; bytes: number }[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith('.') || !isDataFile(name)) continue;
    const file = path.join(folder, name);
    const found = await stat(file);
    if (found.isFile()) files.push({ path: file, bytes: found.size });
  }
  if (files.length > 0) return files;
  throw new UserError(
    'database.noFiles',
    'There is no CSV, TSV, JSON or Parquet file in {0}. Choose an SQLite file, a CSV, TSV, JSON or Parquet file, or a folder of such files.',
    [place],
  );
}

function isDataFile(file: string): boolean {
  return /\.(csv|tsv|tab|json|jsonl|ndjson|parquet)$/i.test(file);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
