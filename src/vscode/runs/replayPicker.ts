import path from 'node:path';
import * as vscode from 'vscode';
import type { Dialogue } from '../../agent/conversation';
import { readDialogueRows } from '../../agent/dialogueRows';
import { UserError } from '../../agent/errors';
import { problemTurn, recordingOf, type Recording } from '../../agent/replay';
import type { History } from './history';
import { plainLabel } from '../plainLabel';
import type { Run } from './run';
import type { Runs } from './runs';
import { runItem } from '../chat/showRuns';

/** A trajectory that is to be run again. */
export interface ReplayChoice {
  readonly title: string;
  readonly recording: Recording;
  /** The folder or the database that it was made on, where that is known. */
  readonly place?: string;
}

interface Choice extends vscode.QuickPickItem {
  choose(): Promise<ReplayChoice | undefined>;
}

/** Files of the workspace that are offered. */
const mostFiles = 50;
/** Bytes of a file that is read as a whole. */
const largestFile = 50_000_000;

/** Lets the user choose among the tasks of this workspace and the rows of files. Undefined when they leave. */
export async function pickReplay(runs: Runs, history: History): Promise<ReplayChoice | undefined> {
  const picked = await vscode.window.showQuickPick(choices(runs, history), {
    title: vscode.l10n.t('Replay Trajectory in Sandbox'),
    placeHolder: vscode.l10n.t('Its commands run again; what they change is forgotten.'),
    matchOnDetail: true,
  });
  return picked?.choose();
}

/**
 * Lets the user choose a row, where a file has more than one.
 * @throws {UserError} `rows.*`, `replay.*`
 */
export async function pickRow(uri: vscode.Uri): Promise<ReplayChoice | undefined> {
  const name = path.basename(uri.path);
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > largestFile) {
    throw new UserError('replay.large', '{0} is too large for this. Run a part of it with: agentlm replay --id', [
      name,
    ]);
  }
  const rows = readDialogueRows(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)), name);
  const items = rows.flatMap(rowItem);
  const [first, second] = items;
  if (first === undefined) {
    throw new UserError('replay.other-tasks', '{0} has neither OS nor database tasks. Choose another file.', [name]);
  }
  const picked =
    second === undefined ? first : await vscode.window.showQuickPick(items, { title: name, matchOnDetail: true });
  return picked?.choice;
}

async function choices(runs: Runs, history: History): Promise<Choice[]> {
  const [past, files] = await Promise.all([
    history.past(),
    vscode.workspace.findFiles('**/*.jsonl', '**/node_modules/**', mostFiles),
  ]);
  const here = runs.all.filter((run) => run.trajectory && run.request.kind !== 'chat').toReversed();
  return [
    {
      label: vscode.l10n.t('Choose a File…'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      alwaysShow: true,
      choose: chooseFile,
    },
    ...here.map((run) => ({ ...runItem(run.request, run.askedAt), choose: async () => choiceOf(run) })),
    ...past
      .filter(({ header }) => header.kind !== 'chat')
      .map(({ id, header }) => ({
        ...runItem(header, header.askedAt),
        choose: async () => choiceOf(await history.open(id)),
      })),
    ...files.map((uri) => ({
      label: path.basename(uri.path),
      description: vscode.workspace.asRelativePath(uri),
      iconPath: new vscode.ThemeIcon('file'),
      choose: async () => pickRow(uri),
    })),
  ];
}

async function chooseFile(): Promise<ReplayChoice | undefined> {
  const [uri] = (await vscode.window.showOpenDialog({ filters: { AgentInstruct: ['jsonl', 'json'] } })) ?? [];
  return uri && pickRow(uri);
}

/** @throws {UserError} for a run that has no end */
function choiceOf(run: Run | undefined): ReplayChoice {
  const recording = run?.trajectory;
  if (!run || !recording || recording.kind === 'chat') {
    throw new UserError('replay.no-end', 'This task was not recorded to its end. Choose another.');
  }
  const { kind, turns } = recording;
  return { title: run.request.problem, recording: { kind, turns }, place: run.request.place };
}

function rowItem(dialogue: Dialogue): (vscode.QuickPickItem & { readonly choice: ReplayChoice })[] {
  const recording = recordingOf(dialogue);
  if (!recording) return [];
  const problem = problemTurn(recording).trim().split('\n').at(-1) ?? '';
  return [{ label: plainLabel(dialogue.id), detail: plainLabel(problem), choice: { title: dialogue.id, recording } }];
}
