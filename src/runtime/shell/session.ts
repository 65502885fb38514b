import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'unbash';
import { UserError } from '../../agent/errors';
import { startBash, type Bash, type CommandEnd, type CommandListener, type TerminalSize } from './bash';
import { charsetOf } from './decode';
import type { Display } from './display';
import { startGuard } from './guard';
import inbandScript from './inband.sh';
import { endProcesses, listProcessesSince, shellProcesses } from './processes';
import type { Sandbox } from './sandbox/sandbox';
import { createScratch } from './scratch';
import userLineScript from './userLine.sh';
import { findBash, shellVariables } from './variables';

/** The shell of a run: to its users always the same, though bash may have to be started anew in between. */
export interface Session {
  /** Where the shell is, or where the next one starts. */
  readonly cwd: string;
  readonly size: TerminalSize;
  /** How often bash was started. */
  readonly starts: number;
  /** The process that leads the session of the terminal; undefined while there is none. */
  readonly leader: number | undefined;
  /** What programs print in, where the locale says something else than UTF-8. */
  readonly charset: string | undefined;
  readonly home: string | undefined;
  /** Starts bash unless it is there. @throws {UserError} */
  start(): Promise<void>;
  /** Runs a script; `$?` in it is the exit code of the script before. One at a time. @throws {UserError} */
  run(script: string, listener: CommandListener): Promise<CommandEnd>;
  /** Lets the user type a line, and runs it. @throws {UserError} */
  runUserLine(listener: CommandListener): Promise<CommandEnd>;
  /** Keys for the command that has the terminal. */
  write(keys: string): void;
  resize(size: TerminalSize): void;
  /** Leaves the shell to the command it runs, and hides both; the next command runs in a new one with the same exports. */
  leaveBehind(): void;
  /** Makes a file of a new name in the private folder, and returns its path. */
  newFile(name: string): Promise<string>;
  /** SIGKILL for the process group that has the terminal, if it is not the shell's own. */
  killForeground(): Promise<void>;
  /** SIGKILL for what has been started since a moment (of `processClock`), the shell excepted. */
  endSince(moment: number): Promise<void>;
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
  const lockLimit = `${randomInt(2 ** 40, 2 ** 47)}`;
  const scratch = createScratch(options.scratchParent);
  const reach = sandbox ?? shellProcesses({ run, lockLimit }, 0);
  const variables = shellVariables(process.env, run, options.env);
  const program = await findBash(variables);
  const endGuard = startGuard(program, { run, lockLimit });

  let bash: Bash | undefined;
  /** Shells whose command went to the background. */
  const behind = new Set<Bash>();
  let exports = '';
  let { cwd, size } = options;
  let exitCode = 0;
  let starts = 0;
  let files = 0;
  let closed = false;
  let starting: Promise<Bash> | undefined;
  /** What ends processes of the run would end the next shell too, which is one of them. */
  let ending: Promise<unknown> = Promise.resolve();

  async function start(): Promise<Bash> {
    if (closed) throw closedError();
    if (bash !== undefined) return bash;
    starting ??= startAnew().finally(() => (starting = undefined));
    return starting;
  }

