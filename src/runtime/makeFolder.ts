import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../agent/errors';

/**
 * Makes a folder, and those that it lies in, where they are missing. `mkdir` of Node, asked for the same, never comes back
 * from below /proc: there the folder above is there, and it is still said that a folder is missing.
 * @throws the error of the system
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(folder, mode);
  } catch (error) {
    if (await isFolder(folder)) return;
    const parent = path.dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || (await isFolder(parent))) throw error;
    await makeFolder(parent, mode);
    // In a folder that somebody else has made meanwhile, this one may be there too.
    await makeFolder(folder, mode);
  }
}

/**
 * Makes a folder for what runs leave behind, for its owner alone.
 * @throws {UserError} `state.folder`
 */
export async function makeStateFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder, 0o700);
  } catch (cause) {
    throw new UserError(
      'state.folder',
      'What runs leave behind cannot be kept in {0}: the folder cannot be made ({1}). Correct its permissions, or choose another place; on the command line that is XDG_STATE_HOME.',
      [folder, cause instanceof Error ? cause.message : String(cause)],
      { cause },
    );
  }
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}
