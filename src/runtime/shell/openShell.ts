import type { Environment, Execution, TerminalSession } from '../../agent/environment';
import { createCapture } from './capture';
import { createDisplay } from './display';
import { commandTurn, createKeyboard, type CommandTurn } from './keyboard';
import { noteOf } from './note';
import { visible } from '../../agent/hiddenCharacters';
import { render } from './render';
import { closedError, openSession, type Sandbox } from './session';
import { defaultPatience, waitOrStop, type Patience } from './stop';
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
  /** Variables on top of the host's own, of which secrets and the editor's private ones are left out. */
  readonly env?: Readonly<Record<string, string>>;
  readonly sandbox?: Sandbox;
  /** Where the private folder with the commands is made, for a sandbox that shows only some folder; among temporary files unless told. */
  readonly scratchParent?: string;
  readonly patience?: Patience;
}

/** A bash that lives as long as the run, and its terminal. */
export type ShellEnvironment = Environment & TerminalSession;

/** How long background jobs have to end by themselves when the shell is closed, or the run stopped. */
const farewellMs = 200;

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
 * - After an abort, and after `close`, no process of the run is alive, unless it took on a session and an empty
 *   environment of its own.
 *
 * @throws {UserError} `shell.noBash`, `shell.noFolder`, `shell.start`
 */
export async function openShell({
  cwd,
  columns = 80,
  rows = 24,
  commandTimeoutMs = 120_000,
  env,
  sandbox,
  scratchParent,
  patience = defaultPatience,
}: ShellOptions): Promise<ShellEnvironment> {
  const display = createDisplay();
  const session = await openSession({ cwd, size: { columns, rows }, env, sandbox, scratchParent, display });
  const turns = createTurns();
  const keyboard = createKeyboard(session, display, turns);
  /** How many starts of bash the model knows of. */
  let knownStarts = 1;
  let closing: Promise<void> | undefined;

  const means = {
    interrupt: () => session.write('\x03'),
    quit: () => session.write('\x1c'),
    killForeground: async () => session.killForeground(),
    killAll: async () => session.end({ graceMs: 0 }),
  };

  /** Runs a command in its turn; its output is read afterwards. */
  async function runCommand(
    command: string,
    turn: CommandTurn,
    signal: AbortSignal,
  ): Promise<() => Promise<Execution>> {
    await session.start();
    const restarted = session.starts > knownStarts;
    const capture = createCapture();
    display.write(`${visible(command).replaceAll('\n', '\r\n')}\r\n`);

    const running = session.run(command, {
      output: (bytes) => capture.append(bytes),
      phase: () => turn.start(),
    });
    const stopped = await waitOrStop(running, means, { timeoutMs: commandTimeoutMs, signal, patience });
    const end = await running;
    if (stopped === 'abort') await session.end({ graceMs: farewellMs, keepShell: true });
    if (stopped !== undefined || end.kind === 'gone') display.restore();
    knownStarts = end.kind === 'gone' ? session.starts + 1 : session.starts;

    const { size, cwd } = session;
    const { interrupted } = turn;
    const note = noteOf({ end, stopped, restarted, timeoutMs: commandTimeoutMs, interrupted, cwd });
    return async () => ({
      ...(await render(capture.end(), size)),
      exitCode: end.exitCode,
      cwd,
      ...(note === undefined ? {} : { note }),
    });
  }

  async function close(): Promise<void> {
    await session.close(farewellMs);
    // The last turn, which never ends. By then everybody else has noticed that the shell is gone.
    await turns.begin({ type: () => undefined, hurry: () => undefined });
    await session.removeFiles();
    display.close();
  }

  try {
    await session.start();
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
        return { output: '', exitCode: null, cwd: session.cwd, omittedBytes: 0, note: 'The command was not run.' };
      }
      let read: () => Promise<Execution>;
      try {
        read = await runCommand(command, turn, signal);
      } finally {
        display.prompt(session.cwd);
        turns.end();
      }
      return read();
    },

    close: async () => (closing ??= close()),

    onOutput: (listener) => display.listen(listener),
    type: (keys) => keyboard.type(keys),
    resize: (columns, rows) => session.resize({ columns, rows }),
  };
}
