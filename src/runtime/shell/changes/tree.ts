import { constants, type Dirent } from 'node:fs';
import { chmod, open, readdir, type FileHandle } from 'node:fs/promises';
import { UserError } from '../../../agent/errors';
import { nameOf } from './names';

/** A file of a tree, by its path in it: names joined by `/` (names.ts). */
export interface TreeEntry {
  readonly path: string;
  readonly dirent: Dirent<Buffer>;
  /** Where it can be reached, for as long as no further entry is asked for. */
  readonly at: Buffer;
}

/** A path that a run has touched. */
export interface Touched {
  readonly path: string;
  /** It is not there any more, or was not for a while: below it, everything is the run's own. */
  readonly isGone: boolean;
}

/** The bytes of a path below a folder. */
export function within(folder: Buffer | string, ...names: Buffer[]): Buffer {
  const parts = [typeof folder === 'string' ? Buffer.from(folder) : folder, ...names];
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [slash, part])));
}

const slash = Buffer.from('/');

/** Deeper than people nest; a process that wants to make trouble does. */
const deepest = 100;

/**
 * All files of a tree, folders before what is in them. It may be changed meanwhile by somebody who wants to lead us
 * elsewhere: each folder is opened in its parent, and no link is followed. Folders that vanish are passed over.
 * @param openUp gives the owner his right to look into a folder back, where it is his
 * @throws {UserError} `changes.tooDeep`
 */
export async function* walk(folder: Buffer, { openUp = false } = {}, prefix = ''): AsyncGenerator<TreeEntry> {
  if (prefix.split('/').length > deepest) throw tooDeep(prefix);
  const handle = await openFolder(folder, openUp);
  if (handle === undefined) return;
  try {
    const base = process.platform === 'linux' ? Buffer.from(`/proc/self/fd/${handle.fd}`) : folder;
    for (const dirent of await readdir(base, { withFileTypes: true, encoding: 'buffer' })) {
      const path = prefix + nameOf(dirent.name);
      const at = within(base, dirent.name);
      yield { path, dirent, at };
      if (dirent.isDirectory()) yield* walk(at, { openUp }, `${path}/`);
    }
  } finally {
    await handle.close();
  }
}

/** Undefined where there is no folder, or none that may be looked into. */
async function openFolder(folder: Buffer, openUp: boolean): Promise<FileHandle | undefined> {
  try {
    return await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' && openUp && process.platform === 'linux' && (await allow(folder)))
      return openFolder(folder, false);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES') return undefined;
    throw error;
  }
}

/** O_PATH of open(2), which Node does not name: it asks for no right, and pins down which folder is meant. */
const O_PATH = 0o10000000;

async function allow(folder: Buffer): Promise<boolean> {
  const handle = await open(folder, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await chmod(`/proc/self/fd/${handle.fd}`, ((await handle.stat()).mode & 0o777) | 0o700);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return false;
    throw error;
  } finally {
    await handle.close();
  }
}

function tooDeep(folder: string): UserError {
  return new UserError(
    'changes.tooDeep',
    'The run has nested folders more than {0} deep (in {1}). Such changes cannot be applied. Discard them.',
    [deepest, folder.slice(0, 100)],
  );
}
