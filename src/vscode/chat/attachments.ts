import path from 'node:path';
import * as vscode from 'vscode';
import type { Attachment } from '../../agent/attachments';
import { withAttachments } from '../../agent/attachments';
import { human, type Turn } from '../../agent/conversation';
import { UserError } from '../../agent/errors';
import { osTask } from '../../agent/tasks/os';
import type { AttachmentsState } from '../../protocol/messages';
import type { Endpoints } from '../endpoints/endpoints';
import { inWorkspace } from '../places';
import type { Settings } from '../settings';

/** Bytes of a file that is looked at: no window has room for more. */
const largestFile = 256 * 1024;
/** Entries and levels of a listing. */
const mostEntries = 200;
const deepest = 3;

interface Weighed extends Attachment {
  readonly id: number;
  readonly tokens: number;
}

/** What attachments need to know of the model that reads them. */
export interface AttachmentBudget {
  /** Tokens of the window of the chosen endpoint, and of a reply. */
  readonly contextLength: number;
  readonly replyTokens: number;
}

/** Of the chosen endpoint; what is not known is what AgentLM was trained with. */
export function windowOf(endpoints: Endpoints, settings: Settings): AttachmentBudget {
  const { selected } = endpoints;
  const known = selected && (selected.contextLength ?? endpoints.health(selected).facts?.contextLength);
  return { contextLength: known ?? 4096, replyTokens: settings.get('replyTokens') };
}

/** What goes along with the next task or the next words of a conversation. */
export class Attachments implements vscode.Disposable {
  private items: readonly Weighed[] = [];
  private count = 0;
  private openingTokens: Promise<number> | undefined;
  /** Tokens for all that is attached, once something was. */
  private room = 0;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly countTokens: (turns: readonly Turn[]) => Promise<number>,
    private readonly budget: () => AttachmentBudget,
  ) {}

  get state(): AttachmentsState {
    const items = this.items.map(({ id, label, tokens }) => ({ id, label, tokens }));
    return { items, free: this.free };
  }

  private get free(): number {
    return Math.max(0, this.room - this.items.reduce((sum, { tokens }) => sum + tokens, 0));
  }

  /** Hands over what is attached; it goes along once. */
  take(): readonly Attachment[] {
    const taken = this.items.map(({ label, text }) => ({ label, text }));
    this.items = [];
    if (taken.length > 0) this.changed.fire();
    return taken;
  }

  remove(id: number): void {
    this.items = this.items.filter((item) => item.id !== id);
    this.changed.fire();
  }

  /** Lets the user choose what to attach. */
  async choose(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const choices = [
      ...(editor
        ? [
            {
              label: labelOfEditor(editor),
              iconPath: new vscode.ThemeIcon('selection'),
              run: () => this.addEditor(editor),
            },
          ]
        : []),
      {
        label: vscode.l10n.t('File…'),
        iconPath: new vscode.ThemeIcon('file'),
        run: async () => this.addChosen({ canSelectFiles: true }),
      },
      {
        label: vscode.l10n.t('Listing of a Folder…'),
        iconPath: new vscode.ThemeIcon('folder'),
        run: async () => this.addChosen({ canSelectFolders: true }),
      },
    ];
    const placeHolder = vscode.l10n.t('What the model is to read with your words');
    const chosen = await vscode.window.showQuickPick(choices, { placeHolder });
    await chosen?.run();
  }

  /**
   * Attaches what was clicked or dropped: a file, the listing of a folder, or what is selected in the editor.
   * @throws {UserError} when it is outside the workspace, is no text, or is too large for the window
   */
  async add(uri: vscode.Uri): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.uri.toString() === uri.toString() && !editor.selection.isEmpty) {
      await this.addEditor(editor);
      return;
    }
    if (uri.scheme !== 'file' || !inWorkspace(uri.fsPath)) {
      throw new UserError('attach.outside', '{0} is in no folder that is open. Open it to attach it.', [
        path.basename(uri.path),
      ]);
    }
    const label = vscode.workspace.asRelativePath(uri);
    const { type, size } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) {
      await this.weigh({ label: `${label}/`, text: await listing(uri) });
      return;
    }
    if (size > largestFile) throw tooLarge(label, Math.ceil(size / 4), this.free);
    await this.weigh({ label, text: readText(label, await vscode.workspace.fs.readFile(uri)) });
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async addChosen(which: vscode.OpenDialogOptions): Promise<void> {
    const defaultUri = vscode.workspace.workspaceFolders?.[0]?.uri;
    const uris = await vscode.window.showOpenDialog({
      ...which,
      canSelectMany: true,
      ...(defaultUri && { defaultUri }),
    });
    for (const uri of uris ?? []) await this.add(uri);
  }

  private async addEditor(editor: vscode.TextEditor): Promise<void> {
    const { document, selection } = editor;
    const text = document.getText(selection.isEmpty ? undefined : selection);
    await this.weigh({ label: labelOfEditor(editor), text });
  }

  /** Takes it in where the window has room for it beside what is attached already. */
  private async weigh(attachment: Attachment): Promise<void> {
    const tokens = await this.countTokens([human(withAttachments('', [attachment]))]);
    const { contextLength, replyTokens } = this.budget();
    this.openingTokens ??= this.countTokens(osTask.opening(''));
    const reserved = Math.min(replyTokens, Math.floor(contextLength / 2));
    this.room = contextLength - reserved - 1 - (await this.openingTokens);
    if (tokens > this.free) throw tooLarge(attachment.label, tokens, this.free);
    this.items = [...this.items, { ...attachment, id: this.count++, tokens }];
    this.changed.fire();
  }
}

function labelOfEditor({ document, selection }: vscode.TextEditor): string {
  const name = vscode.workspace.asRelativePath(document.uri);
  return selection.isEmpty ? name : `${name}, lines ${selection.start.line + 1} to ${selection.end.line + 1}`;
}

/** @throws {UserError} where the bytes are no text */
function readText(label: string, bytes: Uint8Array): string {
  try {
    if (!bytes.includes(0)) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Said below, in the same words.
  }
  throw new UserError('attach.binary', '{0} is no text in UTF-8, so the model cannot read it. Attach another file.', [
    label,
  ]);
}

/** What is in a folder, folders first opened, links not followed. */
async function listing(folder: vscode.Uri): Promise<string> {
  const lines: string[] = [];
  const list = async (uri: vscode.Uri, depth: number): Promise<void> => {
    const entries = (await vscode.workspace.fs.readDirectory(uri)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, type] of entries) {
      if (lines.length >= mostEntries) return;
      const isFolder = type === vscode.FileType.Directory;
      lines.push(`${'  '.repeat(depth)}${name}${isFolder ? '/' : ''}`);
      if (isFolder && depth + 1 < deepest && name !== '.git' && name !== 'node_modules') {
        await list(vscode.Uri.joinPath(uri, name), depth + 1);
      }
    }
  };
  await list(folder, 0);
  return lines.length < mostEntries ? lines.join('\n') : [...lines, '…'].join('\n');
}

function tooLarge(label: string, tokens: number, free: number): UserError {
  return new UserError(
    'attach.too-large',
    '{0} takes about {1} tokens, and {2} of the window are free. Select the part that matters and attach that.',
    [label, tokens, free],
  );
}
