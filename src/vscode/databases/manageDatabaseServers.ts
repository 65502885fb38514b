import * as vscode from 'vscode';
import type { DatabaseServer } from '../../agent/databaseServer';
import { askForDatabaseServer } from './addDatabaseServer';
import type { DatabaseProfile } from './databaseProfiles';
import type { DatabaseServers } from './databaseServers';

/** Offers the servers of the settings, to be edited or removed. */
export async function manageDatabaseServers(servers: DatabaseServers): Promise<void> {
  const { profiles } = servers.list;
  const add = { label: vscode.l10n.t('Add Database Server…'), iconPath: new vscode.ThemeIcon('add') };
  const known = profiles.map((profile) => ({
    label: profile.name,
    description: `${profile.server.database} · ${accessInWords(profile.server.access)}`,
    iconPath: new vscode.ThemeIcon('server'),
    profile,
  }));
  const title = vscode.l10n.t('Database Servers');
  const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem & { readonly profile?: DatabaseProfile }>(
    [...known, add],
    { title },
  );
  if (!chosen) return;
  if (!chosen.profile) {
    await editDatabaseServer(servers);
    return;
  }
  const change = vscode.l10n.t('Edit…');
  const remove = vscode.l10n.t('Remove');
  const what = await vscode.window.showQuickPick([change, remove], { title: chosen.profile.name });
  if (what === change) await editDatabaseServer(servers, chosen.profile);
  if (what === remove) await removeServer(servers, chosen.profile);
}

/**
 * Asks for a server and keeps it.
 * @param known the one that is edited; a new one if left out
 * @returns its place, where a task may work there now; undefined also when the user leaves
 */
export async function editDatabaseServer(
  servers: DatabaseServers,
  known?: DatabaseProfile,
): Promise<string | undefined> {
  const added = await askForDatabaseServer(servers, known);
  if (!added) return undefined;
  const { entry, login } = added;
  await servers.save(entry, login, known);
  return entry.access === 'nothing' ? undefined : entry.url;
}

async function removeServer(servers: DatabaseServers, profile: DatabaseProfile): Promise<void> {
  const remove = vscode.l10n.t('Remove');
  const question = vscode.l10n.t('Remove {0} from the settings?', profile.name);
  const detail = vscode.l10n.t('Its password is forgotten. The database itself stays as it is.');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
  await servers.remove(profile);
}

/** What an agent may do on a server, in a few words. */
export function accessInWords(access: DatabaseServer['access']): string {
  switch (access) {
    case 'nothing':
      return vscode.l10n.t('an agent may do nothing there');
    case 'read':
      return vscode.l10n.t('an agent may read');
    case 'scratch':
      return vscode.l10n.t('an agent works on a copy');
  }
}
