import path from 'node:path';
import type { ChangeStore } from '../vscode/changesView';
import type { RunStore } from '../vscode/history';
import type { AppendDialogue } from '../vscode/recording';

/** Where this workspace's runs leave what outlives them. Absolute paths of folders that need not exist yet. */
export interface Storage {
  readonly runs: string;
  readonly changes: string;
  readonly databases: string;
}

export function storageIn(folder: string): Storage {
  const of = (name: string): string => path.join(folder, name);
  return { runs: of('runs'), changes: of('changes'), databases: of('databases') };
}

/** Loaded when the first task starts, or the list of tasks is opened. */
export function runStore({ runs }: Storage): RunStore {
  const load = async () => import('../runtime/trajectories/runHistory');
  return {
    open: async (header, onFailure) => (await load()).openJournal(runs, header, onFailure),
    list: async () => (await load()).listRuns(runs),
    read: async (id) => (await load()).readRun(runs, id),
    delete: async (id) => (await load()).deleteRun(runs, id),
    judge: async (id, verdict) => (await load()).judgeRun(runs, id, verdict),
    prune: async (kept) => (await load()).pruneRuns(runs, kept),
  };
}

/** @param sqlWorker path of the program that holds a database */
export function changeStore({ changes, databases }: Storage, sqlWorker: string): ChangeStore {
  return {
    async files() {
      const { listPending } = await import('../runtime/shell/changes/pending');
      return listPending(changes);
    },
    async databases() {
      const { listPendingDatabases } = await import('../runtime/sql/changes/pendingDatabases');
      return listPendingDatabases(databases, sqlWorker);
    },
  };
}

/** Adds what was accepted to the user's training data. */
export const appendRow: AppendDialogue = async (...row) => {
  const { appendInFolder } = await import('../runtime/trajectories/trajectoryFile');
  return appendInFolder(...row);
};
