import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import type { Run } from '../runs/run';

/**
 * Writes the rows of the last query of a run that is over to a CSV file.
 * @throws {UserError} when they are not there, or cannot be written
 */
export type ExportRows = (
  id: string,
  target: string,
) => Promise<{
  /** Whether a spreadsheet could take a field for a formula. */
  readonly hasFormulas: boolean;
}>;

/** Asks where the rows of a run go, and writes them there. */
export async function exportResult(run: Run | undefined, exportRows: ExportRows): Promise<void> {
  const { kind, place } = run?.request ?? {};
  if (run?.id === undefined || kind !== 'db' || place === undefined) {
    throw new UserError(
      'database.noResult',
      'No database task is shown, so there are no rows to export. Run one first.',
    );
  }
  if (run.active) {
    throw new UserError('database.stillRunning', 'The task is not over yet. Export its rows when it is.');
  }
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  const name = `${path.parse(place).name}-result.csv`;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Result'),
    filters: { CSV: ['csv'] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target?.scheme !== 'file') return;
  const { hasFormulas } = await exportRows(run.id, target.fsPath);
  const written = vscode.l10n.t('Written to {0}.', target.fsPath);
  const warning = vscode.l10n.t(
    'Some fields look like formulas of a spreadsheet. They were written as they are: import the columns as text.',
  );
  const open = vscode.l10n.t('Open File');
  const told = hasFormulas
    ? vscode.window.showWarningMessage(`${written} ${warning}`, open)
    : vscode.window.showInformationMessage(written, open);
  void told.then((choice) => (choice === open ? vscode.window.showTextDocument(target) : undefined));
}
