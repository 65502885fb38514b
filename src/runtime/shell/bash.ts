import type { Terminal } from 'node-pty';
import { UserError } from '../../agent/errors';
import { createMarkScanner } from './marks';
import { visible } from '../../agent/hiddenCharacters';
import { signalProcess } from './processes';
import { waitFor } from './waiting';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** How a command ended: by itself, or together with its shell (`exit`, `exec`, a signal). */
export type CommandEnd =
  /** `cwd` is empty where bash could not tell. */
  { readonly kind: 'done'; readonly exitCode: number; readonly cwd: string } | ShellEnd;

export interface ShellEnd {
  readonly kind: 'gone';
  readonly exitCode: number | null;
  readonly signal: number | null;
}

export interface CommandListener {
  /** Bytes that appeared on the terminal while the command ran. Not to be kept: copy what is needed. */
  output(bytes: Buffer): void;
  /** `started`: the terminal belongs to the command now. `editing`: readline has taken it over (userLine.sh). */
  phase(phase: 'started' | 'editing'): void;
}

/** One bash process in a pseudo-terminal. */
export interface Bash {
  readonly pid: number;
  /** Commands that export again what was exported after the last command. */
  readonly exports: string;
  /** Settles when bash is gone. Never rejects. */
  readonly gone: Promise<CommandEnd>;
  /** Sources a file as soon as bash is ready for it. Never rejects. One command at a time. */
  run(file: string, listener: CommandListener): Promise<CommandEnd>;
  /** Keys, as a terminal sends them. Only while a command has the terminal: at other times they would spoil the framing. */
  write(keys: string): void;
  resize(size: TerminalSize): void;
  /** From here on, nothing is shown of what appears on its terminal. */
  hide(): void;
  /** Kills bash, and nothing else, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface BashOptions {
  /** Program and arguments: bash, or a sandbox that starts it. Its rc file is inband.sh with this nonce. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly nonce: string;
  readonly size: TerminalSize;
  /** Everything that appears on the terminal, marks left out. Not to be kept: copy what is needed. */
  readonly show: (bytes: Buffer) => void;
}

/** A machine may be very busy, and its disk too. */
const startTimeoutMs = 60_000;
/** After SIGKILL a process can linger in the kernel, e.g. on a network drive that went away. It is given up then. */
const killTimeoutMs = 1_000;

/**
 * Starts a bash and waits until it is ready for its first command.
 * @throws {UserError} `shell.start` when it does not come that far, `shell.slow` when that takes too long, `shell.noTerminal`
 *   when this package has none for the machine.
 */
export async function startBash(options: BashOptions): Promise<Bash> {
  const terminal = await spawn(options);
  const gone = Promise.withResolvers<ShellEnd>();
  terminal.onExit(({ exitCode, signal = 0 }) =>
    gone.resolve(signal === 0 ? { kind: 'gone', exitCode, signal: null } : { kind: 'gone', exitCode: null, signal }),
  );

  let ready = Promise.withResolvers<void>();
  let exports = '';
  let hidden = false;
  let command: (CommandListener & { started: boolean; end(end: CommandEnd): void }) | undefined;
  /** What bash or its sandbox prints before it is ready for the first time: the reason, should that never happen. */
  let preamble = '' as string | undefined;

  function end(how: CommandEnd): void {
    command?.end(how);
    command = undefined;
  }

  terminal.onData(
    createMarkScanner(
      options.nonce,
      (bytes) => {
        if (preamble !== undefined) preamble += bytes.toString('utf8', 0, 1000);
        if (command?.started === true) command.output(bytes);
        if (!hidden) options.show(bytes);
      },
      (mark) => {
        switch (mark.kind) {
          case 'ready':
            preamble = undefined;
            if (command?.started === true) end({ kind: 'done', exitCode: mark.exitCode, cwd: '' });
            return ready.resolve();
          case 'started':
            if (command !== undefined) command.started = true;
            return command?.phase('started');
          case 'editing':
            return command?.phase('editing');
          case 'done':
            return end(mark);
          case 'exports':
            exports = mark.commands;
        }
      },
    ),
  );

  const bash: Bash = {
    pid: terminal.pid,
    get exports() {
      return exports;
    },
    gone: gone.promise,

    async run(file, listener) {
      await Promise.race([ready.promise, gone.promise]);
      ready = Promise.withResolvers();
      const ended = Promise.withResolvers<CommandEnd>();
      command = { ...listener, started: false, end: ended.resolve };
      // Ctrl-U drops what was typed ahead and belongs to no command.
      terminal.write(`\x15${options.nonce}:${file}\n`);
      return Promise.race([ended.promise, gone.promise]);
    },

    write: (keys) => terminal.write(keys),

    resize({ columns, rows }) {
      try {
        terminal.resize(columns, rows);
      } catch (error) {
        // The terminal closes a moment before bash is known to be gone.
        if (!/EBADF|ENOTTY/.test(String(error))) throw error;
      }
    },

    hide() {
      hidden = true;
    },

    async kill() {
      signalProcess(terminal.pid, 'SIGKILL');
      if ((await waitFor(gone.promise, killTimeoutMs)) === 'settled') return;
      gone.resolve({ kind: 'gone', exitCode: null, signal: null });
      terminal.destroy();
    },
  };

  const waited = await waitFor(Promise.race([ready.promise, gone.promise]), startTimeoutMs);
  if (preamble === undefined) return bash;
  await bash.kill();
  throw startError(options, preamble, waited === 'settled' ? await gone.promise : undefined);
}

/** @param end of the program; undefined if it was waited for in vain */
function startError({ argv, cwd }: BashOptions, preamble: string, end: ShellEnd | undefined): UserError {
  const said = visible(preamble.trim() || 'nothing.').slice(-500);
  const cause = { cause: new Error(`It was started with: ${argv.join(' ')}`) };
  if (end === undefined) {
    return new UserError(
      'shell.slow',
      'The shell in {0} was not ready after {1} seconds. It said: {2} Start the task again when the machine is less busy, or try bash in a terminal there.',
      [cwd, startTimeoutMs / 1000, said],
      cause,
    );
  }
  const how = end.exitCode === null ? `signal ${end.signal}` : `exit code ${end.exitCode}`;
  return new UserError(
    'shell.start',
    'The shell did not start in {0} ({1}). It said: {2} Try bash in a terminal there to see why.',
    [cwd, how, said],
    cause,
  );
}

async function spawn({ argv, cwd, variables, size }: BashOptions): Promise<Terminal> {
  const [program = 'bash', ...rest] = argv;
  const { spawn: open } = await loadTerminal();
  return open(program, rest, { cwd, env: variables, cols: size.columns, rows: size.rows, encoding: null });
}

/** The one native part. A package for all platforms has none, and does everything else without it. */
async function loadTerminal() {
  try {
    return await import('node-pty');
  } catch (cause) {
    throw new UserError(
      'shell.noTerminal',
      'This package of AgentLM has no terminal for {0}, so no command can run. Install the package that is made for it, if there is one (docs/platforms.md). Database tasks and everything else work.',
      [`${process.platform}-${process.arch}`],
      { cause },
    );
  }
}
