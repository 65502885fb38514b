import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, symlink, unlink, type FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import type { ApplyReport } from '../../../agent/changes';
import type { Change } from './compare';
import { openFolder, NoFolderError, type FolderHandle } from './folderHandle';
import { proposedFile, proposedState } from './layer';
import { bytesOf } from './names';
import { removeTree, type RunFolder } from './runFolder';
import { isSame, stateOf, type State } from './state';

export type Refusal = ApplyReport['refused'][number];

/** What a transfer needs to know besides the change. */
export interface Transfer {
  readonly run: RunFolder;
  /** Also where the workspace has changed meanwhile. */
  readonly overwrite: boolean;
  /** Is in the names of files that are not in their place yet, or not any more. */
  readonly token: string;
  /** The number of a path among all that the run has touched. */
  readonly numberOf: (path: string) => number;
}

/**
 * Carries one change over, in such a way that at any moment the name stands for the old version or for the new one.
 * @returns why it was not done; undefined if it was
 */
export async function transfer(
  change: Change,
  { run, overwrite, token, numberOf }: Transfer,
): Promise<Refusal | undefined> {
  const { original, proposed } = change;
  const { path } = change.shown;
  if (proposed?.type === 'special') return refusal(path, 'special', 'It is neither a file, nor a folder, nor a link.');
  let parent: FolderHandle;
  try {
    const modeOf = async (folder: string) => (await stateOf(proposedFile(run, folder)))?.mode ?? 0o755;
    parent = await openFolder(run.manifest.workspace, folderOf(path), proposed === undefined ? undefined : modeOf);
  } catch (error) {
    if (error instanceof NoFolderError) return refusal(path, 'parent', `${error.path} is no folder in the workspace.`);
    throw error;
  }
  try {
    // Once more, and as late as can be: the list may be an hour old.
    const now = await stateOf(parent.at(nameIn(path)));
    const isUntouched = original.inDoubt !== true && (await isSame(now, original.state ?? undefined));
    if (!isUntouched && !overwrite && !(await isSame(now, proposed))) {
      return refusal(path, 'conflict', 'It has been changed in the workspace since the run began.');
    }
    const names = temporaryNames(token, numberOf(path));
    try {
      await put(run, change, parent, now, names);
    } catch (error) {
      await putBack(parent, nameIn(path), names, proposed === undefined);
      throw error;
    }
    return undefined;
  } finally {
    await parent.close();
  }
}

/**
 * Settles what a crash has cut off, so that each name stands for the old version or for the new one, and nothing else is
 * left.
 * @param paths all that the run has touched, in the order in which they were numbered
 */
export async function settle(run: RunFolder, paths: readonly string[], token: string): Promise<void> {
  for (const [folder, numbers] of Map.groupBy(paths.keys(), (number) => folderOf(paths[number] ?? ''))) {
    let parent: FolderHandle;
    try {
      parent = await openFolder(run.manifest.workspace, folder);
    } catch (error) {
      if (error instanceof NoFolderError) continue;
      throw error;
    }
    try {
      for (const number of numbers) {
        const path = paths[number] ?? '';
        const isDeletion = (await proposedState(run, path)) === undefined;
        await putBack(parent, nameIn(path), temporaryNames(token, number), isDeletion);
      }
    } finally {
      await parent.close();
    }
  }
}

interface TemporaryNames {
  /** Of the new version before it is in its place. */
  readonly incoming: string;
  /** Of the old version when it is in its place no more. */
  readonly outgoing: string;
}

function temporaryNames(token: string, number: number): TemporaryNames {
  return { incoming: `.agentlm-${token}-${number}.new`, outgoing: `.agentlm-${token}-${number}.old` };
}

async function put(
  run: RunFolder,
  { shown: { path, kind }, proposed }: Change,
  parent: FolderHandle,
  now: State | undefined,
  names: TemporaryNames,
): Promise<void> {
  const target = parent.at(nameIn(path));
  const [incoming, outgoing] = [parent.at(names.incoming), parent.at(names.outgoing)];
  if (proposed === undefined) {
    if (now === undefined) return;
    await rename(target, outgoing);
    await remove(outgoing);
    return;
  }
  const isAboutMode = kind === 'mode' || proposed.type === 'folder';
  if (isAboutMode && now?.type === proposed.type) return changeMode(target, proposed.mode);
  await make(proposedFile(run, path), proposed, incoming, now === undefined ? undefined : target);
  // Only a file or a link can take the place of a file or a link at once.
  const swaps = now !== undefined && (now.type === 'folder' || proposed.type === 'folder');
  if (swaps) await rename(target, outgoing);
  await rename(incoming, target);
  if (swaps) await remove(outgoing);
}

/** Completes what was begun, if the name stands for the new version already, and undoes it if not. */
async function putBack(parent: FolderHandle, name: string, names: TemporaryNames, isDeletion: boolean): Promise<void> {
  const [incoming, outgoing] = [parent.at(names.incoming), parent.at(names.outgoing)];
  if (!isDeletion && (await stateOf(outgoing)) !== undefined && (await stateOf(parent.at(name))) === undefined) {
    await rename(outgoing, parent.at(name));
  }
  for (const rest of [incoming, outgoing]) await remove(rest);
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

async function remove(file: Buffer): Promise<void> {
  const state = await stateOf(file);
  // The name is our own, and so ASCII; what is below it may have any name.
  if (state?.type === 'folder') await removeTree(file.toString());
  else if (state !== undefined) await unlink(file);
}

function refusal(path: string, reason: Refusal['reason'], message: string): Refusal {
  return { path, reason, message };
}

const folderOf = (path: string) => posix.dirname(path);
const nameIn = (path: string) => posix.basename(path);
