import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ps, readFacts, readProc, readProcesses, terminalNumber, type ProcessFacts } from './processes';
import { scratchName } from './scratch';

/** What a command waits for that somebody is to type. */
export interface Reading {
  /** `secret`: what is typed is not shown, as at a prompt for a password. */
  readonly kind: 'input' | 'secret';
  /** The interactive shell that stands at its prompt, if it is one. */
  readonly shell: { readonly pid: number; readonly name: string } | undefined;
}

/**
 * Looks who reads the terminal of a run: a process in its foreground that is blocked in a read of it, or that has taken
 * over its keys (no line editing by the terminal) and waits for events. What cannot be looked into, such as `sudo`, or
 * anything where there is no /proc, counts as reading when the echo is off or its last words look like a question.
 * To be asked only after the command has been quiet for a while.
 * @param shell the process that leads the session of the terminal
 * @param lastLine what the command has printed last, if no line break came after it
 */
export async function readerOf(shell: number, lastLine: string): Promise<Reading | undefined> {
  const foreground = process.platform === 'linux' ? foregroundOf(shell) : [];
  const uses = foreground.map((facts) => ({ pid: facts.pid, use: useOfTerminal(facts) }));
  const reader = uses.find(({ use }) => use === 'reads') ?? uses.find(({ use }) => use === 'polls');
  const unknown = process.platform !== 'linux' || uses.some(({ use }) => use === 'unknown');
  if (reader === undefined && !unknown) return undefined;

  const settings = await terminalSettings(shell);
  if (settings === undefined) return undefined;
  const { echoes, editsLines } = settings;
  const reads =
    reader?.use === 'reads' ||
    (reader?.use === 'polls' && !editsLines) ||
    (unknown && (!echoes || asks.test(lastLine)));
  if (!reads) return undefined;
  const secret = !echoes && (editsLines || asksForSecret.test(lastLine));
  return { kind: secret ? 'secret' : 'input', shell: reader && interactiveShell(reader.pid) };
}

/** Ends like a question. */
const asks = /[:?>#$%\])]\s*$/;
/** The words of prompts for passwords, in the languages that `sudo` has them in most often. */
const asksForSecret =
  /(pass(word|phrase|code|wd)|\bPIN\b|secret|token|passwort|kennwort|mot de passe|contraseña|senha|hasło|пароль|パスワード|密码|口令|암호).*$/i;

function foregroundOf(shell: number): ProcessFacts[] {
  const facts = readFacts(shell);
  if (facts?.terminal === undefined) return [];
  const { terminal, foregroundGroup } = facts;
  return readProcesses().filter((process) => process.group === foregroundGroup && process.terminal === terminal);
}

/** The numbers of the system calls that read, and of those that wait for one of several things to happen. */
const systemCalls: Readonly<Record<string, { readonly read: readonly number[]; readonly poll: readonly number[] }>> = {
  x64: { read: [0, 19], poll: [7, 23, 232, 270, 271, 281, 441] },
  arm64: { read: [63, 65], poll: [22, 72, 73, 441] },
};

/** proc(5), syscall: the number and the arguments of the system call that a process is blocked in. */
function useOfTerminal({ pid, state, terminal }: ProcessFacts): 'reads' | 'polls' | 'unknown' | 'other' {
  if (state !== 'S') return 'other';
  const [call = '', descriptor] = readProc(`${pid}/syscall`).toString('latin1').split(' ');
  const numbers = systemCalls[process.arch];
  if (call === '' || numbers === undefined) return 'unknown';
  if (numbers.poll.includes(Number(call))) return 'polls';
  const reads = numbers.read.includes(Number(call)) && isTerminal(pid, Number(descriptor), terminal);
  return reads ? 'reads' : 'other';
}

/** The character device 5:0 is /dev/tty, the terminal of whoever opens it. */
const ownTerminal = 5 << 8;

function isTerminal(pid: number, descriptor: number, terminal: number | undefined): boolean {
  try {
    const { rdev } = statSync(`/proc/${pid}/fd/${descriptor}`);
    return rdev === ownTerminal || (rdev !== 0 && terminalNumber(rdev) === terminal);
  } catch {
    return false; // gone, or somebody else's
  }
}

const shells = new Set(['bash', 'sh', 'dash', 'zsh', 'fish', 'ksh', 'mksh', 'ash', 'csh', 'tcsh']);
/** Their options that have a value after them. */
const withValue = new Set(['--rcfile', '--init-file', '-o', '+o', '-O', '+O']);

/** A shell that was given nothing to do, neither a script nor commands, and is not the one of the run. */
function interactiveShell(pid: number): Reading['shell'] {
  const [program = '', ...words] = readProc(`${pid}/cmdline`).toString().split('\0').slice(0, -1);
  const name = path.basename(program.replace(/^-/, ''));
  if (!shells.has(name) || words.some((word) => word.includes(scratchName))) return undefined;
  const given = words.filter((word, index) => !/^[-+]/.test(word) && !withValue.has(words[index - 1] ?? ''));
  const commands = words.some((word) => /^-[a-zA-Z]*c/.test(word) || word === '--command');
  return given.length === 0 && !commands ? { pid, name } : undefined;
}

/** What the terminal does by itself with what is typed. */
async function terminalSettings(shell: number): Promise<{ echoes: boolean; editsLines: boolean } | undefined> {
  const device = await terminalOf(shell);
  if (device === undefined) return undefined;
  try {
    const option = process.platform === 'linux' ? '-F' : '-f';
    const { stdout } = await promisify(execFile)('stty', [option, device, '-a']);
    return { echoes: /\secho\b/.test(stdout), editsLines: /\sicanon\b/.test(stdout) };
  } catch {
    return undefined; // the terminal is closed by now
  }
}

async function terminalOf(shell: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const terminal = readFacts(shell)?.terminal;
    return terminal === undefined ? undefined : `/dev/pts/${terminal}`;
  }
  const name = (await ps('-o', 'tty=', '-p', `${shell}`)).trim();
  return name === '' || name.startsWith('?') ? undefined : `/dev/${name}`;
}
