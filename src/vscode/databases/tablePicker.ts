import * as vscode from 'vscode';
import type { Table } from '../../agent/environment';
import { plainLabel } from '../plainLabel';

/**
 * Asks which tables tasks are about.
 * @param chosen by name
 * @param signal takes the question away
 * @returns names, none for all tables; undefined when the user leaves
 */
export async function pickTables(
  database: string,
  tables: readonly Table[],
  chosen: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  const leaving = new vscode.CancellationTokenSource();
  const leave = (): void => leaving.cancel();
  signal?.addEventListener('abort', leave, { once: true });
  try {
    const picked = await vscode.window.showQuickPick(
      tables.map(({ name, columns }) => ({
        label: plainLabel(name),
        name,
        description: columns.length === 1 ? vscode.l10n.t('1 column') : vscode.l10n.t('{0} columns', columns.length),
        picked: chosen.includes(name),
      })),
      {
        title: vscode.l10n.t('Tables of {0}', database),
        placeHolder: vscode.l10n.t('The model is told all columns of these tables, and of the others the names.'),
        canPickMany: true,
        ignoreFocusOut: true,
      },
      leaving.token,
    );
    return signal?.aborted === true ? undefined : picked?.map(({ name }) => name);
  } finally {
    signal?.removeEventListener('abort', leave);
    leaving.dispose();
  }
}
