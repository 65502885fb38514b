import type { Environment, Execution, TerminalSession } from '../../agent/environment';
import { createActivities } from './activities';
import { farewellMs, runAgentCommand, type AgentCommand, type CommandResult } from './agentCommand';
import { createDisplay } from './display';
import { commandTurn, createKeyboard } from './keyboard';
import { requireEntry } from './requireEntry';
import type { Sandbox } from './sandbox/sandbox';
import { closedError, openSession, type Session } from './session';
import { defaultPatience, type Patience } from './stop';
import { createTurns } from './turns';
import { waitFor } from './waiting';

export interface ShellOptions {
  /** The folder the shell starts in. */
  readonly cwd: string;
  /** Of the terminal; 80 by 24 until it is resized. */
  readonly columns?: number;
  readonly rows?: number;
  /** Milliseconds a command may run, 120,000 if left out, 0 for no limit. */
  readonly commandTimeoutMs?: number;
  /** Milliseconds a command may wait for input that nobody types, 60,000 if left out, 0 for no limit. */
  readonly inputTimeoutMs?: number;
  /** Milliseconds from which on a command counts as a long one, 30,000 if left out. */
  readonly longCommandMs?: number;
  /** Whether an Execution tells the prompt that the shell stands at. */
  readonly promptTail?: boolean;
  /** Variables on top of the host's own, of which secrets and the editor's private ones are left out. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where bash lives; on the machine itself if left out. Closed together with the shell. */
  readonly sandbox?: Sandbox | undefined;
  /** Where the private folder with the commands is made, for a sandbox that shows only some folder; among temporary files unless told. */
  readonly scratchParent?: string;
  readonly patience?: Patience;
  /** Gives up the start of the shell. */
  readonly signal?: AbortSignal;
}

/** A bash that lives as long as the run, and its terminal. */
export type ShellEnvironment = Environment & TerminalSession;

/**
 * Opens a shell: one interactive bash in a pseudo-terminal, in which agent and user work side by side.
 *
 * - Directory, variables, functions, aliases and background jobs stay from command to command. `set -e`, `-u`, `-x` and
 *   `-v` do not: they would end or litter the shell of a model that forgets them.
 * - One command at a time: a second `execute`, and one that comes while a command of the user runs, waits for its turn.
 * - `output` is what a person would have read, from the command's first byte to its end, as it was printed: nothing is
 *   trimmed. What background jobs print later is shown in the terminal only.
 * - A command that ends the shell (`exit`, `exec`, `kill -9 $$`) is an Execution with a note. The next command finds a new
 *   shell in the directory that the command before it left behind.
 * - A command that waits for input is noticed, and stopped when nobody types. An interactive shell (`bash`, `exec sh`) that
 *   nobody types into is closed at its first prompt.
 * - After an abort, and after `close`, no process of the run is alive. Nor is one five seconds after we were killed.
 *
 * @throws {UserError} `shell.noBash`, `shell.noFolder`, `shell.noEntry`, `shell.start`
 */
export async function openShell({
  cwd,
  columns = 80,
  rows = 24,
  commandTimeoutMs = 120_000,
  inputTimeoutMs = 60_000,
  longCommandMs = 30_000,
  promptTail = false,
  env,
  sandbox,
  scratchParent,
  patience = defaultPatience,
  signal: opening,
}: ShellOptions): Promise<ShellEnvironment> {
  const display = createDisplay();
  let session: Session;
  try {
    await requireEntry(cwd);
    session = await openSession({ cwd, size: { columns, rows }, env, sandbox, scratchParent, display });
  } catch (error) {
    await sandbox?.close();
    throw error;
  }
  const turns = createTurns();
  const keyboard = createKeyboard(session, display, turns);
  const activities = createActivities();
  const times = { commandMs: commandTimeoutMs, inputMs: inputTimeoutMs, longMs: longCommandMs };
  /** How many starts of bash the model knows of. */
  let knownStarts = 1;
  let current: AgentCommand | undefined;
  /** Commands that went to the background. */
  const inBackground: Promise<void>[] = [];
  let closing: Promise<void> | undefined;
  /** What the run may write; set once it has written more, until the model knows. */
  let overflow: number | undefined;
  sandbox?.onOverflow(async (limitBytes) => {
    overflow = limitBytes;
    await session.end({ graceMs: 0 });
  });

  async function close(): Promise<void> {
    await session.close(farewellMs);
    // The last turn, which never ends. By then everybody else has noticed that the shell is gone.
    await turns.begin({ type: () => undefined, hurry: () => undefined });
    await Promise.all(inBackground);
    await session.removeFiles();
    await sandbox?.close();
    display.close();
  }

  /** A start takes long on a busy machine, and is not waited for by somebody who does not want the shell any more. */
  async function startUnlessAborted(signal: AbortSignal | undefined): Promise<'started' | 'aborted'> {
    const started = session.start();
    if ((await waitFor(Promise.allSettled([started]), 0, signal)) === 'aborted') return 'aborted';
    await started;
    return 'started';
  }

  try {
    await startUnlessAborted(opening);
    opening?.throwIfAborted();
  } catch (error) {
    await close();
    throw error;
  }
  display.prompt(session.cwd);

  return {
    async execute(command, signal) {
      if (closing !== undefined) throw closedError();
      const turn = commandTurn(session);
      const begun = turns.begin(turn);
      if ((await waitFor(begun, 0, signal)) !== 'settled') {
        void begun.then(() => turns.end());
        return notRun(session);
      }
      let result: CommandResult;
      try {
        if ((await startUnlessAborted(signal)) === 'aborted') return notRun(session);
        await sandbox?.settle();
        current = runAgentCommand(command, turn, signal, {
          session,
          display,
          times,
          patience,
          promptTail,
          overflow: () => overflow,
          tell: (activity) => activities.tell(activity),
          restarted: session.starts > knownStarts,
          used: keyboard.takeUsed(),
          onBackground: (over) => inBackground.push(over),
        });
        result = await current.ended;
        knownStarts = result.shellEnded ? session.starts + 1 : session.starts;
        overflow = undefined;
        void sandbox?.settle();
      } finally {
        current = undefined;
        display.prompt(session.cwd);
        turns.end();
      }
      return result.read();
    },

    close: async () => (closing ??= close()),

    onOutput: (listener) => display.listen(listener),
    type: (keys) => keyboard.type(keys),
    resize: (columns, rows) => session.resize({ columns, rows }),
    onActivity: (listener) => activities.listen(listener),
    lastLines: (count) => current?.watch.lastLines(count) ?? [],
    keepWaiting: () => current?.watch.keepWaiting(),
    sendToBackground: () => current?.sendToBackground(),
    interrupt: () => current?.watch.stop(),
  };
}

function notRun({ cwd }: Session): Execution {
  return { output: '', exitCode: null, cwd, omittedBytes: 0, note: 'The command was not run.' };
}
