import * as vscode from 'vscode';

interface RunLink extends vscode.TerminalLink {
  readonly id: string;
  readonly step: number | undefined;
}

/** Makes `trajectory:<id>` and `trajectory:<id>#step3` in any terminal lead to the run in the chat, and to its step. */
export function registerTerminalLinks(): vscode.Disposable {
  const provider: vscode.TerminalLinkProvider<RunLink> = {
    provideTerminalLinks: ({ line }) => findRunLinks(line),
    handleTerminalLink: ({ id, step }) => vscode.commands.executeCommand('agentlm.openRun', id, step),
  };
  return vscode.window.registerTerminalLinkProvider(provider);
}

export function findRunLinks(line: string): RunLink[] {
  return [...line.matchAll(/\btrajectory:((?:os|db)_[\w-]{1,64})(?:#step(\d{1,6}))?/g)].map((match) => ({
    id: match[1] ?? '',
    step: match[2] === undefined ? undefined : Number(match[2]),
    startIndex: match.index,
    length: match[0].length,
    tooltip: vscode.l10n.t('Show this task in the AgentLM chat'),
  }));
}
