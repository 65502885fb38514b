import { access, open, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import { readLine, readRecord, writeLine, type RunHeader, type RunRecord } from '../../agent/runRecord';
import type { ReviewLine } from '../../agent/runReview';
import { appendLines } from './appendLines';
import { extension, recordFile } from './runJournal';

export { openJournal } from './runJournal';

/** A run in a list. */
export interface RunSummary {
  readonly id: string;
  readonly header: RunHeader;
}

/** Bytes in which the header of a run ends: a task has at most 20,000 characters. */
const headBytes = 128 * 1024;

/** The runs that are kept in a folder, the last one first. What is no run is passed over. */
export async function listRuns(folder: string): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for (const name of await recordNames(folder)) {
    const header = await readHeader(path.join(folder, name));
    if (header) runs.push({ id: name.slice(0, -extension.length), header });
  }
  return runs.toSorted((a, b) => b.header.askedAt - a.header.askedAt);
}

/** The files of all records in some folders, by name, so that the order is always the same. */
export async function recordFiles(folders: readonly string[]): Promise<string[]> {
  const lists = folders.map(async (folder) => (await recordNames(folder)).map((name) => path.join(folder, name)));
  return (await Promise.all(lists)).flat().sort();
}

/** A folder that is missing holds none. */
async function recordNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(extension));
}

/** A run as it was kept; undefined where there is none. A line that a crash cut short is left out. */
export async function readRun(folder: string, id: string): Promise<RunRecord | undefined> {
  const text = await readFile(recordFile(folder, id), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return readRecord(text.split('\n').flatMap((json) => readLine(json) ?? []));
}

/** Whether a folder holds the record of a run. */
export async function hasRun(folder: string, id: string): Promise<boolean> {
  return access(recordFile(folder, id)).then(
    () => true,
    () => false,
  );
}

export async function deleteRun(folder: string, id: string): Promise<void> {
  await rm(recordFile(folder, id), { force: true });
}

/**
 * Adds what a person said of a run when it was over.
 * @throws {UserError} `history.review` when the run is gone or cannot be written to
 */
export async function reviewRun(folder: string, id: string, said: ReviewLine): Promise<void> {
  const file = recordFile(folder, id);
  try {
    const now = Date.now();
    const { askedAt = now } = (await readHeader(file)) ?? {};
    await appendLines(file, [writeLine({ run: id, at: now - askedAt, ...said })], { create: false });
  } catch (cause) {
    throw new UserError(
      'history.review',
      'This could not be kept: {0} cannot be written ({1}). Free some space or correct its permissions, and do it again.',
      [file, cause instanceof Error ? cause.message : String(cause)],
      { cause },
    );
  }
}

/** Deletes all but the last so many runs. */
export async function pruneRuns(folder: string, kept: number): Promise<void> {
  for (const { id } of (await listRuns(folder)).slice(kept)) await deleteRun(folder, id);
}

async function readHeader(file: string): Promise<RunHeader | undefined> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    const line = readLine(text.slice(0, text.indexOf('\n')));
    return line && readRecord([line])?.header;
  } finally {
    await handle.close();
  }
}
