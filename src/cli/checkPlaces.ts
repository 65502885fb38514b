import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from './usageError';

/** @throws {UsageError} naming the option, where the path is no folder */
export async function requireFolder(option: string, folder: string): Promise<void> {
  if (!(await isFolder(folder))) throw new UsageError(`${option}: ${folder} is no folder. Name one that is there.`);
}

/**
 * For a file that is written at the end: better now than after an hour of work.
 * @throws {UsageError} naming the option, where the file cannot be written
 */
export async function requireWritable(option: string, file: string): Promise<void> {
  const folder = path.dirname(file);
  if (await isFolder(file)) throw new UsageError(`${option}: ${file} is a folder. Name a file.`);
  if (!(await isFolder(folder))) throw new UsageError(`${option}: ${folder} is no folder. Make it first.`);
  const isThere = await allows(file, constants.F_OK);
  if (await allows(isThere ? file : folder, constants.W_OK)) return;
  throw new UsageError(`${option}: ${file} cannot be written. Name another file.`);
}

async function isFolder(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isDirectory();
  } catch {
    return false;
  }
}

async function allows(name: string, mode: number): Promise<boolean> {
  try {
    await access(name, mode);
    return true;
  } catch {
    return false;
  }
}
