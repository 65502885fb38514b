import { copyFile, constants } from 'node:fs/promises';
import path from 'node:path';
import type { Conversion } from '../../agent/database';
import { loadFiles } from './files/loadFiles';
import type { NodeSqlite } from './nodeSqlite';
import { requireRoom } from './room';
import { copySqlite, shareBytes, type OnProgress } from './scratchCopy';
import type { ScratchFolder } from './scratchFolder';
import type { Source } from './source';

/**
 * Makes the scratch copy of what the user chose, and where the folder has a base, that one too: byte for byte the same.
 * @returns what was turned into something else when data files were read
 * @throws {UserError} those of copySqlite and loadFiles
 */
export async function makeScratch(
  sqlite: NodeSqlite,
  source: Source,
  { base, scratch }: Pick<ScratchFolder, 'base' | 'scratch'>,
  onProgress: OnProgress,
): Promise<Conversion[]> {
  const first = base ?? scratch;
  const share = base === undefined ? 1 : 0.9;
  const conversions = await load(sqlite, source, first, (done) => onProgress(done * share));
  settle(sqlite, first);
  if (base !== undefined && !(await shareBytes(base, scratch))) {
    await requireRoom(path.dirname(scratch), base);
    await copyFile(base, scratch, constants.COPYFILE_FICLONE);
  }
  onProgress(1);
  return conversions;
}

async function load(sqlite: NodeSqlite, source: Source, target: string, onProgress: OnProgress): Promise<Conversion[]> {
  if (source.kind === 'sqlite') {
    await copySqlite(sqlite, source.file, target, onProgress);
    return [];
  }
  const database = new sqlite.DatabaseSync(target);
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF');
  const conversions = await loadFiles(database, source.files, onProgress);
  database.close();
  return conversions;
}

/** Recovers what a log or journal still holds, so that the copy is one file, and no longer one in WAL mode. */
function settle(sqlite: NodeSqlite, file: string): void {
  const database = new sqlite.DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = DELETE');
  } finally {
    database.close();
  }
}
