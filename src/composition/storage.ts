import path from 'node:path';
import type { TrainingExporter } from '../agent/trainingExport';
import type { ChangeStore } from '../vscode/changes/changesView';
import type { DatabaseServers } from '../vscode/databases/databaseServers';
import type { RunStore } from '../vscode/runs/history';
import type { AppendDialogue } from '../vscode/trajectories/recording';

/** Where this workspace's runs leave what outlives them. Absolute paths that need not exist yet. */
export interface Storage {
  /** Records of runs, `*.trajectory.jsonl`: the last ones, */
  readonly runs: string;
  /** and those that were made while recording was on, which stay. */
  readonly library: string;
  /** A file that knows what they hold. */
  readonly libraryIndex: string;
  readonly changes: string;
  readonly databases: string;
  readonly evaluations: string;
  readonly rows: string;
}

export function storageIn(folder: string): Storage {
  const of = (name: string): string => path.join(folder, name);
  return {
    runs: of('runs'),
    library: of('trajectories'),
    libraryIndex: of('library.jsonl'),
    changes: of('changes'),
    databases: of('databases'),
    evaluations: of('evaluations'),
    rows: of('rows'),
  };
}

/** Loaded when the first task starts, or the list of tasks is opened. */
export function runStore({ runs, library }: Storage): RunStore {
  const load = async () => import('../runtime/trajectories/runHistory');
  const folderOf = async (id: string): Promise<string> => ((await (await load()).hasRun(library, id)) ? library : runs);
  return {
    open: async (header, shelf, onFailure) =>
      (await load()).openJournal(shelf === 'library' ? library : runs, header, onFailure),
    async list() {
      const { listRuns } = await load();
      const found = await Promise.all([library, runs].map((folder) => listRuns(folder)));
      return found.flat().toSorted((a, b) => b.header.askedAt - a.header.askedAt);
    },
    read: async (id) => (await load()).readRun(await folderOf(id), id),
    delete: async (id) => (await load()).deleteRun(await folderOf(id), id),
    review: async (id, line) => (await load()).reviewRun(await folderOf(id), id, line),
    prune: async (kept) => (await load()).pruneRuns(runs, kept),
  };
}

/** Loaded when something is exported: the vocabulary and the rules of secretlint are large. */
export function trainingExporter({ runs, library }: Storage): TrainingExporter {
  const load = async () => {
    const { createTrainingExporter } = await import('./trainingExport');
    return createTrainingExporter([library, runs]);
  };
  return {
    preview: async (...given) => (await load()).preview(...given),
    write: async (...given) => (await load()).write(...given),
    push: async (...given) => (await load()).push(...given),
  };
}

/** @param sqlWorker path of the program that holds a database */
export function changeStore({ changes, databases }: Storage, sqlWorker: string, servers: DatabaseServers): ChangeStore {
  return {
    async files() {
      const { listPending } = await import('../runtime/shell/changes/pending');
      return listPending(changes);
    },
    async databases() {
      const { listPendingDatabases } = await import('../runtime/sql/changes/pendingDatabases');
      return listPendingDatabases(databases, sqlWorker, async (server) => servers.passwordOf(server));
    },
  };
}

/** Adds what was accepted to the user's training data. */
export const appendRow: AppendDialogue = async (...row) => {
  const { appendInFolder } = await import('../runtime/trajectories/trajectoryFile');
  return appendInFolder(...row);
};
