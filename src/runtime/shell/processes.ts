import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { runMarker } from './variables';

/** What tells the processes of a run from all others. */
export interface RunProcesses {
  /** They carry this value of the marker, */
  readonly run: string;
  /**
   * or are in the session of the run's shell, or came from it. Not of an earlier one: its number may belong to somebody
   * else by now.
   */
  readonly session: number | undefined;
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
 * @param run the value of the marker that they carry
 * @param generations from the started program down to bash: what starts a shell in namespaces of its own starts it first
 */
export function shellProcesses(run: string, generations: number): ShellProcesses {
  return {
    async end(program, { graceMs, keepShell }) {
      const kept = new Set(keepShell && program !== undefined ? shellChain(program, generations) : []);
      const list = async () => (await listProcesses({ run, session: program })).filter((pid) => !kept.has(pid));
      await endProcesses(list, graceMs);
    },

    async killForeground(program) {
      const group = await foregroundGroup(program);
      if (group !== undefined && !shellChain(program, generations).includes(group)) signalProcess(-group, 'SIGKILL');
    },
  };
}

/** The living processes of a run. A process that took on an empty environment and a session of its own is not found. */
export async function listProcesses(wanted: RunProcesses): Promise<number[]> {
  return process.platform === 'linux' ? listFromProc(wanted) : listFromPs(wanted);
}

/**
 * Ends processes: SIGHUP, as if their terminal was closed, and after `graceMs` SIGKILL, until `list` finds no more.
 * With a grace of 0 they are killed at once.
 */
async function endProcesses(list: () => Promise<number[]>, graceMs: number): Promise<void> {
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
    process.platform === 'linux' ? readStat(pid)?.foregroundGroup : Number(await ps('-o', 'tpgid=', '-p', `${pid}`));
  return group !== undefined && group > 0 ? group : undefined;
}

function shellChain(program: number, generations: number): number[] {
  const chain = [program];
  if (generations === 0) return chain;
  const stats = allStats();
  while (chain.length <= generations) {
    const children = stats.filter(([, { parent }]) => parent === chain.at(-1));
    const [eldest] = children.sort(([, a], [, b]) => a.born - b.born);
    if (eldest === undefined) break;
    chain.push(eldest[0]);
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
export async function listFromPs({ run }: RunProcesses): Promise<number[]> {
  const everythingWithVariables = process.platform === 'darwin' ? '-axEww' : 'axeww';
  const lines = (await ps(everythingWithVariables, '-o', 'pid=,stat=,command=')).split('\n');
  return lines
    .filter((line) => line.includes(` ${runMarker}=${run}`) && !/^\s*\d+\s+[ZX]/.test(line))
    .map((line) => Number.parseInt(line, 10));
}

/** Synchronous: /proc is memory, and a promise for each of these files costs four times as much. */
function listFromProc({ run, session }: RunProcesses): number[] {
  const marker = Buffer.from(`\0${runMarker}=${run}\0`);
  const stats = new Map(allStats());
  // A parent may have a higher number than its child.
  const isDescendant = (pid: number): boolean => {
    for (let at = pid, steps = 0; at > 1 && steps < maximalDepth; steps++) {
      if (at === session) return true;
      at = stats.get(at)?.parent ?? 0;
    }
    return false;
  };
  return [...stats]
    .filter(([pid, stat]) => {
      if (stat.isDead) return false;
      if (session !== undefined && (stat.session === session || isDescendant(pid))) return true;
      return Buffer.concat([Buffer.of(0), readProc(pid, 'environ')]).includes(marker);
    })
    .map(([pid]) => pid);
}

function allStats(): (readonly [pid: number, stat: Stat])[] {
  return readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    return stat === undefined ? [] : [[Number(name), stat] as const];
  });
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

interface Stat {
  readonly isDead: boolean;
  readonly parent: number;
  readonly session: number;
  readonly foregroundGroup: number;
  /** In ticks since the machine was started. */
  readonly born: number;
}

/** proc(5): `pid (name) state ppid pgrp session tty tpgid … starttime …`; the name may hold blanks and parentheses. */
function readStat(pid: number): Stat | undefined {
  const stat = readProc(pid, 'stat').toString('latin1');
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent, , session, , group] = fields;
  return {
    isDead: 'ZX'.includes(state),
    parent: Number(parent),
    session: Number(session),
    foregroundGroup: Number(group),
    born: Number(fields[19]),
  };
}

/** Empty for a process that is gone or belongs to somebody else. */
function readProc(pid: number, file: string): Buffer {
  try {
    return readFileSync(`/proc/${pid}/${file}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return Buffer.alloc(0);
    throw error;
  }
}

/** Empty where it finds no process. */
async function ps(...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('ps', args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return '';
    throw error;
  }
}
