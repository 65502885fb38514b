import type { Dirent } from 'node:fs';
import { chmod, lstat, readdir } from 'node:fs/promises';
import { nameOf } from './names';

/** A file of a tree, by its path in it: names joined by `/` (names.ts). */
export interface TreeEntry {
  readonly path: string;
  readonly dirent: Dirent<Buffer>;
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

/**
 * All files of a tree, folders before what is in them, links not followed. Folders that vanish meanwhile are passed over.
 * @param enter whether to look into a folder
 * @param openUp gives the owner his right to look into a folder back, where it is his
 */
export async function* walk(
  folder: Buffer,
  { enter = () => true, openUp = false }: { enter?: (path: string) => boolean; openUp?: boolean } = {},
  prefix = '',
): AsyncGenerator<TreeEntry> {
  for (const dirent of await list(folder, openUp)) {
    const path = prefix + nameOf(dirent.name);
    yield { path, dirent };
    if (dirent.isDirectory() && enter(path)) yield* walk(within(folder, dirent.name), { enter, openUp }, `${path}/`);
  }
}

async function list(folder: Buffer, openUp: boolean): Promise<Dirent<Buffer>[]> {
  const read = async () => readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  try {
    return await read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' && openUp) {
      await chmod(folder, ((await lstat(folder)).mode & 0o777) | 0o700);
      return read();
    }
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return [];
    throw error;
  }
}