  async function startAnew(): Promise<Bash> {
    await ending;
    const outside = await existingFolder(sandbox === undefined ? cwd : options.cwd, options.cwd);
    // What a sandbox shows is not there outside; it looks for the folder itself.
    if (sandbox === undefined) cwd = outside;
    const loop = inbandScript.replaceAll('@NONCE@', nonce).replace('@LOCKS@', lockLimit);
    const rcFile = await scratch.write('rc', exports + loop);
    const argv = [program, '--noprofile', '--noediting', '--rcfile', rcFile, '-i'];
    const how = { cwd: outside, variables, nonce, size, show: (bytes: Buffer) => display.write(bytes) };
    const startInside = async (): Promise<Bash> => {
      const beside = behind.values().next().value?.pid;
      const inside = await sandbox?.start({ argv, cwd, folder: path.dirname(rcFile), variables, run, beside });
      if (closed) throw closedError();
      return startBash({ argv, ...how, ...inside });
    };
    // What a sandbox is to hide can be gone by the time it is made, such as the socket of another program: once more then.
    const started = await startInside().catch(async (error: unknown) => {
      if (sandbox === undefined || closed || (UserError.is(error) && error.code === 'shell.slow')) throw error;
      return startInside();
    });
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
    if (behind.has(shell)) {
      if (sandbox === undefined) await shell.kill();
      // In a sandbox it stays for as long as it can, because others may share it.
      void shell.gone.then(() => behind.delete(shell));
    } else if (end.kind === 'done') {
      ({ exitCode } = end);
      cwd = end.cwd || cwd;
    } else {
      bash = undefined;
      if (sandbox === undefined) cwd = await existingFolder(cwd, options.cwd);
      // The next one must not find processes of this one in its layers, unless it shares them.
      else if (behind.size === 0) await sandbox.end(shell.pid, { graceMs: 0, keepShell: false });
      if (!closed) display.notice(`The shell ended. The next command starts a new one in ${cwd}.`);
    }
    return end;
  }

  async function end({ graceMs, keepShell = false }: { graceMs: number; keepShell?: boolean }): Promise<void> {
    // Ended half-way, a shell would look like one that cannot be started.
    if (starting !== undefined && !closed) await Promise.allSettled([starting]);
    const shell = bash;
    const ended = reach.end(shell?.pid, { graceMs, keepShell });
    ending = Promise.allSettled([ending, ended]);
    await ended;
    if (!keepShell) await shell?.kill();
  }

  function processes() {
    return { run, lockLimit, session: bash?.pid };
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
    get leader() {
      return bash?.pid;
    },
    charset: charsetOf(variables),
    home: variables['HOME'],

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

    leaveBehind() {
      if (bash === undefined) return;
      behind.add(bash);
      bash.hide();
      exports = `{ ${bash.exports}\n} 2>/dev/null\n`;
      bash = undefined;
    },

    newFile: async (name) => scratch.write(`${name}-${++files}.txt`, ''),

    async killForeground() {
      if (bash !== undefined) await reach.killForeground(bash.pid);
    },

    async endSince(moment) {
      await endProcesses(async () => listProcessesSince(processes(), moment), 0);
    },

    end,

    async close(graceMs) {
      closed = true;
      await end({ graceMs });
      if (starting === undefined) return;
      await Promise.allSettled([starting]);
      await end({ graceMs: 0 });
    },

    async removeFiles() {
      await scratch.remove();
      endGuard();
    },
  };
}

/** What an action meets that comes too late. */
export function closedError(): UserError {
  return new UserError('shell.closed', 'The shell of this run is closed. Start a new run.');
}

/**
 * `eval` makes messages of bash read as they do for a typed line, without the name of this file. A terminal takes CR LF for
 * one end of a line. A NUL cannot be typed, and bash would take the file for a program.
 */
function commandFile(script: string, exitCode: number): string {
  const quoted = `'${script
    .replaceAll('\0', '')
    .replaceAll('\r\n', '\n')
    .replaceAll("'", String.raw`'\''`)}'`;
  const restored = exitCode === 0 ? '' : String.raw`(exit ${exitCode}) && \builtin :; `;
  const checked = leavesOpen(script)
    ? String.raw`\builtin command "$BASH" -n -c ${quoted} || \builtin return` + '\n'
    : '';
  return checked + String.raw`${restored}\builtin eval ${quoted}` + '\n';
}

/**
 * Whether a substitution may have no end. bash spoils its own memory when it evaluates one in a loop like ours, and dies of
 * that at the next command (5.2.15, Debian 12): another bash has to look first.
 */
function leavesOpen(script: string): boolean {
  return (
    script.includes('$(') && (parse(script).errors?.some(({ message }) => message.includes('unterminated')) ?? false)
  );
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
