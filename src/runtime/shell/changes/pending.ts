import { constants } from 'node:fs';
import { open, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ApplyOptions, ApplyReport, PendingChanges, WhichVersion } from '../../../agent/changes';
import { UserError } from '../../../agent/errors';
import { compare, type Change } from './compare';
import { NoFolderError, openFolder } from './folderHandle';
import { proposedFile, proposedState } from './layer';
import { copyOf, originalsOf } from './originals';
import {
  findRunFolder,
  isAlive,
  isHeld,
  listRunFolders,
  openRunFolder,
  ownIdentity,
  removeScratch,
  removeTree,
  type ProcessIdentity,
  type RunFolder,
} from './runFolder';
import { hasSameContent, stateOf } from './state';
import { settle, transfer, type NoteStep, type Step } from './transfer';

/** The changes that wait in a storage folder, of the oldest run first. What runs there are that crashed is found here too. */
export async function listPending(storage: string): Promise<PendingChanges[]> {
  return (await listRunFolders(storage)).map((run) => pendingChanges(storage, run));
}

/** @throws {UserError} `changes.unknownRun` */
export async function openPending(storage: string, id: string): Promise<PendingChanges> {
  return pendingChanges(storage, await openRunFolder(storage, id));
}

function pendingChanges(
  storage: string,
  { manifest: { id, workspace, problem, startedAt } }: RunFolder,
): PendingChanges {
  /** Undefined when nothing is left of the run. */
  const reopen = async () => findRunFolder(storage, id);

  return {
    id,
    workspace,
    problem,
    startedAt,

    async state() {
      const manifest = (await reopen())?.manifest;
      if (manifest === undefined || manifest.endedAt !== undefined) return 'ended';
      return isHeld(manifest) ? 'running' : 'interrupted';
    },

    async list() {
      const run = await reopen();
      if (run === undefined) return [];
      await recover(run);
      return (await changesOf(run)).map(({ shown }) => shown);
    },

    async read(file, which) {
      const run = await reopen();
      return run && readVersion(run, file, which);
    },

    apply: async (paths, options = {}, signal) => apply(await openRunFolder(storage, id), paths, options, signal),

    async discard() {
      const run = await reopen();
      if (run !== undefined) await withLock(run, async () => forget(run));
    },
  };
}

async function changesOf(run: RunFolder): Promise<Change[]> {
  // A run that goes on keeps its record itself.
  return compare(run, await originalsOf(run, { persist: !isHeld(run.manifest) }));
}

async function apply(
  run: RunFolder,
  paths: 'all' | readonly string[],
  { includeGit = false, overwrite = false }: ApplyOptions,
  signal: AbortSignal | undefined,
): Promise<ApplyReport> {
  await requireWorkspace(run);
  return withLock(run, async (note) => {
    const changes = await changesOf(run);
    const applied: string[] = [];
    const refused: ApplyReport['refused'][number][] = [];
    for (const change of selected(changes, paths)) {
      if (signal?.aborted === true) break;
      const { path: name, caution } = change.shown;
      const refusal =
        caution === 'git' && !includeGit
          ? { path: name, reason: 'git' as const, message: 'It belongs to git, and was not asked for.' }
          : await transferOrTell(run, change, overwrite, note);
      if (refusal === undefined) applied.push(name);
      else refused.push(refusal);
    }
    const left = changes.length - applied.length;
    if (left === 0) await forget(run);
    return { applied, refused, left };
  });
}

/** What one file meets (no rights, a full disk) does not keep the others from being applied. */
async function transferOrTell(
  ...[run, change, overwrite, note]: Parameters<typeof transfer>
): ReturnType<typeof transfer> {
  try {
    return await transfer(run, change, overwrite, note);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { path: change.shown.path, reason: 'failed', message: error.message };
  }
}

