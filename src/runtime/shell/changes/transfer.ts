import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, symlink, unlink, type FileHandle } from 'node:fs/promises';
import type { ApplyReport } from '../../../agent/changes';
import type { Change } from './compare';
import { openFolder, NoFolderError, type FolderHandle } from './folderHandle';
import { proposedFile } from './layer';
import { bytesOf } from './names';
import { removeTree, type RunFolder } from './runFolder';
import { isSame, stateOf, type State } from './state';

/** What an unfinished step has left in the workspace, and which name it was about. */
export interface Step {
  /** The folder in which all of it happens, relative to the workspace. */
  readonly folder: string;
  readonly name: string;
  /** The new version, not in its place yet. */
  readonly incoming?: string;
  /** The old version, out of its place already. */
  readonly outgoing?: string;
  /** The name stays empty. */
  readonly deletes: boolean;
}

/** Notes a step before it is taken; undefined: it is done. */
export type NoteStep = (step: Step | undefined) => Promise<void>;

type Refusal = ApplyReport['refused'][number];

/**
 * Carries one change over, in such a way that at any moment the name stands for the old version or for the new one.
 * @returns why it was not done; undefined if it was
 */
export async function transfer(
  run: RunFolder,
  change: Change,
  overwrite: boolean,
  note: NoteStep,
): Promise<Refusal | undefined> {
  const { proposed } = change;
  const { path } = change.shown;
  if (proposed?.type === 'special') return refusal(path, 'special', 'It is neither a file, nor a folder, nor a link.');
  const { folder, name } = split(path);
  let parent: FolderHandle;
  try {
    const modeOf = async (of: string) => (await stateOf(proposedFile(run, of)))?.mode ?? 0o755;
    parent = await openFolder(run.manifest.workspace, folder, proposed === undefined ? undefined : modeOf);
  } catch (error) {
    if (error instanceof NoFolderError) return refusal(path, 'parent', `${error.path} is no folder in the workspace.`);
    throw error;
  }
  try {
    // Once more, and as late as can be: the list may be an hour old.
    const now = await stateOf(parent.at(name));
    const isUntouched = change.original.inDoubt !== true && (await isSame(now, change.original.state ?? undefined));
    if (!isUntouched && !overwrite && !(await isSame(now, proposed))) return conflict(path);
    await put(run, change, parent, { folder, name, now }, note);
    return undefined;
  } finally {
    await parent.close();
  }
}

/** Undoes a step that was cut off, or completes it, so that the name stands for the old version or for the new one. */
export async function settle(run: RunFolder, { folder, name, incoming, outgoing, deletes }: Step): Promise<void> {
  let parent: FolderHandle;
  try {
    parent = await openFolder(run.manifest.workspace, folder);
  } catch (error) {
    // The folder itself has gone since, and with it what was left in it.
    if (error instanceof NoFolderError) return;
    throw error;
  }
  try {
    if (
      outgoing !== undefined &&
      !deletes &&
      (await stateOf(parent.at(outgoing))) &&
      !(await stateOf(parent.at(name)))
    ) {
      await rename(parent.at(outgoing), parent.at(name));
    }
    for (const rest of [incoming, outgoing]) if (rest !== undefined) await removeAt(parent, rest);
    await parent.sync();
  } finally {
    await parent.close();
  }
}

async function put(
  run: RunFolder,
  { shown: { path, kind }, proposed }: Change,
  parent: FolderHandle,
  { folder, name, now }: { folder: string; name: string; now: State | undefined },
  note: NoteStep,
): Promise<void> {
  const target = parent.at(name);
  if (proposed === undefined) {
    if (now === undefined) return;
    const outgoing = temporaryName();
    await note({ folder, name, outgoing, deletes: true });
    await rename(target, parent.at(outgoing));
    await removeAt(parent, outgoing);
  } else if (kind === 'mode' && now !== undefined && now.type === proposed.type) {
    await changeMode(target, proposed.mode);
  } else if (proposed.type === 'folder' && now?.type === 'folder') {
    await changeMode(target, proposed.mode);
  } else {
    const incoming = temporaryName();
    // Nothing but a file, or a link, can take the place of a file or a link at once.
    const swaps = now !== undefined && (now.type === 'folder' || proposed.type === 'folder');
    const outgoing = swaps ? temporaryName() : undefined;
    await note({ folder, name, incoming, ...(outgoing === undefined ? {} : { outgoing }), deletes: false });
    await make(proposedFile(run, path), proposed, parent.at(incoming), now === undefined ? undefined : target);
    if (outgoing !== undefined) await rename(target, parent.at(outgoing));
    await rename(parent.at(incoming), target);
    if (outgoing !== undefined) await removeAt(parent, outgoing);
  }
  await parent.sync();
  await note(undefined);
}

async function make(
  source: Buffer,
  { type, mode, target, mtimeMs }: State,
  file: Buffer,
  replaced: Buffer | undefined,
): Promise<void> {
  if (type === 'folder') return mkdirExactly(file, mode);
  if (type === 'link') return symlink(bytesOf(target ?? ''), file);
  const from = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW);
  let to: FileHandle | undefined;
  try {
    to = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    await to.writeFile(from.createReadStream({ autoClose: false }));
    if (replaced !== undefined) await keepOwner(to, replaced);
    await to.chmod(mode);
    await to.utimes(new Date(), new Date(mtimeMs));
    await to.sync();
  } finally {
    await Promise.all([from.close(), to?.close()]);
  }
}

/** The umask has no say: the rights are those that were reviewed. */
async function mkdirExactly(folder: Buffer, mode: number): Promise<void> {
  await mkdir(folder);
  await changeMode(folder, mode);
}

/** Through a handle, which no link can lead astray. The bits beyond the rights (setuid, sticky) stay as they are. */
async function changeMode(file: Buffer, mode: number): Promise<void> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    await handle.chmod(((await handle.stat()).mode & 0o7000) | mode);
  } finally {
    await handle.close();
  }
}

/** A file of somebody else, changed by root, stays theirs. */
async function keepOwner(handle: FileHandle, replaced: Buffer): Promise<void> {
  const [{ uid, gid }, own] = await Promise.all([lstat(replaced), handle.stat()]);
  if (uid === own.uid && gid === own.gid) return;
  try {
    await handle.chown(uid, gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

async function removeAt(parent: FolderHandle, name: string): Promise<void> {
  const file = parent.at(name);
  const state = await stateOf(file);
  if (state?.type === 'folder') await removeTree(file.toString());
  else if (state !== undefined) await unlink(file);
}

function conflict(path: string): Refusal {
  return refusal(path, 'conflict', 'It has been changed in the workspace since the run began.');
}

function refusal(path: string, reason: Refusal['reason'], message: string): Refusal {
  return { path, reason, message };
}

function split(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return { folder: slash < 0 ? '.' : path.slice(0, slash), name: path.slice(slash + 1) };
}

function temporaryName(): string {
  return `.agentlm-${randomBytes(8).toString('hex')}`;
}
