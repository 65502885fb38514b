import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../agent/errors';
import type { RunKind, TaskKind } from '../agent/task';
import type { Actions } from './actions';
import type { LibraryCommands } from './trajectories/libraryCommands';
import { modelVendor } from './native/modelProvider';
import { chooseFormat, chooseSource } from './trajectories/exportWords';
import type { ExportPanels } from './trajectories/exportPanel';
import type { History } from './runs/history';
import type { ChangesView } from './changes/changesView';
import type { Endpoints } from './endpoints/endpoints';
import type { EvaluationTests } from './evaluation/evaluationTests';
import type { Places } from './places';
import type { Tasks } from './proposals/tasks';
import { report, type Log } from './report';
import type { Runs } from './runs/runs';
import { showRuns } from './chat/showRuns';

/** What the commands need of the chat. */
export interface Chat {
  reveal(step?: number): Promise<void>;
  compose(kind?: RunKind, text?: string): Promise<void>;
}

/** What the commands are about. */
export interface CommandParts {
  readonly actions: Actions;
  readonly runs: Runs;
  readonly history: History;
  readonly changes: ChangesView;
  readonly library: LibraryCommands;
  readonly evaluations: Pick<EvaluationTests, 'add' | 'remove' | 'openConversation' | 'accept'>;
  readonly evaluationResults: { show(): void };
  readonly tasks: Pick<Tasks, 'propose' | 'run'>;
  readonly localModels: { run(): Promise<void> };
  readonly chat: Chat;
  readonly places: Pick<Places, 'useFolder' | 'database'>;
  readonly endpoints: Pick<Endpoints, 'selected'>;
  readonly plainRuns: { show(): Promise<void> };
  readonly replays: { run(file?: vscode.Uri): Promise<void> };
  readonly walkthrough: { show(): Promise<void> };
  readonly exportPanels: ExportPanels;
  readonly importAgentInstruct: () => Promise<unknown>;
  readonly mixPanel: { show(): void };
  readonly copyDiagnostics: () => Promise<void>;
  readonly log: Log;
  readonly channel: vscode.LogOutputChannel;
  /** The page that says how to serve the model. */
  readonly hosting: vscode.Uri;
}

