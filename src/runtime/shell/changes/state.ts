import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import type { FileVersion } from '../../../agent/changes';
import { nameOf } from './names';
import { walk } from './tree';

/** What a file is at one moment, and what tells later whether it still is the same. */
export interface State {
  readonly type: FileVersion['type'];
  readonly size: number;
  readonly mode: number;
  readonly ino: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly target?: string;
  /** A character device. */
  readonly isDevice?: true;
  /** SHA-256 of the content of a file, or of all that a folder holds, by the times and sizes of its files. */
  readonly digest?: string;
  /** Where it was found; not for what is only remembered. */
  readonly file?: Buffer;
}

/** Undefined where there is nothing, or the way leads through something that is no folder. */
export async function stateOf(file: Buffer): Promise<State | undefined> {
  let stats: Stats;
  try {
    stats = await lstat(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  const { ino, mtimeMs, ctimeMs } = stats;
  const type = typeOf(stats);
  const target = type === 'link' ? await targetOf(file) : undefined;
  // It was a link an instant ago: a run may be at work.
  if (type === 'link' && target === undefined) return stateOf(file);
  return {
    type,
    size: type === 'file' ? stats.size : 0,
    mode: stats.mode & 0o777,
    ino,
    mtimeMs,
    ctimeMs,
    ...(target !== undefined && { target }),
    ...(stats.isCharacterDevice() ? { isDevice: true as const } : {}),
    file,
  };
}

/** Undefined for what is no link any more. */
async function targetOf(link: Buffer): Promise<string | undefined> {
  try {
    return nameOf(await readlink(link, { encoding: 'buffer' }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EINVAL' || code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function typeOf(stats: Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): State['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'special';
}

/** SHA-256 of what is in a file. A FIFO that took its place is not waited for. */
export async function digestOfFile(file: Buffer): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const hash = createHash('sha256');
  for await (const chunk of handle.createReadStream()) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Tells whether anything in a folder, at any depth, was added, removed, written to or re-moded. */
export async function digestOfFolder(folder: Buffer): Promise<string> {
  const lines: string[] = [];
  for await (const { path, at } of walk(folder)) {
    const state = await stateOf(at);
    if (state === undefined) continue;
    const { type, size, mode, ino, mtimeMs, ctimeMs, target } = state;
    // What is in a folder has lines of its own; reading it must not make it another.
    lines.push(
      JSON.stringify(type === 'folder' ? [path, mode] : [path, type, size, mode, ino, mtimeMs, ctimeMs, target]),
    );
  }
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** Whether two versions of a file, or a version and a memory of one, are the same in content and rights. */
export async function isSame(one: State | undefined, other: State | undefined): Promise<boolean> {
  if (one === undefined || other === undefined) return one === other;
  return one.mode === other.mode && (await hasSameContent(one, other));
}

/** As `isSame`, the rights left out. */
export async function hasSameContent(one: State, other: State): Promise<boolean> {
  if (one.type !== other.type || one.size !== other.size) return false;
  switch (one.type) {
    case 'link':
      return one.target === other.target;
    case 'special':
      return one.ino === other.ino;
    case 'folder':
      // Without a digest on either side it is only about the folder itself.
      return (one.digest ?? other.digest) === undefined || (await folderDigest(one)) === (await folderDigest(other));
    case 'file':
      if (one.ino === other.ino && one.mtimeMs === other.mtimeMs && one.ctimeMs === other.ctimeMs) return true;
      return (await fileDigest(one)) === (await fileDigest(other));
  }
}

/** A symbol, which is like no other, for what cannot be told. */
async function fileDigest({ digest, file }: State): Promise<string | symbol> {
  const found = digest ?? (file === undefined ? undefined : await ifReadable(digestOfFile(file)));
  return found ?? Symbol('unknown');
}

async function folderDigest({ digest, file }: State): Promise<string | symbol> {
  return digest ?? (file === undefined ? Symbol('unknown') : digestOfFolder(file));
}

const textProbe = 8000;

/** Whether a file holds a NUL early on, which is how git tells too. */
export async function isBinary(file: Buffer): Promise<boolean> {
  return (await ifReadable(hasEarlyNul(file))) ?? false;
}

async function hasEarlyNul(file: Buffer): Promise<boolean> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(textProbe), 0, textProbe, 0);
    return buffer.subarray(0, bytesRead).includes(0);
  } finally {
    await handle.close();
  }
}

/** Undefined for a file that may not be read, or that was something else by the time it was opened. */
async function ifReadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['EACCES', 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO'].includes(code)) return undefined;
    throw error;
  }
}
