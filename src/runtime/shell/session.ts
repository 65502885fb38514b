import { randomBytes, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import { startBash, type Bash, type CommandEnd, type CommandListener, type TerminalSize } from './bash';
import type { Display } from './display';
import inbandScript from './inband.sh';
import { endProcesses, foregroundGroup, listProcesses, signalProcess } from './processes';
import { createScratch } from './scratch';
import userLineScript from './userLine.sh';
import { findBash, shellVariables } from './variables';

/** Turns the start of bash into the start of a program that runs this bash in a sandbox. */
export type Sandbox = (shell: {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** A private folder with the rc file and the commands. It must be readable in the sandbox, under this very path. */
  readonly folder: string;
}) => readonly string[];

/** The shell of a run: to its users always the same, though bash may have to be started anew in between. */
export interface Session {
  /** Where the shell is, or where the next one starts. */
  readonly cwd: string;
  readonly size: TerminalSize;
  /** How often bash was started. */
  readonly starts: number;
  /** Starts bash unless it is there. @throws {UserError} */
  start(): Promise<void>;
  /** Runs a script; `$?` in it is the exit code of the script before. One at a time. @throws {UserError} */
  run(script: string, listener: CommandListener): Promise<CommandEnd>;
  /** Lets the user type a line, and runs it. @throws {UserError} */
  runUserLine(listener: CommandListener): Promise<CommandEnd>;
  /** Keys for the command that has the terminal. */
  write(keys: string): void;
  resize(size: TerminalSize): void;
  /** SIGKILL for the process group that has the terminal, if it is not the shell's own. */
  killForeground(): Promise<void>;
  /** Ends every process of the run but, on request, the shell: SIGHUP first, SIGKILL after `graceMs`. */
  end(options: { readonly graceMs: number; readonly keepShell?: boolean }): Promise<void>;
  /** Ends every process of the run, for good: whatever starts or waits for a shell fails. */
  close(graceMs: number): Promise<void>;
  /** To be called last, when nothing runs or waits any more. */
  removeFiles(): Promise<void>;
}

export interface SessionOptions {
  readonly cwd: string;
  readonly size: TerminalSize;
  readonly env: Readonly<Record<string, string>> | undefined;
  readonly sandbox: Sandbox | undefined;
  /** Where the private folder is made; among temporary files unless told. */
  readonly scratchParent: string | undefined;
  readonly display: Display;
}

/** @throws {UserError} `shell.noBash`, `shell.noFolder` */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { sandbox, display } = options;
  const run = randomUUID();
  const nonce = randomBytes(16).toString('hex');
  const scratch = createScratch(options.scratchParent);
  const variables = shellVariables(process.env, run, options.env);
  const program = await findBash(variables);

  let bash: Bash | undefined;
  let { cwd, size } = options;
  let exitCode = 0;
  let starts = 0;
  let closed = false;
  let starting: Promise<Bash> | undefined;

  async function start(): Promise<Bash> {
    if (closed) throw closedError();
    if (bash !== undefined) return bash;
    starting ??= startAnew().finally(() => (starting = undefined));
    return starting;
  }

  async function startAnew(): Promise<Bash> {
    cwd = await existingFolder(cwd, options.cwd);
    const rcFile = await scratch.write('rc', inbandScript.replaceAll('@NONCE@', nonce));
    const plain = [program, '--noprofile', '--noediting', '--rcfile', rcFile, '-i'];
    const argv = sandbox?.({ argv: plain, cwd, folder: path.dirname(rcFile) }) ?? plain;
    if (closed) throw closedError();
    const started = await startBash({ argv, cwd, variables, nonce, size, show: (bytes) => display.write(bytes) });
    bash = started;
    exitCode = 0;
    starts++;
    void forgetWhenGone(started);
    return started;
  }

  async function forgetWhenGone(shell: Bash): Promise<void> {
    await shell.gone;
    if (bash === shell) bash = undefined;
  }

  async function runFile(name: string, text: string, listener: CommandListener): Promise<CommandEnd> {
    const shell = await start();
    const end = await shell.run(await scratch.write(name, text), listener);
    if (end.kind === 'done') {
      ({ exitCode } = end);
      cwd = end.cwd || cwd;
    } else {
      bash = undefined;
      cwd = await existingFolder(cwd, options.cwd);
      if (!closed) display.notice(`The shell ended. The next command starts a new one in ${cwd}.`);
    }
    return end;
  }

  async function end({ graceMs, keepShell = false }: { graceMs: number; keepShell?: boolean }): Promise<void> {
    const shell = bash;
    const kept = keepShell ? shell?.pid : undefined;
    const list = async () => (await listProcesses({ run, session: shell?.pid })).filter((pid) => pid !== kept);
    await endProcesses(list, graceMs);
    if (!keepShell) await shell?.kill();
  }

  return {
    get cwd() {
      return cwd;
    },
    get size() {
      return size;
    },
    get starts() {
      return starts;
    },

    async start() {
      await start();
    },

    run: async (script, listener) => runFile('command', commandFile(script, exitCode), listener),

    runUserLine: async (listener) =>
      runFile('line', userLineScript.replaceAll('@NONCE@', nonce).replace('@STATUS@', `${exitCode}`), listener),

    write: (keys) => bash?.write(keys),

    resize(to) {
      size = to;
      bash?.resize(to);
    },

    async killForeground() {
      const shell = bash?.pid;
      const group = shell === undefined ? undefined : await foregroundGroup(shell);
      if (group !== undefined && group !== shell) signalProcess(-group, 'SIGKILL');
    },

    end,

    async close(graceMs) {
      closed = true;
      await end({ graceMs });
      if (starting === undefined) return;
      await Promise.allSettled([starting]);
      await end({ graceMs: 0 });
    },

    removeFiles: async () => scratch.remove(),
  };
}

/** What an action meets that comes too late. */
export function closedError(): UserError {
  return new UserError('shell.closed', 'The shell of this run is closed. Start a new run.');
}

/**
 * `eval` makes messages of bash read as they do for a typed line, without the name of this file.
 * A NUL cannot be typed either, and bash would take the file for a program.
 */
function commandFile(script: string, exitCode: number): string {
  const quoted = `'${script.replaceAll('\0', '').replaceAll("'", String.raw`'\''`)}'`;
  const restored = exitCode === 0 ? '' : String.raw`(exit ${exitCode}) && \builtin :; `;
  return String.raw`${restored}\builtin eval ${quoted}` + '\n';
}

/** @throws {UserError} `shell.noFolder` when neither is there. */
async function existingFolder(wanted: string, fallback: string): Promise<string> {
  for (const folder of [wanted, fallback]) {
    if (await isFolder(folder)) return folder;
  }
  throw new UserError('shell.noFolder', 'The folder {0} does not exist. Open a folder that does, and start again.', [
    fallback,
  ]);
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}
