import type { DatabaseReview } from '../../../agent/database';
import { folderOf, isRunning, readManifests, removeFolder } from '../scratchFolder';
import type { PasswordOf } from '../servers/login';
import { openReview } from './review';

/**
 * The changes that wait for a decision, the oldest first; also of runs whose program was killed. Those of a run that is
 * not over are left out, and what a program left that was killed before it changed anything is removed.
 * @param workerPath the bundle of worker.ts
 * @param passwordOf asked when changes are to be made on a server
 */
export async function listPendingDatabases(
  storage: string,
  workerPath: string,
  passwordOf?: PasswordOf,
): Promise<DatabaseReview[]> {
  const found: DatabaseReview[] = [];
  for (const manifest of await readManifests(storage)) {
    if (isRunning(manifest)) continue;
    const folder = folderOf(storage, manifest.id);
    const review = openReview(folder, manifest, workerPath, passwordOf);
    if (await review.isPending()) found.push(review);
    else await removeFolder(folder);
  }
  return found;
}
