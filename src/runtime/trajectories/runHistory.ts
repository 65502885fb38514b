import { constants } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { readEvent, type RecordedEvent, type RunHeader, type RunRecord, type RunVerdict } from '../../agent/runRecord';
import { extension, type Remark } from './runJournal';

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
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const runs: RunSummary[] = [];
  for (const name of names) {
    if (!name.endsWith(extension)) continue;
    const header = readHeader(await readHead(path.join(folder, name)));
    if (header) runs.push({ id: name.slice(0, -extension.length), header });
  }
  return runs.toSorted((a, b) => b.header.askedAt - a.header.askedAt);
}

/** A run as it was kept; undefined where there is none. A line that a crash cut short is left out. */
export async function readRun(folder: string, id: string): Promise<RunRecord | undefined> {
  const text = await readFile(fileOf(folder, id), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const [first = '', ...lines] = text.split('\n');
  const header = readHeader(first);
  if (!header) return undefined;
  const events: RecordedEvent[] = [];
  let verdict: RunVerdict = 'undecided';
  for (const line of lines) {
    const event = readEvent(line);
    if (event) events.push(event);
    else verdict = readVerdict(line) ?? verdict;
  }
  return { header, events, verdict };
}

export async function deleteRun(folder: string, id: string): Promise<void> {
  await rm(fileOf(folder, id), { force: true });
}

/** Adds what a person said of a run when it was over. @throws when the run is gone or cannot be written to */
export async function judgeRun(folder: string, id: string, verdict: RunVerdict): Promise<void> {
  const remark: Remark = { type: 'verdict', verdict };
  const handle = await open(fileOf(folder, id), constants.O_WRONLY | constants.O_APPEND);
  try {
    await handle.appendFile(`${JSON.stringify(remark)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Deletes all but the last so many runs. */
export async function pruneRuns(folder: string, kept: number): Promise<void> {
  for (const { id } of (await listRuns(folder)).slice(kept)) await deleteRun(folder, id);
}

function fileOf(folder: string, id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error('This is not the id of a run.');
  return path.join(folder, `${id}${extension}`);
}

async function readHead(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    return text.slice(0, text.indexOf('\n'));
  } finally {
    await handle.close();
  }
}

function readHeader(line: string): RunHeader | undefined {
  const remark = readRemark(line);
  if (remark?.type !== 'run') return undefined;
  const { header } = remark as Partial<typeof remark>;
  const known = header?.version === 1 && (header.kind === 'os' || header.kind === 'db');
  return known && [header.problem, header.place].every((each) => typeof each === 'string') ? header : undefined;
}

function readVerdict(line: string): RunVerdict | undefined {
  const remark = readRemark(line);
  if (remark?.type !== 'verdict') return undefined;
  return (['undecided', 'accepted', 'rejected'] as const).find((each) => each === remark.verdict);
}

function readRemark(line: string): Remark | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value ? (value as Remark) : undefined;
  } catch {
    return undefined;
  }
}