/** Registers every command of the manifest. A failure is shown to whoever ran the command. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const { actions, runs, history, changes, library, localModels, chat, places, log } = parts;
  const startInChat = async (kind: TaskKind, problem: string | undefined): Promise<void> => {
    if (problem === undefined) return;
    // The chat takes the focus, which would close whatever `start` has to ask first.
    try {
      await actions.start(kind, problem);
    } catch (error) {
      // What the user wrote is not lost: it waits in the composer.
      await chat.compose(kind, problem);
      throw error;
    }
    await chat.reveal();
  };
  const commands: Readonly<Record<string, (...given: readonly unknown[]) => unknown>> = {
    'agentlm.newOsTask': async () => startInChat('os', await askForTask('os')),
    'agentlm.newDatabaseTask': async () => startInChat('db', await askForTask('db')),
    'agentlm.runSelection': async () => startInChat('os', selectedText()),
    'agentlm.attach': async (place) => {
      if (place instanceof vscode.Uri) await actions.attachPlace(place);
      else await actions.attach();
      await chat.reveal();
    },
    'agentlm.newChat': async () => {
      runs.show(undefined);
      await chat.compose('chat');
    },
    'agentlm.newConversation': async () => {
      runs.show(undefined);
      await chat.compose();
    },
    'agentlm.showRuns': async () => {
      if (await showRuns(runs, history, log)) await chat.reveal();
    },
    'agentlm.reviewChanges': () => changes.reveal(),
    'agentlm.changes.open': (node) => changes.open(node),
    'agentlm.changes.compareWithCurrent': (node) => changes.compareWithCurrent(node),
    'agentlm.changes.apply': (node) => changes.apply(node),
    'agentlm.changes.discard': (node) => changes.discard(node),
    'agentlm.runHere': async (place) => {
      const { folder, text } = await placeForTask(place);
      places.useFolder(folder);
      runs.show(undefined);
      await chat.compose('os', text);
    },
    'agentlm.queryDatabase': async (place) => {
      await places.database.use(fileOf(place));
      runs.show(undefined);
      await chat.compose('db');
    },
    'agentlm.chooseDatabase': () => actions.chooseDatabase(),
    'agentlm.chooseTables': () => actions.chooseTables(),
    'agentlm.addDatabaseServer': () => actions.addDatabaseServer(),
    'agentlm.manageDatabaseServers': () => actions.manageDatabaseServers(),
    'agentlm.exportResult': () => actions.exportResult(),
    'agentlm.library.refresh': () => library.refresh(),
    'agentlm.library.search': () => library.search(),
    'agentlm.library.filter': () => library.filter(),
    'agentlm.library.clearFilter': () => library.clearFilter(),
    'agentlm.library.groupBy': () => library.groupBy(),
    'agentlm.library.open': (...given) => library.open(...given),
    'agentlm.library.openAsText': (...given) => library.openAsText(...given),
    'agentlm.library.accept': (...given) => library.accept(...given),
    'agentlm.library.reject': (...given) => library.reject(...given),
    'agentlm.library.reconsider': (...given) => library.reconsider(...given),
    'agentlm.library.tag': (...given) => library.tag(...given),
    'agentlm.library.note': (...given) => library.note(...given),
    'agentlm.library.reward': (...given) => library.reward(...given),
    'agentlm.library.delete': (...given) => library.delete(...given),
    'agentlm.library.emptyTrash': () => library.emptyTrash(),
    'agentlm.library.compare': (...given) => library.compare(...given),
    'agentlm.library.statistics': (...given) => library.statistics(...given),
    'agentlm.library.openFile': (...given) => library.openFile(...given),
    'agentlm.openRun': async (id, step) => {
      const run = typeof id === 'string' ? runs.find(id) : undefined;
      if (!run) throw new UserError('run.gone', 'This task is not one of this window. Run AgentLM: Show Tasks.');
      if (run !== runs.current) runs.show(run);
      await chat.reveal(typeof step === 'number' ? step : undefined);
    },
    'agentlm.decide': (id, step, shown, verdict) => decide(runs, id, step, shown, verdict),
    'agentlm.evaluation.addSuite': () => parts.evaluations.add(),
    'agentlm.evaluation.showResults': () => parts.evaluationResults.show(),
    'agentlm.evaluation.removeSuite': (item) => parts.evaluations.remove(item),
    'agentlm.evaluation.openConversation': (target) => parts.evaluations.openConversation(target),
    'agentlm.evaluation.accept': (target) => parts.evaluations.accept(target),
    'agentlm.tasks.propose': () => parts.tasks.propose(),
    'agentlm.tasks.run': (file) => parts.tasks.run(file),
    'agentlm.openPlainText': () => parts.plainRuns.show(),
    'agentlm.replayTrajectory': (file) => parts.replays.run(file instanceof vscode.Uri ? file : undefined),
    'agentlm.chooseSandbox': () => actions.chooseSandbox(),
    'agentlm.chooseApproval': () => actions.chooseApproval(),
    'agentlm.stop': () => actions.stop(),
    'agentlm.toggleRecording': () => actions.toggleRecording(),
    'agentlm.acceptTrajectory': () => actions.accept(),
    'agentlm.reviewTrajectory': async (id) => {
      const run = typeof id === 'string' ? await history.open(id) : undefined;
      if (typeof id === 'string' && !run) throw new UserError('run.gone', 'This task is no longer kept.');
      actions.reviewTrajectory(run);
    },
    'agentlm.exportTrainingData': async (file) => {
      const format = await chooseFormat();
      if (!format) return;
      const files = file instanceof vscode.Uri ? [file.fsPath] : await chooseSource();
      if (files !== null) parts.exportPanels.show({ format, files, learnGiven: false });
    },
    'agentlm.importAgentInstruct': () => parts.importAgentInstruct(),
    'agentlm.buildTrainingMix': () => parts.mixPanel.show(),
    'agentlm.rejectTrajectory': () => actions.reject(),
    'agentlm.selectEndpoint': () => actions.selectEndpoint(),
    'agentlm.connectEndpoint': () => actions.connectEndpoint(),
    'agentlm.testEndpoint': () => actions.testEndpoint(),
    'agentlm.setApiKey': () => actions.setApiKey(),
    'agentlm.runLocalModel': () => localModels.run(),
    'agentlm.showHosting': () => vscode.commands.executeCommand('markdown.showPreview', parts.hosting),
    'agentlm.askInChat': () => askInChat(parts.endpoints),
    'agentlm.showWalkthrough': () => parts.walkthrough.show(),
    'agentlm.copyDiagnostics': () => parts.copyDiagnostics(),
    'agentlm.showLog': () => parts.channel.show(),
  };
  const registered = Object.entries(commands).map(([id, execute]) =>
    vscode.commands.registerCommand(id, async (...given: readonly unknown[]) => {
      try {
        await execute(...given);
      } catch (error) {
        report(log, error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

async function askForTask(kind: TaskKind): Promise<string | undefined> {
  return vscode.window.showInputBox(
    kind === 'os'
      ? {
          title: vscode.l10n.t('New OS Task'),
          prompt: vscode.l10n.t('What is to be done in this folder, or found out?'),
          placeHolder: vscode.l10n.t('Count the Python files and answer with the number.'),
          ignoreFocusOut: true,
        }
      : {
          title: vscode.l10n.t('New Database Task'),
          prompt: vscode.l10n.t('What do you want to know of the database, or to change in a copy of it?'),
          placeHolder: vscode.l10n.t('How many customers have never placed an order?'),
          ignoreFocusOut: true,
        },
  );
}

function selectedText(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  const text = editor?.document.getText(editor.selection).trim();
  return text === '' ? undefined : text;
}

/**
 * A menu hands over what was clicked; the palette nothing, which means the file of the editor.
 * @throws {UserError}
 */
