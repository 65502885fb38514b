import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../agent/errors';
import type { TaskKind } from '../agent/task';
import type { PlaceLabel } from '../protocol/messages';
import type { DatabaseChoice } from './databases/databaseChoice';

/** Where tasks work: the folder of the workspace, and the database that was chosen for it. */
export class Places implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private chosenFolder: string | undefined;
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(readonly database: DatabaseChoice) {
    const fire = (): void => this.changed.fire();
    this.subscriptions = [vscode.workspace.onDidChangeWorkspaceFolders(fire), database.onDidChange(fire)];
  }

  get labels(): PlaceLabel {
    const { folder, database } = this;
    return { os: folder === undefined ? undefined : path.basename(folder), db: database.label };
  }

  /** The place for a kind of task; asks for a database when none was chosen. Undefined when the user chose none. */
  async for(kind: TaskKind): Promise<string | undefined> {
    if (kind === 'db') return this.database.current ?? (await this.database.choose());
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

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, this.changed).dispose();
  }

  private get folder(): string | undefined {
    const { chosenFolder } = this;
    return chosenFolder !== undefined && inWorkspace(chosenFolder) ? chosenFolder : openFolders()[0];
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
