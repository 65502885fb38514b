import * as vscode from 'vscode';
import type { TaskKind } from '../agent/task';
import type { Actions } from './actions';
import type { History } from './history';
import { report, type Log } from './report';
import type { Runs } from './runs';
import { showRuns } from './showRuns';

/** What the commands need of the chat. */
export interface Chat {
  reveal(): Promise<void>;
  compose(kind?: TaskKind, text?: string): Promise<void>;
}

/**
 * Registers every command of the manifest. A failure is shown to whoever ran the command.
 * @param hosting the page that says how to serve the model
 */
export function registerCommands(
  actions: Actions,
  runs: Runs,
  history: History,
  localModels: { run(): Promise<void> },
  chat: Chat,
  log: Log,
  channel: vscode.LogOutputChannel,
  hosting: vscode.Uri,
): vscode.Disposable {
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
  const commands: Readonly<Record<string, () => unknown>> = {
    'agentlm.newOsTask': async () => startInChat('os', await askForTask('os')),
    'agentlm.newDatabaseTask': async () => startInChat('db', await askForTask('db')),
    'agentlm.runSelection': async () => startInChat('os', selectedText()),
    'agentlm.newConversation': async () => {
      runs.show(undefined);
      await chat.compose();
    },
    'agentlm.showRuns': async () => {
      if (await showRuns(runs, history, log)) await chat.reveal();
    },
    'agentlm.stop': () => actions.stop(),
    'agentlm.toggleRecording': () => actions.toggleRecording(),
    'agentlm.acceptTrajectory': () => actions.accept(),
    'agentlm.rejectTrajectory': () => actions.reject(),
    'agentlm.selectEndpoint': () => actions.selectEndpoint(),
    'agentlm.connectEndpoint': () => actions.connectEndpoint(),
    'agentlm.testEndpoint': () => actions.testEndpoint(),
    'agentlm.setApiKey': () => actions.setApiKey(),
    'agentlm.runLocalModel': () => localModels.run(),
    'agentlm.showHosting': () => vscode.commands.executeCommand('markdown.showPreview', hosting),
    'agentlm.showLog': () => channel.show(),
  };
  const registered = Object.entries(commands).map(([id, execute]) =>
    vscode.commands.registerCommand(id, async () => {
      try {
        await execute();
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
