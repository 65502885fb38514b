import type { OpenTrajectoryFile } from '../agent/trajectoryFile';
import type { CountTrajectories } from '../agent/trajectoryStatistics';
import type { LibraryStore } from '../vscode/trajectories/library';
import type { Log } from '../vscode/report';

/** The recorded trajectories and data sets of this window, by an index of ours. */
export function libraryStore(indexFile: string, log: Log): LibraryStore {
  const load = async () => import('./libraryFiles');
  const open = async () => {
    const { openLibraryFiles } = await load();
    return openLibraryFiles(indexFile, (_, error) => log.error(error));
  };
  let opening: ReturnType<typeof open> | undefined;
  return {
    async open() {
      opening ??= open();
      return (await load()).contentOf(await opening);
    },
    async refresh(folders, signal) {
      opening ??= open();
      const index = await opening;
      await index.refresh(folders, { signal });
      return (await load()).contentOf(index);
    },
    remark: async (entry, remark) => (await load()).addRemark(entry, remark),
    moveToTrash: async (files) => (await load()).moveToTrash(files),
    emptyTrash: async (folders) => (await load()).emptyTrash(folders),
  };
}

/** Reads what somebody looks at. */
export const openTrajectories: OpenTrajectoryFile = async (file) => {
  const { openTrajectoryFile } = await import('./trajectoryFiles');
  return openTrajectoryFile(file);
};

export const countTrajectories: CountTrajectories = async (...counted) =>
  (await import('./trajectoryCounts')).countTrajectories(...counted);
