import { link, mkdir, rm, unlink } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';

/** Beside the trajectories; no list of them looks into it. */
const trashName = '.trash';

/**
 * Moves files into the trash of their folders.
 * @returns the way back: what meanwhile stands where a file was is never replaced
 * @throws {UserError} `library.trash`; what was moved before stays moved
 */
export async function moveToTrash(files: readonly string[]): Promise<() => Promise<void>> {
  const moved: (readonly [from: string, to: string])[] = [];
  for (const file of files) {
    const trash = path.join(path.dirname(file), trashName);
    const to = path.join(trash, `${Date.now().toString(36)}-${path.basename(file)}`);
    await guarded(file, async () => {
      await mkdir(trash, { recursive: true, mode: 0o700 });
      await move(file, to);
    });
    moved.push([file, to]);
  }
  return async () => {
    for (const [from, to] of moved) await guarded(from, () => move(to, from));
  };
}

/** Deletes for good what these folders have in their trash. */
export async function emptyTrash(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await guarded(folder, () => rm(path.join(folder, trashName), { recursive: true, force: true }));
  }
}

/** A link fails where another file stands; a renaming would replace it. */
async function move(from: string, to: string): Promise<void> {
  await link(from, to);
  await unlink(from);
}

async function guarded(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new UserError(
      'library.trash',
      '{0} could not be moved: {1}. Check the permissions of its folder and try again.',
      [file, cause instanceof Error ? cause.message : String(cause)],
      { cause },
    );
  }
}
