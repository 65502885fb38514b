import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { runMarker } from './variables';

/** What tells the processes of a run from all others. */
export interface RunProcesses {
  /** They carry this value of the marker, */
  readonly run: string;
  /** or are in the session of the run's shell. Not of an earlier one: its number may belong to somebody else by now. */
  readonly session: number | undefined;
}

const pollMs = 15;
const killTimeoutMs = 2_000;

/** The living processes of a run. A process that took on an empty environment and a session of its own is not found. */
export async function listProcesses(wanted: RunProcesses): Promise<number[]> {
  return process.platform === 'linux' ? listFromProc(wanted) : listFromPs(wanted);
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
export async function foregroundGroup(pid: number): Promise<number | undefined> {
  const group =
    process.platform === 'linux' ? readStat(pid)?.foregroundGroup : Number(await ps('-o', 'tpgid=', '-p', `${pid}`));
  return group !== undefined && group > 0 ? group : undefined;
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
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const stat = readStat(pid);
    if (stat === undefined || stat.isDead) return false;
    if (stat.session === session) return true;
    return Buffer.concat([Buffer.of(0), readProc(pid, 'environ')]).includes(marker);
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
  readonly session: number;
  readonly foregroundGroup: number;
}

/** proc(5): `pid (name) state ppid pgrp session tty tpgid …`; the name may hold blanks and parentheses. */
function readStat(pid: number): Stat | undefined {
  const stat = readProc(pid, 'stat').toString('latin1');
  if (stat === '') return undefined;
  const [state = '', , , session, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { isDead: 'ZX'.includes(state), session: Number(session), foregroundGroup: Number(group) };
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
