import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../agent/errors';
import type { TaskKind } from '../agent/task';
import type { PlaceLabel } from '../protocol/messages';
import { databaseEndings } from './databaseFiles';

const memory = 'database';

/** Where tasks work: the folder of the workspace, and the database that was chosen for it. */
export class Places implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private chosenFolder: string | undefined;
  private readonly subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => this.changed.fire());

  constructor(private readonly state: vscode.Memento) {}

  get labels(): PlaceLabel {
    const { folder, database } = this;
    return {
      os: folder === undefined ? undefined : path.basename(folder),
      db: database === undefined ? undefined : path.basename(database),
    };
  }

  /** The place for a kind of task; asks for a database when none was chosen. Undefined when the user chose none. */
  async for(kind: TaskKind): Promise<string | undefined> {
    if (kind === 'db') return this.database ?? (await this.chooseDatabase());
    const { folder } = this;
    if (folder === undefined) {
      throw new UserError('place.no-folder', 'An OS task runs in a folder, and none is open. Open a folder first.');
    }
    return folder;
  }

  /**
   * From now on OS tasks work in this folder.
   * @throws {UserError} when it does not lie in the workspace
   */
  useFolder(folder: string): void {
    if (!inWorkspace(folder)) {
      throw new UserError('place.outside', '{0} is in no folder that is open. Open it, and start the task there.', [
        folder,
      ]);
    }
    this.chosenFolder = folder;
    this.changed.fire();
  }

  /** From now on database tasks work on this file or folder. */
  async useDatabase(file: string): Promise<void> {
    await this.state.update(memory, file);
    this.changed.fire();
  }

  /** Picks one of the folders that are open; where there is nothing to pick, opens another. */
  async chooseFolder(): Promise<void> {
    const folders = openFolders();
    if (folders.length === 0 || (folders.length === 1 && this.folder === folders[0])) {
      await vscode.commands.executeCommand('workbench.action.files.openFolder');
      return;
    }
    const picked = await vscode.window.showWorkspaceFolderPick();
    if (picked?.uri.scheme !== 'file') return;
    this.useFolder(picked.uri.fsPath);
  }

  /** Offers the database files of the workspace, and any other. */
  async chooseDatabase(): Promise<string | undefined> {
    const choice = await vscode.window.showQuickPick([...(await databasesOfWorkspace()), ...otherDatabases()], {
      title: vscode.l10n.t('Choose a Database'),
      placeHolder: vscode.l10n.t('Statements run on a copy: the file itself is never changed.'),
    });
    if (!choice) return undefined;
    const file = await choice.file();
    if (file === undefined) return undefined;
    await this.useDatabase(file);
    return file;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  private get folder(): string | undefined {
    const { chosenFolder } = this;
    return chosenFolder !== undefined && inWorkspace(chosenFolder) ? chosenFolder : openFolders()[0];
  }

  private get database(): string | undefined {
    return this.state.get<string>(memory);
  }
}

/** Whether a path lies in a folder that is open, or is one. Links are not followed. */
export function inWorkspace(place: string): boolean {
  return openFolders().some((folder) => {
    const way = path.relative(folder, place);
    return way.split(path.sep, 1)[0] !== '..' && !path.isAbsolute(way);
  });
}

function openFolders(): string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
}

interface DatabaseItem extends vscode.QuickPickItem {
  /** Its path; undefined when the user finds none. */
  file(): Promise<string | undefined>;
}

async function databasesOfWorkspace(): Promise<DatabaseItem[]> {
  const found = await vscode.workspace.findFiles(
    `**/*.{${databaseEndings.join(',')}}`,
    '**/{node_modules,.git}/**',
    50,
  );
  return found
    .filter(({ scheme }) => scheme === 'file')
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), file: () => Promise.resolve(uri.fsPath) }));
}

/** A dialog for files and one for folders: on Windows and Linux no dialog offers both. */
function otherDatabases(): DatabaseItem[] {
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
      file: () => browse({ title, openLabel, filters, canSelectFiles: true }),
    },
    {
      label: vscode.l10n.t('Browse for a Folder of CSV Files…'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      file: () => browse({ title, openLabel, canSelectFolders: true }),
    },
  ];
}

async function browse(options: vscode.OpenDialogOptions): Promise<string | undefined> {
  const [picked] = (await vscode.window.showOpenDialog(options)) ?? [];
  return picked?.scheme === 'file' ? picked.fsPath : undefined;
}
