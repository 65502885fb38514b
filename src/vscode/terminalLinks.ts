import * as vscode from 'vscode';

interface RunLink extends vscode.TerminalLink {
  readonly id: string;
}

/** Makes `trajectory:<id>` and `trajectory:<id>#step3` in any terminal lead to the run in the chat. */
export function registerTerminalLinks(): vscode.Disposable {
  const provider: vscode.TerminalLinkProvider<RunLink> = {
    provideTerminalLinks: ({ line }) => findRunLinks(line),
    handleTerminalLink: ({ id }) => vscode.commands.executeCommand('agentlm.openRun', id),
  };
  return vscode.window.registerTerminalLinkProvider(provider);
}

export function findRunLinks(line: string): RunLink[] {
  return [...line.matchAll(/\btrajectory:((?:os|db)_[\w-]{1,64})(?:#step\d{1,4})?/g)].map((match) => ({
    id: match[1] ?? '',
    startIndex: match.index,
    length: match[0].length,
    tooltip: vscode.l10n.t('Show this task in the AgentLM chat'),
  }));
}