function fileOf(place: unknown): string {
  const uri = place instanceof vscode.Uri ? place : vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme === 'file') return uri.fsPath;
  throw new UserError('place.not-on-disk', 'This is no file on this disk. Save it, or choose one in the explorer.');
}

/** The folder that was clicked, or that of the file, which then stands in the composer. */
async function placeForTask(place: unknown): Promise<{ readonly folder: string; readonly text?: string }> {
  const file = fileOf(place);
  const { type } = await vscode.workspace.fs.stat(vscode.Uri.file(file));
  if ((type & vscode.FileType.Directory) !== 0) return { folder: file };
  return { folder: path.dirname(file), text: `${path.basename(file)}: ` };
}

/** A button of VS Code's chat: it says what it showed, and only that is run. */
function decide(runs: Runs, id: unknown, step: unknown, shown: unknown, verdict: unknown): void {
  const run = typeof id === 'string' ? runs.find(id) : undefined;
  const decision = verdict === 'run' ? ({ verdict } as const) : ({ verdict: 'skip', reason: '' } as const);
  if (typeof step === 'number' && typeof shown === 'string' && run?.decide(step, shown, decision)) return;
  throw new UserError('chat.stale', 'This action no longer waits for a decision. Look at the last one.');
}

/**
 * Opens VS Code's own chat at a question for `@agentlm`. It answers nobody without a model, even one that is not asked, and
 * does not choose one by itself: so that of the endpoint is chosen along.
 */
async function askInChat({ selected }: Pick<Endpoints, 'selected'>): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.chat.open', {
    query: '@agentlm ',
    isPartialQuery: true,
    mode: 'ask',
    ...(selected && { modelSelector: { vendor: modelVendor, id: selected.name } }),
  });
}
