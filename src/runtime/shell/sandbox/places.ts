import { realpath } from 'node:fs/promises';
import { UserError } from '../../../agent/errors';
import { makeStateFolder } from '../../makeFolder';
import { isHeld, listRunFolders, removeScratch } from '../changes/runFolder';
import { requireEntry } from '../requireEntry';
import { removeOldGroups } from './controlGroup';
import { isInside } from './hidden';

/** Where a run works, and where its changes are kept: real paths. */
export interface Places {
  readonly workspace: string;
  readonly storage: string;
}

/**
 * Makes the storage where it is missing.
 * @throws {UserError} `sandbox.overlap` where the storage is in the workspace, `sandbox.noFolder`, `shell.noEntry`, `state.folder`
 */
export async function findPlaces(run: { readonly workspace: string }, storage: string): Promise<Places> {
  await requireEntry(run.workspace);
  const workspace = await realFolder(run.workspace);
  await makeStateFolder(storage);
  const places = { workspace, storage: await realpath(storage) };
  refuseOverlap(places);
  return places;
}

/** Removes what crashes have left behind, but for the changes. */
export async function clearCrashed(storage: string): Promise<void> {
  for (const run of await listRunFolders(storage)) {
    if (run.manifest.endedAt === undefined && !isHeld(run.manifest)) await removeScratch(run);
  }
  await removeOldGroups();
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    throw new UserError(
      'sandbox.noFolder',
      'The folder {0} does not exist. Open a folder that does, and start again.',
      [folder],
      { cause: error },
    );
  }
}

/** A layer of an overlay cannot lie within another one, and a copy would be copied into itself. */
function refuseOverlap({ workspace, storage }: Places): void {
  if (!isInside(storage, workspace)) return;
  throw new UserError(
    'sandbox.overlap',
    'The folder {0} cannot be sandboxed, for the changes of runs are kept in it ({1}). Open a folder in it instead, or run without the sandbox.',
    [workspace, storage],
  );
}
