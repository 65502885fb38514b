import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { ApplyOptions, ApplyReport } from '../../../agent/changes';
import { UserError } from '../../../agent/errors';
import { compare, type Change } from './compare';
import { NoFolderError, openFolder } from './folderHandle';
import { numberedPaths, withLock } from './lock';
import { originalsOf } from './originals';
import { forEachParallel } from './parallel';
import { forgetRun, type RunFolder } from './runFolder';
import { stateOf } from './state';
import { transfer, type Refusal } from './transfer';

/** Carries changes over; see `PendingChanges.apply`. */
export async function apply(
  run: RunFolder,
  paths: 'all' | readonly string[],
  { includeGit = false, overwrite = false }: ApplyOptions,
  signal: AbortSignal | undefined,
): Promise<ApplyReport> {
  await requireWorkspace(run);
  return withLock(run, async (token) => {
    const originals = await originalsOf(run, { persist: true });
    const changes = await compare(run, originals);
    const numbers = new Map(numberedPaths(originals).map((name, number) => [name, number]));
    const means = { run, overwrite, token, numberOf: (name: string) => numbers.get(name) ?? 0 };
    const applied: string[] = [];
    const refused: Refusal[] = [];
    for (const group of independent(selected(changes, paths))) {
      await forEachParallel(group, async (change) => {
        if (signal?.aborted === true) return;
        const { path: name, caution } = change.shown;
        const refusal = caution === 'git' && !includeGit ? gitRefusal(name) : await transferOrTell(change, means);
        if (refusal === undefined) applied.push(name);
        else refused.push(refusal);
      });
    }
    // Before the changes are forgotten, they have to be where a loss of power does not reach them.
    await syncFolders(run, applied);
    const left = changes.length - applied.length;
    if (left === 0) await forgetRun(run);
    return { applied: applied.sort(), refused: refused.sort((a, b) => (a.path < b.path ? -1 : 1)), left };
  });
}

/** @throws {UserError} `changes.unknownPath` */
function selected(changes: readonly Change[], paths: 'all' | readonly string[]): readonly Change[] {
  if (paths === 'all') return changes;
  const wanted = new Set(paths);
  const found = changes.filter((change) => wanted.delete(change.shown.path));
  const [unknown] = wanted;
  if (unknown === undefined) return found;
  throw new UserError('changes.unknownPath', 'The run did not change {0}. List its changes to see their paths.', [
    unknown,
  ]);
}

/** Changes that can be applied at the same time, one group after the other: a folder comes before what is in it. */
function independent(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = [[]];
  for (const change of changes) {
    if (change.proposed?.type === 'folder') groups.push([change], []);
    else groups.at(-1)?.push(change);
  }
  return groups;
}

/** What one file meets (no rights, a full disk) does not keep the others from being applied. */
async function transferOrTell(...[change, means]: Parameters<typeof transfer>): ReturnType<typeof transfer> {
  try {
    return await transfer(change, means);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { path: change.shown.path, reason: 'failed', message: error.message };
  }
}

function gitRefusal(name: string): Refusal {
  return { path: name, reason: 'git', message: 'It belongs to git, and was not asked for.' };
}

async function syncFolders({ manifest }: RunFolder, applied: readonly string[]): Promise<void> {
  const folders = [...new Set(applied.map((name) => path.posix.dirname(name)))];
  await forEachParallel(folders, async (folder) => {
    try {
      const handle = await openFolder(manifest.workspace, folder);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      // It was deleted after what was in it, or made a file.
      if (!(error instanceof NoFolderError)) throw error;
    }
  });
}

/** @throws {UserError} `changes.noWorkspace` */
async function requireWorkspace({ manifest: { workspace } }: RunFolder): Promise<void> {
  const state = await stateOf(Buffer.from(workspace));
  if (state?.type === 'folder' && (await realpath(workspace)) === workspace) return;
  throw new UserError(
    'changes.noWorkspace',
    'The folder {0} is not there any more. Put it back, or discard the changes.',
    [workspace],
  );
}
