import type * as vscode from 'vscode';
import type { TerminalSession } from '../../agent/environment';
import type { RunningCommand } from '../../protocol/messages';
import type { Run } from '../runs/run';

/** Milliseconds between two looks at what a command prints; one that is over before is not worth a word. */
const lookMs = 250;
/** Of what a command has printed, the last lines, and the beginning of each. */
const lineCount = 5;
const lineLength = 200;

/** Tells what the command of a run does and has printed last, whenever that is something else; undefined when none runs. */
export function followCommand(run: Run, tell: (command: RunningCommand | undefined) => void): vscode.Disposable {
  let watching: vscode.Disposable | undefined;
  const begin = (): void => {
    if (run.terminal) watching ??= watch(run.terminal, tell);
  };
  const waiting = run.onDidChange(begin);
  begin();
  return {
    dispose() {
      waiting.dispose();
      watching?.dispose();
    },
  };
}

function watch(terminal: TerminalSession, tell: (command: RunningCommand | undefined) => void): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  let told: string | undefined;

  function look(state: RunningCommand['state']): void {
    const command = { state, lines: terminal.lastLines(lineCount).map((line) => line.slice(0, lineLength)) };
    const next = JSON.stringify(command);
    if (next !== told) tell(command);
    told = next;
  }

  function change({ state }: { readonly state: RunningCommand['state'] | 'idle' }): void {
    clearInterval(timer);
    if (state === 'idle') {
      if (told !== undefined) tell(undefined);
      told = undefined;
      return;
    }
    if (state !== 'running' || told !== undefined) look(state);
    timer = setInterval(() => look(state), lookMs);
  }

  const stopListening = terminal.onActivity(change);
  return {
    dispose() {
      clearInterval(timer);
      stopListening();
    },
  };
}
