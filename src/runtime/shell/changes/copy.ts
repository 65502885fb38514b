import { constants } from 'node:fs';
import { chmod, copyFile, lutimes, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytesOf } from './names';
import type { RunFolder } from './runFolder';
import { stateOf, type State } from './state';
import { walk, within, type Touched } from './tree';

/** What tells whether a file of a copy was touched since it was made. */
type Trace = readonly [path: string, type: State['type'], size: number, mode: number, mtimeMs: number, target?: string];

/**
 * Copies the workspace for a run that works on the copy: where no overlay is to be had. Files are cloned where the file
 * system can. What is neither file, folder nor link is left out, and what may not be read.
 */
export async function copyWorkspace(run: RunFolder, signal: AbortSignal): Promise<void> {
  const target = Buffer.from(path.join(run.path, 'copy'));
  const source = Buffer.from(run.manifest.workspace);
  const folders: State[] = [];
  const lines: string[] = [];
  await mkdir(target, { mode: 0o700 });
  for await (const { path: file, at: from } of walk(source)) {
    signal.throwIfAborted();
    const to = within(target, bytesOf(file));
    const state = await stateOf(from);
    if (state === undefined || state.type === 'special') continue;
    if (state.type === 'folder') await mkdir(to, { mode: 0o700 });
    else if (state.type === 'link') await symlink(bytesOf(state.target ?? ''), to);
    else if (!(await copyReadable(from, to))) continue;
    if (state.type === 'folder') folders.push({ ...state, file: to });
    else await lutimes(to, new Date(), new Date(state.mtimeMs));
    const copied = await stateOf(to);
    if (copied !== undefined) lines.push(JSON.stringify(traceOf(file, { ...copied, mode: state.mode })));
  }
  // Last, for nothing could be put into one that is read-only.
  for (const { file, mode } of folders.reverse()) if (file !== undefined) await chmod(file, mode);
  await writeFile(tracesFile(run), lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
}

async function copyReadable(from: Buffer, to: Buffer): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  }
}

/** What was touched in a copy. */
export async function* copiedFiles(run: RunFolder): AsyncGenerator<Touched> {
  const traces = new Map(await readTraces(run));
  const root = Buffer.from(path.join(run.path, 'copy'));
  for await (const { path: file, at } of walk(root, { openUp: true })) {
    const state = await stateOf(at);
    const then = traces.get(file);
    traces.delete(file);
    if (state !== undefined && JSON.stringify(traceOf(file, state)) !== then) yield { path: file, isGone: false };
  }
  // What is missing with its folder is gone with it.
  for (const file of traces.keys()) {
    if (!traces.has(path.posix.dirname(file))) yield { path: file, isGone: true };
  }
}

function traceOf(file: string, { type, size, mode, mtimeMs, target }: State): Trace {
  // A folder changes with what is put into it, which has a trace of its own.
  if (type === 'folder') return [file, type, 0, mode, 0];
  return target === undefined ? [file, type, size, mode, mtimeMs] : [file, type, size, 0, 0, target];
}

async function readTraces(run: RunFolder): Promise<[path: string, line: string][]> {
  const lines = (await readFile(tracesFile(run), 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => [(JSON.parse(line) as Trace)[0], line]);
}

const tracesFile = (run: RunFolder) => path.join(run.path, 'copied.jsonl');
