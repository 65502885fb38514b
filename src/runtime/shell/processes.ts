import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { runMarker } from './variables';

/** What tells the processes of a run from all others. */
export interface RunProcesses {
  /** They carry this value of the marker, */
  readonly run: string;
  /** or this limit of file locks: Linux has no use for it, hands it down, and lets nobody raise it (see inband.sh), */
  readonly lockLimit?: string;
  /**
   * or are in the session of the run's shell, or came from it. Not of an earlier one: its number may belong to somebody
   * else by now.
   */
  readonly session: number | undefined;
}

/** What /proc says of a living process. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The number of its terminal among those of /dev/pts; undefined where it has none. */
  readonly terminal: number | undefined;
  /** The process group that has its terminal. */
  readonly foregroundGroup: number;
  /** `S`: it sleeps until something comes, e.g. a key. `T`: it was stopped. */
  readonly state: string;
  /** Hundredths of a second after the machine was started. */
  readonly startedAt: number;
}

/** What ends the processes of a run, seen from the program that was started for its bash. */
export interface ShellProcesses {
  /**
   * Ends them all: SIGHUP first, SIGKILL after `graceMs`. On request bash itself stays.
   * @param program the process id of the started program; undefined when it is gone
   */
  end(program: number | undefined, options: { readonly graceMs: number; readonly keepShell: boolean }): Promise<void>;
  /** SIGKILL for the process group that has the terminal, if it is not the one of bash. */
  killForeground(program: number): Promise<void>;
}

const pollMs = 15;
const killTimeoutMs = 2_000;
/** Of descent; while it is read, /proc may show a circle. */
const maximalDepth = 1_000;

/**
 * @param marks what they carry
 * @param generations from the started program down to bash: what starts a shell in namespaces of its own starts it first
 */
export function shellProcesses(marks: Omit<RunProcesses, 'session'>, generations: number): ShellProcesses {
  return {
    async end(program, { graceMs, keepShell }) {
      const kept = new Set(keepShell && program !== undefined ? shellChain(program, generations) : []);
      const list = async () => (await listProcesses({ ...marks, session: program })).filter((pid) => !kept.has(pid));
      await endProcesses(list, graceMs);
    },

    async killForeground(program) {
      const group = await foregroundGroup(program);
      if (group !== undefined && !shellChain(program, generations).includes(group)) signalProcess(-group, 'SIGKILL');
    },
  };
}

/** The living processes of a run. Where there is no /proc, one that took on an empty environment is not found. */
export async function listProcesses(wanted: RunProcesses): Promise<number[]> {
  if (process.platform !== 'linux') return listFromPs(wanted);
  const processes = new Map(readProcesses().map((facts) => [facts.pid, facts]));
  return [...processes.values()]
    .filter((facts) => belongs(facts, wanted) || cameFrom(facts, wanted.session, processes))
    .map(({ pid }) => pid);
}

/** A parent may have a higher number than its child. */
function cameFrom(
  { parent }: ProcessFacts,
  ancestor: number | undefined,
  processes: ReadonlyMap<number, ProcessFacts>,
): boolean {
  if (ancestor === undefined) return false;
  for (let at = parent, steps = 0; at > 1 && steps < maximalDepth; steps++) {
    if (at === ancestor) return true;
    at = processes.get(at)?.parent ?? 0;
  }
  return false;
}

/**
 * The processes of a run that have begun since a moment (of `processClock`), their children included. A process that was
 * there before keeps what it starts itself. Empty where there is no /proc.
 */
export function listProcessesSince(wanted: RunProcesses, moment: number): number[] {
  if (process.platform !== 'linux') return [];
  const processes = new Map(readProcesses().map((facts) => [facts.pid, facts]));
  const shell = wanted.session;
  const isOld = (facts: ProcessFacts): boolean => facts.startedAt < moment && facts.pid !== shell;
  function isOfOldOne({ parent }: ProcessFacts): boolean {
    const above = processes.get(parent);
    if (above === undefined || !belongs(above, wanted)) return false;
    return isOld(above) || isOfOldOne(above);
  }
  return [...processes.values()]
    .filter((facts) => facts.pid !== shell && belongs(facts, wanted) && !isOld(facts) && !isOfOldOne(facts))
    .map(({ pid }) => pid);
}

/** Now, on the clock of `ProcessFacts.startedAt`. 0 where there is no /proc. */
export function processClock(): number {
  const [uptime = '0'] = readProc('uptime').toString('latin1').split(' ');
  return Math.floor(Number(uptime) * 100);
}

