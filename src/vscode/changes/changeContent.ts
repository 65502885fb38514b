import * as vscode from 'vscode';
import type { FileChange, PendingChanges, WhichVersion } from '../../agent/changes';

const scheme = 'agentlm-change';

/** A version of a changed file, for an editor that only reads it. */
export function changeUri({ id }: PendingChanges, { path }: FileChange, which: WhichVersion): vscode.Uri {
  // A path may hold half a surrogate pair, for a byte that is no UTF-8: no URI can.
  const exact = Buffer.from(path, 'utf16le').toString('base64url');
  return vscode.Uri.from({ scheme, path: `/${path.toWellFormed()}`, query: JSON.stringify([id, exact, which]) });
}

/** Whether it is such a version. */
export function isChange({ scheme: of }: vscode.Uri): boolean {
  return of === scheme;
}

/** What serves the versions of changed files. */
export interface ChangeContent extends vscode.Disposable {
  /** Versions that are open may be others now. */
  refresh(): void;
}

/**
 * Serves the versions of changed files as read-only files; one that is not there is empty, as in a diff of an added file.
 * @param read undefined where there is no such version
 */
export function registerChangeContent(
  read: (id: string, path: string, which: WhichVersion) => Promise<Uint8Array | undefined>,
): ChangeContent {
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  /** An editor reads a file again only where its time is another one. */
  let time = 0;
  const contents = async ({ query }: vscode.Uri): Promise<Uint8Array> => {
    const [id, exact, which] = JSON.parse(query) as [string, string, WhichVersion];
    return (await read(id, Buffer.from(exact, 'base64url').toString('utf16le'), which)) ?? new Uint8Array();
  };
  const refuse = (): never => {
    throw vscode.FileSystemError.NoPermissions();
  };
  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => {}),
    stat: async (uri) => ({
      type: vscode.FileType.File,
      ctime: 0,
      mtime: time,
      size: (await contents(uri)).byteLength,
      permissions: vscode.FilePermission.Readonly,
    }),
    readFile: contents,
    readDirectory: () => [],
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  const registered = vscode.workspace.registerFileSystemProvider(scheme, provider, {
    isReadonly: true,
    isCaseSensitive: true,
  });
  return {
    refresh() {
      time++;
      const open = vscode.workspace.textDocuments.filter(({ uri }) => isChange(uri));
      changed.fire(open.map(({ uri }) => ({ type: vscode.FileChangeType.Changed, uri })));
    },
    dispose: () => vscode.Disposable.from(changed, registered).dispose(),
  };
}
