import * as vscode from 'vscode';
import type { TerminalSession } from '../../agent/environment';
import type { Run } from './run';
import type { Runs } from './runs';

/** Shows the shells of OS runs in integrated terminals, one each: the very bash that the model's commands run in. */
export class RunTerminals implements vscode.Disposable {
  private readonly terminals = new Map<Run, vscode.Terminal>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly runs: Runs) {
    this.subscriptions = [
      runs.onDidStart((run) => this.follow(run)),
      vscode.window.onDidCloseTerminal((closed) => {
        for (const [run, terminal] of this.terminals) if (terminal === closed) this.terminals.delete(run);
      }),
    ];
  }

  /** Brings the terminal of the run that is shown to the front; opens it again when it was closed. */
  show(): void {
    const run = this.runs.current;
    if (run?.terminal) this.terminalOf(run, run.terminal).show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.terminals.values(), ...this.subscriptions).dispose();
  }

  private follow(started: Run): void {
    for (const [run, terminal] of this.terminals) if (!run.active) terminal.dispose();
    if (started.inTerminal) return;
    const subscription = started.onDidChange(() => {
      if (!started.terminal) return;
      subscription.dispose();
      this.terminalOf(started, started.terminal).show(true);
    });
  }

  private terminalOf(run: Run, session: TerminalSession): vscode.Terminal {
    const terminal = this.terminals.get(run) ?? open(run, session);
    this.terminals.set(run, terminal);
    return terminal;
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
      void run.done.then(() => {
        // The second word is a link to it (terminalLinks.ts).
        const words = [vscode.l10n.t('The task has ended.'), ...(run.id === undefined ? [] : [`trajectory:${run.id}`])];
        written.fire(`\r\n\x1b[2m${words.join(' ')}\x1b[0m\r\n`);
      });
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
