import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, realpath, type FileHandle } from 'node:fs/promises';
import { bytesOf } from './names';
import { within } from './tree';

/** An open folder. What is done below `at` happens in this very folder, even if its path leads elsewhere meanwhile. */
export interface FolderHandle {
  /** The path of a name in the folder. */
  at(name: string): Buffer;
  /** Makes sure that names survive a crash of the machine. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A folder on the way is none: it is missing, a file, or a link. */
export class NoFolderError extends Error {
  override readonly name = 'NoFolderError';

  constructor(readonly path: string) {
    super(`${path} is no folder.`);
  }
}

/**
 * Opens a folder in a tree, one step at a time, following no link.
 * @param root a real path
 * @param folder relative to it; `.` for itself
 * @param modeOf the rights with which a folder is made that is missing; left out, none is made
 * @throws {NoFolderError}
 */
export async function openFolder(
  root: string,
  folder: string,
  modeOf?: (folder: string) => Promise<number>,
): Promise<FolderHandle> {
  let current = await openStep(Buffer.from(root), '.');
  let way = '';
  for (const name of folder === '.' ? [] : folder.split('/')) {
    way += way === '' ? name : `/${name}`;
    const parent = current;
    try {
      const next = parent.at(name);
      if (modeOf !== undefined) await makeFolder(next, () => modeOf(way));
      current = await openStep(next, way);
    } finally {
      await parent.close();
    }
  }
  return current;
}

async function openStep(file: Buffer, way: string): Promise<FolderHandle> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') throw new NoFolderError(way);
    throw error;
  }
  try {
    const base = await pathOf(handle, file, way);
    return {
      at: (name) => within(base, bytesOf(name)),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Linux names an open folder in /proc, which is as good as openat(2). Elsewhere its path has to do, once it is known that
 * no link is in it.
 */
async function pathOf(handle: FileHandle, file: Buffer, way: string): Promise<Buffer> {
  if (process.platform === 'linux') return Buffer.from(`/proc/self/fd/${handle.fd}`);
  const real = await realpath(file, { encoding: 'buffer' });
  const [there, opened] = await Promise.all([lstat(real), handle.stat()]);
  if (!real.equals(file) || there.ino !== opened.ino) throw new NoFolderError(way);
  return real;
}

async function makeFolder(folder: Buffer, mode: () => Promise<number>): Promise<void> {
  try {
    await lstat(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(folder, 0o700).catch(unlessThere);
    await chmod(folder, (await mode()) | 0o700);
  }
}

/** Several files may need the same folder. */
function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
