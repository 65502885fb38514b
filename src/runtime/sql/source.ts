import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';

/** What the user chose as a database. Paths are absolute and free of symbolic links. */
type Source =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'csv'; readonly files: readonly string[] };

/**
 * Tells what a path leads to: a CSV or TSV file by its name, a folder by the CSV and TSV files directly in it, and any
 * other file is taken for SQLite.
 * @throws {UserError} `database.missing`, `database.unreadable`, `database.noCsv`
 */
export async function findSource(place: string): Promise<Source> {
  try {
    const real = await realpath(place);
    const found = await stat(real);
    if (found.isDirectory()) return { kind: 'csv', files: await csvFilesIn(real, place) };
    if (!found.isFile()) throw new UserError('database.unreadable', '{0} is not a file. {1}', [place, choose]);
    return isCsv(place) ? { kind: 'csv', files: [real] } : { kind: 'sqlite', file: real };
  } catch (cause) {
    if (UserError.is(cause)) throw cause;
    if (isMissing(cause))
      throw new UserError('database.missing', '{0} does not exist. {1}', [place, choose], { cause });
    throw unreadable(place, cause);
  }
}

/** @param cause of the file system or of SQLite */
export function unreadable(file: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const template = '{0} cannot be read ({1}). Check that it exists and that you may read it.';
  return new UserError('database.unreadable', template, [file, reason], { cause });
}

const choose = 'Choose an SQLite file, a CSV or TSV file, or a folder of them.';

async function csvFilesIn(folder: string, place: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !entry.name.startsWith('.') && isCsv(entry.name))
    .map(({ name }) => path.join(folder, name))
    .sort();
  if (files.length > 0) return files;
  throw new UserError('database.noCsv', 'There is no CSV or TSV file in {0}. {1}', [place, choose]);
}

function isCsv(file: string): boolean {
  return /\.(csv|tsv|tab)$/i.test(file);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
