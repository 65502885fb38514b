import type { DatabaseSync } from 'node:sqlite';
import type { Conversion } from '../../../agent/database';
import { sourceError } from '../scratchCopy';
import { loadCsv } from './csvTable';
import { loadJson } from './jsonTable';
import { tableNames } from './names';
import { loadParquet } from './parquetTable';
import { stage, type Loader } from './staging';

/** Told what share of all bytes has been read, 0 to 1. */
export type OnProgress = (share: number) => void;

/**
 * Makes a table of each file, in one transaction.
 * @param sizes bytes of each file
 * @returns what was turned into something else
 * @throws {UserError} `database.emptyFile`, `.wideFile`, `.unreadable`, and what each kind of file is refused for. The database is then
 *   of no use.
 */
export async function loadFiles(
  database: DatabaseSync,
  files: readonly { readonly path: string; readonly bytes: number }[],
  onProgress: OnProgress,
): Promise<Conversion[]> {
  const names = tableNames(files.map(({ path }) => path));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const conversions: Conversion[] = [];
  let before = 0;
  database.exec('BEGIN');
  for (const { path, bytes } of files) {
    const table = names.get(path) ?? path;
    const staging = stage(database, path);
    const load = loaderOf(path);
    try {
      const columns = await load(path, staging, (read) => onProgress((before + read) / total));
      staging.finish(table, columns);
      for (const { name, conversions: found } of columns) {
        for (const conversion of found) conversions.push({ table, column: name, ...conversion });
      }
    } catch (error) {
      throw sourceError(error, path);
    }
    before += bytes;
  }
  database.exec('COMMIT');
  return conversions;
}

function loaderOf(file: string): Loader {
  if (/\.parquet$/i.test(file)) return loadParquet;
  return /\.(json|jsonl|ndjson)$/i.test(file) ? loadJson : loadCsv;
}
