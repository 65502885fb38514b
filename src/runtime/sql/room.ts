import { stat, statfs } from 'node:fs/promises';
import { UserError } from '../../agent/errors';

/** Bytes that are left free on a disk, whatever an agent does. */
export const reservedBytes = 256 * 1024 * 1024;

/**
 * Refuses to begin a copy that would not fit.
 * @param folder where the copy goes
 * @throws {UserError} `database.noRoom`
 */
export async function requireRoom(folder: string, source: string): Promise<void> {
  const needed = (await stat(source)).size;
  const free = await freeBytes(folder);
  if (needed + reservedBytes <= free) return;
  const template =
    '{0} has {1}, and a copy of it has to be made in {2}, where {3} are free. ' +
    'Make room there, or work on a smaller database.';
  throw new UserError('database.noRoom', template, [source, inWords(needed), folder, inWords(free)]);
}

export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function inWords(bytes: number): string {
  const megabytes = bytes / 1e6;
  return megabytes < 1000 ? `${Math.ceil(megabytes)} MB` : `${(megabytes / 1000).toFixed(1)} GB`;
}