/**
 * Ends processes: SIGHUP, as if their terminal was closed, and after `graceMs` SIGKILL, until `list` finds no more.
 * With a grace of 0 they are killed at once.
 */
export async function endProcesses(list: () => Promise<number[]>, graceMs: number): Promise<void> {
  let pids = await list();
  if (graceMs > 0) {
    for (const pid of pids) signalProcess(pid, 'SIGHUP');
    for (const pid of pids) signalProcess(pid, 'SIGCONT');
    pids = await pollUntilGone(list, pids, graceMs);
  }
  await pollUntilGone(list, pids, killTimeoutMs, (pid) => signalProcess(pid, 'SIGKILL'));
}

/** The process group that has the terminal of a process; undefined where there is none. */
async function foregroundGroup(pid: number): Promise<number | undefined> {
  const group =
    process.platform === 'linux' ? readFacts(pid)?.foregroundGroup : Number(await ps('-o', 'tpgid=', '-p', `${pid}`));
  return group !== undefined && group > 0 ? group : undefined;
}

/** A program that was started for a bash, and what it has started down to that bash. */
export function shellChain(program: number, generations: number): number[] {
  const chain = [program];
  if (generations === 0) return chain;
  const processes = readProcesses();
  while (chain.length <= generations) {
    const children = processes.filter(({ parent }) => parent === chain.at(-1));
    const [eldest] = children.sort((a, b) => a.startedAt - b.startedAt);
    if (eldest === undefined) break;
    chain.push(eldest.pid);
  }
  return chain;
}

/** Sends a signal to a process, or to a group (negative). One that is gone, or became another user's, is left alone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Exported for its test on Linux; in use where there is no /proc. Finds by the marker only. */
export async function listFromPs({ run }: Pick<RunProcesses, 'run'>): Promise<number[]> {
  const everythingWithVariables = process.platform === 'darwin' ? '-axEww' : 'axeww';
  const lines = (await ps(everythingWithVariables, '-o', 'pid=,stat=,command=')).split('\n');
  return lines
    .filter((line) => line.includes(` ${runMarker}=${run}`) && !/^\s*\d+\s+[ZX]/.test(line))
    .map((line) => Number.parseInt(line, 10));
}

/** Every living process. Synchronous: /proc is memory, and a promise for each of these files costs four times as much. */
export function readProcesses(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readFacts(Number(name)) ?? []);
}

/** proc(5): `pid (name) state ppid pgrp session tty tpgid …`; the name may hold blanks and parentheses. */
export function readFacts(pid: number): ProcessFacts | undefined {
  const stat = readProc(`${pid}/stat`).toString('latin1');
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent, group, session, terminal, foregroundGroup] = fields;
  if ('ZX'.includes(state)) return undefined;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    terminal: terminalNumber(Number(terminal)),
    foregroundGroup: Number(foregroundGroup),
    state,
    startedAt: Number(fields[19]),
  };
}

/** The content of a file in /proc; empty for a process that is gone or belongs to somebody else. */
export function readProc(file: string): Buffer {
  try {
    return readFileSync(`/proc/${file}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return Buffer.alloc(0);
    throw error;
  }
}

/** Empty where it finds no process. */
export async function ps(...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('ps', args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return '';
    throw error;
  }
}

function belongs({ pid, session }: ProcessFacts, { run, lockLimit, session: wanted }: RunProcesses): boolean {
  if (session === wanted) return true;
  if (lockLimit !== undefined && readProc(`${pid}/limits`).includes(` ${lockLimit} `)) return true;
  return Buffer.concat([Buffer.of(0), readProc(`${pid}/environ`)]).includes(`\0${runMarker}=${run}\0`);
}

async function pollUntilGone(
  list: () => Promise<number[]>,
  pids: number[],
  timeoutMs: number,
  act?: (pid: number) => void,
): Promise<number[]> {
  const end = Date.now() + timeoutMs;
  let alive = pids;
  while (alive.length > 0 && Date.now() < end) {
    if (act !== undefined) alive.forEach(act);
    await delay(pollMs);
    alive = await list();
  }
  return alive;
}

/** A device number as the kernel packs it, taken apart: /dev/pts has the major numbers from 136 to 143. */
export function terminalNumber(device: number): number | undefined {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return major >= 136 && major <= 143 ? (major - 136) * 256 + minor : undefined;
}
