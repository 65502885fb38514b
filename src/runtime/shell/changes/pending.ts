import type { PendingChanges } from '../../../agent/changes';
import { apply } from './apply';
import { compare, type Change } from './compare';
import { recover, withLock } from './lock';
import { originalsOf } from './originals';
import { findRunFolder, forgetRun, isHeld, listRunFolders, openRunFolder, type RunFolder } from './runFolder';
import { readVersion } from './versions';

/** The changes that wait in a storage folder, of the oldest run first. What runs there are that crashed is found here too. */
export async function listPending(storage: string): Promise<PendingChanges[]> {
  return (await listRunFolders(storage)).map((run) => pendingChanges(storage, run));
}

/** @throws {UserError} `changes.unknownRun` */
export async function openPending(storage: string, id: string): Promise<PendingChanges> {
  return pendingChanges(storage, await openRunFolder(storage, id));
}

function pendingChanges(
  storage: string,
  { manifest: { id, workspace, problem, startedAt } }: RunFolder,
): PendingChanges {
  /** Undefined when nothing is left of the run. */
  const reopen = async () => findRunFolder(storage, id);

  return {
    id,
    workspace,
    problem,
    startedAt,

    async state() {
      const manifest = (await reopen())?.manifest;
      if (manifest === undefined || manifest.endedAt !== undefined) return 'ended';
      return isHeld(manifest) ? 'running' : 'interrupted';
    },

    async list() {
      const run = await reopen();
      if (run === undefined) return [];
      await recover(run);
      return (await changesOf(run)).map(({ shown }) => shown);
    },

    async read(file, which) {
      const run = await reopen();
      return run && readVersion(run, file, which);
    },

    apply: async (paths, options = {}, signal) => apply(await openRunFolder(storage, id), paths, options, signal),

    async discard() {
      const run = await reopen();
      if (run !== undefined) await withLock(run, async () => forgetRun(run));
    },
  };
}

async function changesOf(run: RunFolder): Promise<Change[]> {
  // A run that goes on keeps its record itself.
  return compare(run, await originalsOf(run, { persist: !isHeld(run.manifest) }));
}
