import { constants } from 'node:fs';
import { appendFile, copyFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../agent/errors';
import { deletedInRenewedFolders, proposedState, touchedFiles, workspaceFile } from './layer';
import type { RunFolder } from './runFolder';
import type { Touched } from './tree';
import { digestOfFile, digestOfFolder, stateOf, type State } from './state';

/** What a file was when the run touched it for the first time. */
export interface Original {
  readonly path: string;
  /** Null where there was nothing. */
  readonly state: State | null;
  /** The user changed it so close to the run that it cannot be told which version the run has seen. */
  readonly inDoubt?: true;
  /** The name of its copy, for those who compare. */
  readonly copy?: string;
}

export type Originals = ReadonlyMap<string, Original>;

/** Keeps the record of originals while a run goes on. */
export interface OriginalsRecord {
  /** The run begins: what the user changed before is what the run sees. */
  begin(): Promise<void>;
  /** Records what was touched since the last time; one after the other. Never rejects: `finish` does, later. */
  record(): Promise<void>;
  /** Records everything, and ends. Rejects for what is a bug. */
  finish(): Promise<void>;
}

/** Larger files are not copied; their digest still tells whether they changed. */
const copyLimit = 8 * 1024 * 1024;
/** File times are those of the last tick of the kernel's clock. */
const tickMs = 20;

/**
 * An overlay does not keep what it covers. So before and after each command it is looked up in the workspace what the
 * touched files are there. That is what the run has seen, unless it changed later than when the file was last known to be
 * untouched by the run: then it is in doubt.
 */
export function createOriginalsRecord(run: RunFolder): OriginalsRecord {
  let journal: Journal = { originals: new Map(), untouchedAt: run.manifest.startedAt };
  let running = Promise.resolve();
  let waiting: Promise<void> | undefined;
  let failure: Error | undefined;

  async function look(isLast: boolean): Promise<void> {
    journal = await recordTouched(run, journal, { isLast, persist: true });
  }

  return {
    async begin() {
      if (journal.originals.size > 0) return;
      journal = { ...journal, untouchedAt: Date.now() };
      await appendFile(journalFile(run), line({ untouchedAt: journal.untouchedAt }), { mode: 0o600 });
    },

    async record() {
      // A copy is compared as a whole, which is too much for each command.
      if (run.manifest.layer === 'copy') return;
      waiting ??= running.then(async () => {
        waiting = undefined;
        running = look(false).catch((error: Error) => void (failure ??= error));
        await running;
      });
      await waiting;
    },

    async finish() {
      await waiting;
      await running;
      await look(true).catch((error: Error) => void (failure ??= error));
      // What a person can cause is met again, and told, by who lists the changes.
      if (failure !== undefined && !UserError.is(failure)) throw failure;
    },
  };
}

/** The originals of all that a run has touched. What is not recorded yet is looked up now; it is kept if `persist`. */
export async function originalsOf(run: RunFolder, { persist }: { persist: boolean }): Promise<Originals> {
  const journal = await readJournal(run);
  return (await recordTouched(run, journal, { isLast: true, persist })).originals;
}

export function copyOf(run: RunFolder, { copy }: Original): string | undefined {
  return copy === undefined ? undefined : path.join(run.path, 'originals', copy);
}

interface Journal {
  readonly originals: Map<string, Original>;
  /** What is not in `originals` was untouched then, in milliseconds since 1970. */
  readonly untouchedAt: number;
}

async function recordTouched(
  run: RunFolder,
  { originals, untouchedAt }: Journal,
  { isLast, persist }: { isLast: boolean; persist: boolean },
): Promise<Journal> {
  const began = Date.now();
  const found: Original[] = [];
  const add = async (touched: Touched, since: number) => {
    if (originals.has(touched.path)) return;
    const original = leadsThroughFolders(originals, touched.path)
      ? await lookUp(run, touched, since, persist ? `${originals.size}` : undefined)
      : { path: touched.path, state: null };
    originals.set(touched.path, original);
    found.push(original);
  };
  for await (const touched of touchedFiles(run)) await add(touched, untouchedAt);
  if (isLast) {
    // When these were deleted is not known.
    const deleted = await deletedInRenewedFolders(run);
    for (const file of deleted) await add({ path: file, isGone: true }, run.manifest.startedAt);
  }
  if (persist) {
    await appendFile(journalFile(run), [...found, { untouchedAt: began }].map(line).join(''), { mode: 0o600 });
  }
  return { originals, untouchedAt: began };
}

/** Below what was no folder there was nothing: what a link led to is not in the workspace. */
function leadsThroughFolders(originals: Originals, file: string): boolean {
  const parent = originals.get(path.posix.dirname(file));
  return parent === undefined || parent.state?.type === 'folder';
}

async function lookUp(
  run: RunFolder,
  { path: name, isGone }: Touched,
  since: number,
  copy?: string,
): Promise<Original> {
  const file = workspaceFile(run, name);
  const found = await stateOf(file);
  if (found === undefined) return { path: name, state: null };
  const { file: _, ...state } = found;
  const inDoubt = state.ctimeMs > since - tickMs ? { inDoubt: true as const } : {};
  if (state.type === 'folder') {
    // A folder that is still one is merged; else all that is in it is gone.
    if (!isGone && (await proposedState(run, name))?.type === 'folder') return { path: name, state };
    return { path: name, state: { ...state, digest: await digestOfFolder(file) }, ...inDoubt };
  }
  if (state.type !== 'file' || isGone) return { path: name, state, ...inDoubt };
  try {
    const digest = await digestOfFile(file);
    const copied = copy !== undefined && state.size <= copyLimit ? await keepCopy(run, file, copy) : {};
    return { path: name, state: { ...state, digest }, ...inDoubt, ...copied };
  } catch (error) {
    // Not ours to read: then the run could not read it either, and has put something else in its place.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'ENOENT' || code === 'ELOOP') return { path: name, state, ...inDoubt };
    throw error;
  }
}

async function keepCopy(run: RunFolder, file: Buffer, name: string): Promise<{ copy: string }> {
  const folder = path.join(run.path, 'originals');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await copyFile(file, path.join(folder, name), constants.COPYFILE_FICLONE);
  return { copy: name };
}

async function readJournal(run: RunFolder): Promise<Journal> {
  const originals = new Map<string, Original>();
  let untouchedAt = run.manifest.startedAt;
  for (const text of (await readText(journalFile(run))).split('\n')) {
    const entry = parseLine(text);
    if (entry === undefined) continue;
    if ('untouchedAt' in entry) ({ untouchedAt } = entry);
    else originals.set(entry.path, entry);
  }
  return { originals, untouchedAt };
}

const journalFile = (run: RunFolder) => path.join(run.path, 'originals.jsonl');
/** The line break comes first: a crash may have left half a line. */
const line = (entry: Original | { untouchedAt: number }) => `\n${JSON.stringify(entry)}`;

/** Undefined for what a crash has left of a line. */
function parseLine(text: string): Original | { untouchedAt: number } | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as Original | { untouchedAt: number });
  } catch {
    return undefined;
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
