import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import type { ReviewLine } from '../../agent/runReview';
import type { OpenTrajectoryFile } from '../../agent/trajectoryFile';
import type { CountTrajectories } from '../../agent/trajectoryStatistics';
import { showComparison } from './comparePanel';
import type { History } from '../runs/history';
import { Library, type LibraryStore } from './library';
import { libraryCommands, type LibraryCommands } from './libraryCommands';
import { LibraryView } from './libraryView';
import type { Log } from '../report';
import type { Run } from '../runs/run';
import type { Runs } from '../runs/runs';
import { showStatistics, type StatisticsSubject } from './statisticsPanel';
import { TrajectoryViewer } from './trajectoryViewer';

export interface LibraryParts {
  readonly extensionUri: vscode.Uri;
  readonly state: vscode.Memento;
  readonly store: LibraryStore;
  readonly open: OpenTrajectoryFile;
  readonly count: CountTrajectories;
  /** Where trajectories are kept. */
  folders(this: void): readonly string[];
  /** The runs of this window and what was kept of earlier ones. */
  readonly runs: Pick<Runs, 'find'>;
  readonly history: Pick<History, 'open'>;
  /** Asks whether a run is to become training data. */
  readonly acceptance: { show(run: Run): void };
  readonly log: Log;
}

/** The recorded trajectories: their tree, the viewer, two of them compared, and their statistics. */
export function openLibrary({
  extensionUri,
  state,
  store,
  open,
  count,
  folders,
  runs,
  history,
  acceptance,
  log,
}: LibraryParts): vscode.Disposable & {
  readonly commands: LibraryCommands;
  /** Files of rows that are no records. */
  datasets(this: void): Promise<readonly string[]>;
} {
  const tellRun = (id: string, line: ReviewLine): boolean => {
    const run = runs.find(id);
    run?.say(line);
    return run !== undefined;
  };
  const library = new Library(store, folders, tellRun, log);
  const view = new LibraryView(library, state, log);
  const viewer = new TrajectoryViewer({ extensionUri, open, log, showStatistics: (file) => statisticsOf([file]) });
  const statisticsOf = (files: readonly vscode.Uri[]): void => {
    const subject = files.length === 0 ? recorded(library) : inFiles(files, viewer);
    showStatistics(subject, { extensionUri, count, log });
  };
  const commands = libraryCommands({
    library,
    view,
    log,
    async accept({ id, file }) {
      const run = await history.open(id);
      if (run) acceptance.show(run);
      else throw notHere(file);
    },
    openFile: (file, id) => viewer.show(file, id === undefined ? {} : { id }),
    compare: (one, other) => showComparison([one, other], { extensionUri, open, log }),
    showStatistics: statisticsOf,
  });
  const datasets = async (): Promise<readonly string[]> => {
    await library.load();
    return library.datasets;
  };
  return { commands, datasets, dispose: () => vscode.Disposable.from(library, view, viewer).dispose() };
}

/** Everything that was recorded: what is chosen on the page is then shown in the tree. */
function recorded(library: Library): StatisticsSubject {
  return {
    name: vscode.l10n.t('Library'),
    files: () => [...new Set(library.all.map(({ file }) => file))],
    async showErrors(error, model) {
      library.filter = { error, model: model ?? '' };
      await vscode.commands.executeCommand('agentlm.library.focus');
    },
  };
}

function inFiles(files: readonly vscode.Uri[], viewer: TrajectoryViewer): StatisticsSubject {
  return {
    name: files.map(({ fsPath }) => path.basename(fsPath)).join(', '),
    files: () => files.map(({ fsPath }) => fsPath),
    async showErrors(error, model) {
      for (const file of files) await viewer.show(file, { filter: { error, model: model ?? '' } });
    },
  };
}

/** What was recorded elsewhere was not looked through for this machine's secrets. */
function notHere(file: string): UserError {
  return new UserError(
    'library.elsewhere',
    '{0} was not recorded in this workspace, so it cannot be accepted here. Add it to training data with agentlm dataset convert.',
    [file],
  );
}
