import { access, constants } from 'node:fs/promises';
import { UserError } from '../../agent/errors';

/** @throws {UserError} `shell.noEntry` for a folder that is there, or may be, and that the user may not enter */
export async function requireEntry(folder: string): Promise<void> {
  try {
    // What is no folder is not meant: the dot is in folders only.
    await access(`${folder}/.`, constants.X_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return;
    throw new UserError(
      'shell.noEntry',
      'You may not enter the folder {0}. Change its permissions, or open another folder.',
      [folder],
      { cause: error },
    );
  }
}
