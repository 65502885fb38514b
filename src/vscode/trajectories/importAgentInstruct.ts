import path from 'node:path';
import * as vscode from 'vscode';
import type { AgentInstructImporter, AgentInstructOffer, ImportedRows } from '../../agent/agentInstruct';
import { cancellableProgress } from '../cancellableProgress';
import { report, withoutLinks, type Log } from '../report';
import type { Settings } from '../settings';

export interface ImportParts {
  readonly importer: AgentInstructImporter;
  readonly settings: Settings;
  /** Shows a file in the trajectory viewer. */
  openFile(this: void, file: vscode.Uri): Promise<void>;
  readonly log: Log;
}

/**
 * Asks where AgentInstruct is, brings it here, takes the trained prompts out of it, and says what came of it.
 * @returns undefined when the user left or stopped it
 */
export async function importAgentInstruct(parts: ImportParts): Promise<ImportedRows | undefined> {
  const files = await chooseFiles(parts.importer);
  if (files === undefined) return undefined;
  const rows = await cancellableProgress(vscode.l10n.t('Reading AgentInstruct'), (tell, signal) =>
    parts.importer.take(files, tell, signal),
  );
  if (rows) offerMore(rows, parts).catch((error: unknown) => report(parts.log, error));
  return rows;
}

async function chooseFiles(importer: AgentInstructImporter): Promise<readonly string[] | undefined> {
  const hub = {
    label: vscode.l10n.t('From the Hugging Face Hub…'),
    detail: vscode.l10n.t('From where and how much is said before anything is downloaded'),
    iconPath: new vscode.ThemeIcon('cloud-download'),
  };
  const files = {
    label: vscode.l10n.t('Files…'),
    detail: vscode.l10n.t('Parquet, JSON or JSONL that you have already; they stay where they are'),
    iconPath: new vscode.ThemeIcon('folder-opened'),
  };
  const title = vscode.l10n.t('Import AgentInstruct');
  const picked = await vscode.window.showQuickPick([hub, files], {
    title,
    placeHolder: vscode.l10n.t('Where is it?'),
    ignoreFocusOut: true,
    matchOnDetail: true,
  });
  if (picked === hub) return download(importer);
  if (picked === undefined) return undefined;
  const chosen = await vscode.window.showOpenDialog({
    title,
    openLabel: vscode.l10n.t('Import'),
    canSelectMany: true,
    filters: { AgentInstruct: ['parquet', 'jsonl', 'json'] },
  });
  return chosen?.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
}

async function download(importer: AgentInstructImporter): Promise<readonly string[] | undefined> {
  const offer = await cancellableProgress(vscode.l10n.t('Asking the hub what it has'), (_, signal) =>
    importer.look(signal),
  );
  if (offer === undefined || !(await agreeTo(offer))) return undefined;
  const files = await cancellableProgress(vscode.l10n.t('Downloading {0}', offer.repository), (tell, signal) =>
    offer.fetch(tell, signal),
  );
  if (files === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Stopped. What came is kept: import AgentInstruct again to go on from there.'),
    );
  }
  return files;
}

async function agreeTo({ hub, repository, commit, files, bytes, folder }: AgentInstructOffer): Promise<boolean> {
  const agree = vscode.l10n.t('Download');
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  const detail = vscode.l10n.t(
    'Files: {0}, together {1}. From {2}, commit {3}, to {4}. The data set is published under its own licence: read its card before you train with it.',
    files,
    size,
    hub,
    commit.slice(0, 12),
    folder,
  );
  const question = vscode.l10n.t('Download {0}?', repository);
  return (await vscode.window.showInformationMessage(question, { modal: true, detail }, agree)) === agree;
}

async function offerMore(rows: ImportedRows, { settings, openFile }: ImportParts): Promise<void> {
  const open = vscode.l10n.t('Open in the Viewer');
  const use = vscode.l10n.t('Use the Trained Prompt');
  const usable = rows.prompts.length > 0 && settings.get('prompt') === 'own';
  const choice = await vscode.window.showInformationMessage(inWords(rows), open, ...(usable ? [use] : []));
  if (choice === use) await settings.set('prompt', 'trained');
  const file = choice === open ? await chooseFile(rows.files) : undefined;
  if (file !== undefined) await openFile(vscode.Uri.file(file));
}

async function chooseFile(files: readonly string[]): Promise<string | undefined> {
  if (files.length === 1) return files[0];
  const items = files.map((file) => ({ label: path.basename(file), description: path.dirname(file), file }));
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Open in the Trajectory Viewer') });
  return picked?.file;
}

function inWords({ splits, unreadable, prompts }: ImportedRows): string {
  const rows = Object.entries(splits).map(([split, many]) => `${split} ${many}`);
  const kinds = prompts
    .toSorted()
    .map((kind) => (kind === 'os' ? vscode.l10n.t('OS tasks') : vscode.l10n.t('database tasks')));
  return [
    vscode.l10n.t('Rows: {0}.', rows.join(', ')),
    ...(unreadable > 0 ? [vscode.l10n.t('{0} rows could not be read.', unreadable)] : []),
    kinds.length > 0
      ? vscode.l10n.t('The trained prompt was taken out of them for: {0}.', kinds.join(', '))
      : vscode.l10n.t('No row opens an OS task or a database task, so there is no trained prompt in them.'),
  ]
    .map(withoutLinks)
    .join(' ');
}
