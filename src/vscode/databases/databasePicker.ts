import path from 'node:path';
import * as vscode from 'vscode';
import { isServerUrl } from '../../agent/databaseServer';
import { databaseEndings, soughtEndings } from './databaseFiles';
import type { DatabaseProfile } from './databaseProfiles';
import type { DatabaseServers } from './databaseServers';
import { accessInWords, editDatabaseServer } from './manageDatabaseServers';
import { sentence } from '../report';
import { plainLabel } from '../plainLabel';

interface DatabaseItem extends vscode.QuickPickItem {
  /** The database, when it is chosen; undefined when the user finds none. */
  readonly choose?: () => Promise<string | undefined>;
}

/**
 * Offers the databases that were used last, those of the workspace, the servers of the settings, and any other.
 * @param recent the last one first
 * @returns an absolute path, or the place of a server; undefined when the user leaves
 */
export async function pickDatabase(recent: readonly string[], servers: DatabaseServers): Promise<string | undefined> {
  const choice = await vscode.window.showQuickPick(items(recent, servers), {
    title: vscode.l10n.t('Choose a Database'),
    placeHolder: vscode.l10n.t('Statements run on a copy: the file itself is never changed.'),
    matchOnDescription: true,
  });
  return choice?.choose?.();
}

async function items(recent: readonly string[], servers: DatabaseServers): Promise<DatabaseItem[]> {
  const files = recent.filter((place) => !isServerUrl(place));
  const [known, found] = await Promise.all([present(files), databasesOfWorkspace()]);
  const others = found.filter((file) => !known.includes(file));
  return [
    ...separated(vscode.l10n.t('Recent'), known.map(fileItem)),
    ...separated(vscode.l10n.t('In this workspace'), others.map(fileItem)),
    ...separated(vscode.l10n.t('Database servers'), serverItems(servers)),
    ...separated(vscode.l10n.t('More'), otherDatabases(servers)),
  ];
}

/** Those that are still there. */
async function present(files: readonly string[]): Promise<string[]> {
  const looks = files.map(async (file) => vscode.workspace.fs.stat(vscode.Uri.file(file)));
  const found = await Promise.allSettled(looks);
  return files.filter((_, index) => found[index]?.status === 'fulfilled');
}

async function databasesOfWorkspace(): Promise<string[]> {
  const found = await vscode.workspace.findFiles(`**/*.{${soughtEndings.join(',')}}`, '**/{node_modules,.git}/**', 50);
  return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
}

function fileItem(file: string): DatabaseItem {
  const folder = path.dirname(vscode.workspace.asRelativePath(file));
  return {
    label: plainLabel(path.basename(file)),
    ...(folder !== '.' && { description: plainLabel(folder) }),
    iconPath: new vscode.ThemeIcon('database'),
    choose: () => Promise.resolve(file),
  };
}

function serverItems(servers: DatabaseServers): DatabaseItem[] {
  const { profiles, problems } = servers.list;
  return [
    ...profiles.map((profile) => ({
      label: profile.name,
      description: accessInWords(profile.server.access),
      iconPath: new vscode.ThemeIcon('server'),
      choose: async () => allowed(servers, profile),
    })),
    ...problems.map((problem) => ({
      label: sentence(problem),
      iconPath: new vscode.ThemeIcon('error'),
      choose: async () => {
        await vscode.commands.executeCommand('workbench.action.openSettings', '@id:agentlm.databases');
        return undefined;
      },
    })),
  ];
}

/** One on which an agent may do nothing leads to where that is changed. */
async function allowed(servers: DatabaseServers, profile: DatabaseProfile): Promise<string | undefined> {
  return profile.server.access === 'nothing' ? editDatabaseServer(servers, profile) : profile.place;
}

/** A dialog for files and one for folders: on Windows and Linux no dialog offers both. */
function otherDatabases(servers: DatabaseServers): DatabaseItem[] {
  const title = vscode.l10n.t('Choose a Database');
  const openLabel = vscode.l10n.t('Use as Database');
  const filters = {
    [vscode.l10n.t('Databases and tables')]: [...databaseEndings],
    [vscode.l10n.t('All files')]: ['*'],
  };
  return [
    {
      label: vscode.l10n.t('Browse for a File…'),
      iconPath: new vscode.ThemeIcon('file'),
      choose: () => browse({ title, openLabel, filters, canSelectFiles: true }),
    },
    {
      label: vscode.l10n.t('Browse for a Folder of Files…'),
      description: vscode.l10n.t('each CSV, TSV, JSON or Parquet file in it is a table'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      choose: () => browse({ title, openLabel, canSelectFolders: true }),
    },
    {
      label: vscode.l10n.t('Add Database Server…'),
      iconPath: new vscode.ThemeIcon('server'),
      choose: () => editDatabaseServer(servers),
    },
  ];
}

async function browse(options: vscode.OpenDialogOptions): Promise<string | undefined> {
  const [picked] = (await vscode.window.showOpenDialog(options)) ?? [];
  return picked?.scheme === 'file' ? picked.fsPath : undefined;
}

function separated(label: string, entries: readonly DatabaseItem[]): DatabaseItem[] {
  return entries.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...entries];
}
