import * as vscode from 'vscode';
import type { TerminalSession } from '../agent/environment';
import type { Run, Runs } from './runs';

/** Shows the shell of the current OS run in an integrated terminal: the very bash that the model's commands run in. */
export class RunTerminal implements vscode.Disposable {
  private terminal: vscode.Terminal | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly runs: Runs) {
    this.subscriptions = [
      runs.onDidStart((run) => this.follow(run)),
      vscode.window.onDidCloseTerminal((closed) => {
        if (closed === this.terminal) this.terminal = undefined;
      }),
    ];
  }

  /** Brings the terminal to the front; opens it again when it was closed. */
  show(): void {
    const run = this.runs.current;
    if (!this.terminal && run?.terminal) this.terminal = open(run, run.terminal);
    this.terminal?.show();
  }

  dispose(): void {
    this.terminal?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private follow(run: Run): void {
    this.terminal?.dispose();
    this.terminal = undefined;
    const subscription = run.onDidChange(() => {
      if (!run.terminal) return;
      subscription.dispose();
      this.terminal = open(run, run.terminal);
      this.terminal.show(true);
    });
  }
}

/** Characters of the task that a terminal's tab shows. */
const nameLength = 30;

function open(run: Run, session: TerminalSession): vscode.Terminal {
  const problem = run.request.problem.replace(/\s+/g, ' ');
  const name = `AgentLM: ${problem.length > nameLength ? `${problem.slice(0, nameLength)}…` : problem}`;
  return vscode.window.createTerminal({ name, iconPath: new vscode.ThemeIcon('hubot'), pty: mirror(run, session) });
}

/** Both ways: what the shell prints, and what the user types. Closing it leaves the run alone. */
function mirror(run: Run, session: TerminalSession): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>();
  let stopListening: (() => void) | undefined;
  return {
    onDidWrite: written.event,
    open(dimensions) {
      if (dimensions) session.resize(dimensions.columns, dimensions.rows);
      stopListening = session.onOutput((data) => written.fire(data));
      void run.done.then(() => written.fire(`\r\n\x1b[2m${vscode.l10n.t('The task has ended.')}\x1b[0m\r\n`));
    },
    close() {
      stopListening?.();
      written.dispose();
    },
    handleInput(data) {
      if (run.active) session.type(data);
    },
    setDimensions({ columns, rows }) {
      session.resize(columns, rows);
    },
  };
}
