import * as vscode from 'vscode';
import type { HubTarget } from '../../agent/trainingExport';
import type { ApiKeys } from '../endpoints/apiKeys';

/** Asks where on the hub an export goes, and for the token where there is none yet. Undefined when the user leaves. */
export async function askForHubTarget(keys: ApiKeys): Promise<HubTarget | undefined> {
  const repository = await vscode.window.showInputBox({
    title: vscode.l10n.t('Send to the Hugging Face Hub'),
    prompt: vscode.l10n.t(
      'Which data set? It is made, private, where it is missing. Its file of the same name is replaced.',
    ),
    placeHolder: 'owner/name',
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^[\w.-]{1,96}\/[\w.-]{1,96}$/.test(text.trim()) ? undefined : vscode.l10n.t('Write it as owner/name.'),
  });
  if (repository === undefined) return undefined;
  const kept = await keys.getHubToken();
  const token = await vscode.window.showInputBox({
    title: vscode.l10n.t('Send to the Hugging Face Hub'),
    prompt: vscode.l10n.t('A token with write access. It is kept in the secret storage of the editor.'),
    password: true,
    ignoreFocusOut: true,
    ...(kept !== undefined && { value: kept }),
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('The token is empty.') : undefined),
  });
  if (token === undefined) return undefined;
  await keys.setHubToken(token.trim());
  return { repository: repository.trim(), token: token.trim() };
}
