import * as vscode from 'vscode';
import type { TerminalSession } from '../../agent/environment';
import { UserError } from '../../agent/errors';
import { sentence, type Log } from '../report';

/** A shell like the one that the agent has, for a person. */
export type OpenTerminalShell = (folder: string) => Promise<TerminalSession & { close(): Promise<void> }>;

/** As package.json names it. */
const profile = 'agentlm.sandbox';

/** The terminal profile `AgentLM Sandbox`: to look around where the agent's commands run, as they would see it. */
export function registerTerminalProfile(openShell: OpenTerminalShell, log: Log): vscode.Disposable {
  return vscode.window.registerTerminalProfileProvider(profile, {
    provideTerminalProfile: () =>
      new vscode.TerminalProfile({
        name: vscode.l10n.t('AgentLM Sandbox'),
        iconPath: new vscode.ThemeIcon('hubot'),
        pty: shellTerminal(() => openShell(requireFolder()), log),
      }),
  });
}

/** @throws {UserError} */
function requireFolder(): string {
  if (!vscode.workspace.isTrusted) {
    throw new UserError('terminal.untrusted', 'In Restricted Mode no shell is opened. Trust this workspace first.');
  }
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  if (folder) return folder.uri.fsPath;
  throw new UserError('place.no-folder', 'An OS task runs in a folder, and none is open. Open a folder first.');
}

/** A terminal that is this shell; closing the one closes the other. */
function shellTerminal(open: () => ReturnType<OpenTerminalShell>, log: Log): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>();
  const stopping = new AbortController();
  let size: vscode.TerminalDimensions | undefined;
  let shell: TerminalSession | undefined;

  async function serve(): Promise<void> {
    const opened = await open();
    shell = opened;
    if (size) opened.resize(size.columns, size.rows);
    const stopListening = opened.onOutput((data) => written.fire(data));
    await aborted(stopping.signal);
    stopListening();
    await opened.close();
  }

  return {
    onDidWrite: written.event,
    open(dimensions) {
      size = dimensions;
      serve().catch((error: unknown) => {
        if (!UserError.is(error)) log.error(error);
        written.fire(`${sentence(error)}\r\n`);
      });
    },
    close: () => stopping.abort(),
    handleInput: (data) => shell?.type(data),
    setDimensions(dimensions) {
      size = dimensions;
      shell?.resize(dimensions.columns, dimensions.rows);
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