function selected(changes: readonly Change[], paths: 'all' | readonly string[]): readonly Change[] {
  if (paths === 'all') return changes;
  const wanted = new Set(paths);
  const found = changes.filter((change) => wanted.delete(change.shown.path));
  const [unknown] = wanted;
  if (unknown === undefined) return found;
  throw new UserError('changes.unknownPath', 'The run has changed no {0}. List its changes to see their paths.', [
    unknown,
  ]);
}

async function readVersion(run: RunFolder, file: string, which: WhichVersion): Promise<Uint8Array | undefined> {
  if (file.split('/').some((name) => name === '' || name === '.' || name === '..')) return undefined;
  if (which === 'proposed') {
    return (await proposedState(run, file))?.type === 'file' ? readFile(proposedFile(run, file)) : undefined;
  }
  if (which === 'current') return readInWorkspace(run, file);
  const original = (await originalsOf(run, { persist: false })).get(file);
  if (original?.state?.type !== 'file') return undefined;
  const copy = copyOf(run, original);
  if (copy !== undefined) return readFile(copy);
  // Not copied, but perhaps still there.
  const current = await stateOf(Buffer.from(path.join(run.manifest.workspace, file)));
  return current !== undefined && (await hasSameContent(current, original.state))
    ? readInWorkspace(run, file)
    : undefined;
}

async function readInWorkspace({ manifest }: RunFolder, file: string): Promise<Uint8Array | undefined> {
  try {
    const parent = await openFolder(manifest.workspace, path.posix.dirname(file));
    try {
      const at = parent.at(path.posix.basename(file));
      if ((await stateOf(at))?.type !== 'file') return undefined;
      const handle = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    } finally {
      await parent.close();
    }
  } catch (error) {
    if (error instanceof NoFolderError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function requireWorkspace({ manifest: { workspace } }: RunFolder): Promise<void> {
  const state = await stateOf(Buffer.from(workspace));
  if (state?.type === 'folder' && (await realpath(workspace)) === workspace) return;
  throw new UserError(
    'changes.noWorkspace',
    'The folder {0} is not there any more. Put it back, or discard the changes.',
    [workspace],
  );
}

/** What is known of an apply that goes on, or was cut off. */
interface Lock {
  readonly host: ProcessIdentity;
  readonly step?: Step;
}

const lockFile = (run: RunFolder) => path.join(run.path, 'applying.json');

/** One at a time. */
async function withLock<T>(run: RunFolder, work: (note: NoteStep) => Promise<T>): Promise<T> {
  if (isHeld(run.manifest)) {
    throw new UserError('changes.running', 'The run still goes on. Stop it, or wait for its end, and try again.');
  }
  await recover(run);
  const file = lockFile(run);
  const host = ownIdentity();
  const write = async (lock: Lock) => {
    await writeFile(`${file}.new`, JSON.stringify(lock), { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  try {
    await writeFile(file, JSON.stringify({ host }), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? busy() : error;
  }
  try {
    return await work(async (step) => write({ host, ...(step === undefined ? {} : { step }) }));
  } finally {
    await rm(file, { force: true });
  }
}

/** Settles the step that a crash has cut off. */
async function recover(run: RunFolder): Promise<void> {
  const lock = await readLock(lockFile(run));
  if (lock === undefined || (lock !== 'broken' && isAlive(lock.host))) return;
  if (lock !== 'broken' && lock.step !== undefined) await settle(run, lock.step);
  await rm(lockFile(run), { force: true });
}

/** `broken`: whoever made it was gone before it was written. */
async function readLock(file: string): Promise<Lock | 'broken' | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Lock;
  } catch (error) {
    if (error instanceof SyntaxError) return 'broken';
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function busy(): UserError {
  return new UserError(
    'changes.busy',
    'These changes are being applied by another window or command. Wait for its end, and try again.',
  );
}

async function forget(run: RunFolder): Promise<void> {
  await removeScratch(run);
  await removeTree(run.path);
}
