import path from 'node:path';
import * as vscode from 'vscode';
import { visible } from '../../agent/hiddenCharacters';
import { cancellableProgress } from '../cancellableProgress';
import { labelOf, type Endpoints } from '../endpoints/endpoints';
import { requireTrust } from '../evaluation/evaluationTests';
import type { Settings } from '../settings';
import type { TaskFileOutline, TaskTools } from './taskTools';

export interface RunTaskFileParts {
  readonly tools: Pick<TaskTools, 'outline' | 'unfinished' | 'run'>;
  readonly endpoints: Pick<Endpoints, 'access'>;
  readonly settings: Settings;
  /** Told when there are new trajectories and results. */
  refresh(this: void): Promise<void>;
}

const ending = '.agentlm-suite.json';

/** Runs the tasks of a file after a question, and tells what came of them. */
export async function runTaskFile(
  given: unknown,
  { tools, endpoints, settings, refresh }: RunTaskFileParts,
): Promise<void> {
  requireTrust();
  const file = given instanceof vscode.Uri ? given : await chooseFile();
  if (file === undefined || !(await save(file))) return;
  const access = await endpoints.access();
  const wanted = { file: file.fsPath, access };
  const outline = await tools.outline(file.fsPath);
  const done = await tools.unfinished(wanted);
  const detail = detailOf(outline, labelOf(access.profile), settings);
  const resume = await ask(visible(path.basename(file.fsPath)), outline.tasks, done, detail);
  if (resume === undefined) return;
  const counts = { passed: 0, rejected: 0, failed: 0 };
  let told = 0;
  const title = vscode.l10n.t('Running the tasks of {0}', visible(path.basename(file.fsPath)));
  try {
    await cancellableProgress(title, async (tell, signal) => {
      const hear = ({ passed, ending: how }: Parameters<Parameters<TaskTools['run']>[1]>[0]): void => {
        counts[passed ? 'passed' : how === 'error' ? 'failed' : 'rejected']++;
        tell(Math.round((100 * ++told) / outline.tasks));
      };
      await tools.run({ ...wanted, resume }, hear, signal);
    });
  } finally {
    await refresh();
  }
  if (told === 0) return;
  const show = vscode.l10n.t('Show Library');
  const words = vscode.l10n.t(
    'Passed, to be reviewed in the library: {0}. Rejected: {1}. Could not be run: {2}.',
    counts.passed,
    counts.rejected,
    counts.failed,
  );
  void vscode.window
    .showInformationMessage(words, show)
    .then(async (choice) => choice === show && vscode.commands.executeCommand('agentlm.library.focus'));
}

/** The file of the editor, or one of the workspace. */
async function chooseFile(): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active?.scheme === 'file' && active.path.endsWith(ending)) return active;
  const found = await vscode.workspace.findFiles(`**/*${ending}`, '**/node_modules/**');
  const title = vscode.l10n.t('Run Task File');
  const other = { label: vscode.l10n.t('Other File…'), uri: undefined };
  const items = found.map((uri) => ({ label: visible(vscode.workspace.asRelativePath(uri)), uri }));
  const picked = await vscode.window.showQuickPick([...items, other], { title });
  if (picked?.uri !== undefined || picked === undefined) return picked?.uri;
  const chosen = await vscode.window.showOpenDialog({ title, filters: { [vscode.l10n.t('Suites')]: ['json'] } });
  return chosen?.[0];
}

/** What is run is what the editor shows. */
async function save(file: vscode.Uri): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  return document === undefined || !document.isDirty || document.save();
}

function detailOf({ kind, place, faults }: TaskFileOutline, endpoint: string, settings: Settings): string {
  return [
    ...(faults.length > 0 ? [vscode.l10n.t('{0} tasks cannot be read and are left out.', faults.length)] : []),
    kind === 'db' ? vscode.l10n.t('The model’s statements run in the SQL sandbox.') : whereRun(settings),
    ...(place === undefined
      ? []
      : [vscode.l10n.t('Each works on a copy of {0}, which is thrown away.', visible(place))]),
    vscode.l10n.t('{0} is asked, and each run is kept in the library.', visible(endpoint)),
  ].join('\n\n');
}

function whereRun(settings: Settings): string {
  const image = settings.get('evaluation.image');
  const where =
    image === ''
      ? vscode.l10n.t('The model’s commands and the scripts of the file run in a fresh view of this machine.')
      : vscode.l10n.t('The model’s commands and the scripts of the file run in containers of {0}.', visible(image));
  const reach = settings.get('sandbox.network')
    ? vscode.l10n.t('They reach the network of this machine.')
    : vscode.l10n.t('They have no network.');
  return `${where} ${reach}`;
}

/** Whether it goes on with an earlier run; undefined when the user wants none. */
async function ask(name: string, tasks: number, done: number, detail: string): Promise<boolean | undefined> {
  const run = vscode.l10n.t('Run');
  const goOn = vscode.l10n.t('Go On');
  const anew = vscode.l10n.t('Begin Anew');
  const question = vscode.l10n.t('Run the tasks of {0}? Their number: {1}', name, tasks);
  const before = done === 0 ? [] : [vscode.l10n.t('{0} of {1} tasks are done.', done, tasks)];
  const buttons = done === 0 ? [run] : [goOn, anew];
  const choice = await vscode.window.showWarningMessage(
    question,
    { modal: true, detail: [...before, detail].join('\n\n') },
    ...buttons,
  );
  return choice === undefined ? undefined : choice === goOn;
}
