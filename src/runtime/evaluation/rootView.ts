import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../agent/errors';
import { freshly, type Machine } from './machine';
import viewScript from './rootView.sh';

export interface RootViewOptions {
  /** Of the file system in memory that takes all writes. */
  readonly writeLimitBytes: number;
  /** Whether the network of the host is shared; else there is only loopback. */
  readonly network: boolean;
}

/** What Docker leaves root in a container. Above all nothing that mounts, makes devices or loads modules. */
const capabilities =
  '-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+audit_write,+setfcap';

const namespaces = ['user', 'mount', 'net', 'ipc', 'uts', 'pid'] as const;
type Namespace = (typeof namespaces)[number];

/** Their names below /proc/PID/ns; the pid namespace is that of the children. */
const namespaceFiles: Readonly<Record<Namespace, string>> = {
  user: 'user',
  mount: 'mnt',
  net: 'net',
  ipc: 'ipc',
  uts: 'uts',
  pid: 'pid_for_children',
};

/** Without --norc, bash would take the socket that is its input for an SSH connection and run the user's .bashrc. */
const bashCommand = ['bash', '--norc', '-c', 'echo started; read -r _; exec bash --norc -c "$@"', 'bash'];

const startTimeoutMs = 20_000;
const endTimeoutMs = 3_000;
const pollMs = 5;

/** Whether accounts can be made inside and used: it takes all the user ids of the machine. */
function hasAllUserIds(): boolean {
  return process.getuid?.() === 0;
}

/**
 * A fresh view of this machine's root (rootView.sh), in namespaces of its own. Root inside has the capabilities that it
 * has in a container. It lives as long as this process and dies with it, however that ends.
 * @throws {UserError} `evaluation.noMachine`
 */
export async function openRootView(folder: string, options: RootViewOptions, signal: AbortSignal): Promise<Machine> {
  const exchange = path.join(folder, 'exchange');
  const view = path.join(folder, 'view');
  await mkdir(exchange, { recursive: true });
  await mkdir(view);
  const own = namespaces.filter((name) => name !== 'net' || !options.network);
  const holder = hold([view, exchange, `${options.writeLimitBytes}`], own);
  try {
    await ready(holder, signal);
    const doors = openDoors(holder.child.pid, own);
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      await end(holder);
      doors.close();
      await rm(folder, { recursive: true, force: true });
    };
    return {
      exchange,
      enter: (argv, { cwd }) => [...doors.entrance, ...freshly(argv, cwd)],
      close: async () => (closing ??= close()),
    };
  } catch (error) {
    await end(holder);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The process whose children live in the namespaces, and the first of these children. */
interface Holder {
  readonly child: ChildProcess;
  readonly gone: Promise<void>;
  /** What it said about why it could not go on. */
  readonly complaint: Promise<string>;
}

/**
 * Starts it. It waits for a line before it does anything, because the user ids of its namespace are written from outside:
 * only so it is root of all of them. Programs lose what they may do when they are executed without an id, so it executes
 * the script after that.
 */
function hold(scriptArguments: readonly string[], own: readonly Namespace[]): Holder {
  const all = hasAllUserIds();
  const child = spawn(
    'unshare',
    [
      ...own.map((name) => `--${name}`),
      ...(all ? [] : ['--map-root-user']),
      '--fork',
      '--kill-child',
      '--propagation=private',
      ...bashCommand,
      viewScript,
      'bash',
      ...scriptArguments,
      all ? 'all' : 'one',
      capabilities,
    ],
    { cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // It may be gone when the line that lets it go on is written.
  child.stdin.on('error', () => {});
  const complaint = text(child.stderr).catch(() => '');
  return { child, gone, complaint };
}

async function ready({ child, gone, complaint }: Holder, signal: AbortSignal): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    void gone.then(async () => reject(new Error(await complaint)));
  });
  const until = AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)]);
  const says = lines(child);
  try {
    await Promise.race([says('started', until), failed]);
    if (hasAllUserIds() && child.pid !== undefined) await giveAllUserIds(child.pid);
    child.stdin?.write('\n');
    await Promise.race([says('ready', until), failed]);
  } catch (cause) {
    signal.throwIfAborted();
    throw noView(cause);
  }
  // Its end is no failure from now on.
  failed.catch(() => {});
}

/** Waits for a line; what comes after `ready` is thrown away. */
function lines({ stdout }: ChildProcess): (wanted: string, signal: AbortSignal) => Promise<void> {
  let heard = '';
  let look = (): void => {};
  stdout?.on('data', (bytes: Buffer) => {
    if (heard.length < 100) heard += bytes.toString('latin1');
    look();
  });
  return (wanted, signal) =>
    new Promise((resolve, reject) => {
      const giveUp = (): void => reject(signal.reason);
      look = () => {
        if (!heard.includes(`${wanted}\n`)) return;
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      look();
    });
}

async function giveAllUserIds(pid: number): Promise<void> {
  const everyId = '0 0 4294967295';
  await writeFile(`/proc/${pid}/uid_map`, everyId);
  await writeFile(`/proc/${pid}/gid_map`, everyId);
}

function noView(cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message.trim() : String(cause);
  return new UserError(
    'evaluation.noMachine',
    'A fresh view of the root of this machine cannot be made: {0} It takes Linux 5.11 or newer with user namespaces, unshare, nsenter and setpriv of util-linux, and bash. In a container without them, or where AppArmor forbids them, run the tasks in a container image: --image IMAGE.',
    [/[.!?]$/.test(reason) ? reason : `${reason || 'no reason was given'}.`],
    { cause },
  );
}

interface Doors {
  /** The beginning of every command line that leads inside. */
  readonly entrance: readonly string[];
  close(): void;
}

/**
 * Keeps the namespaces and the root open. By the number of a process they could be entered, too, but that number may
 * belong to somebody else by then, and commands of a model would run where nothing catches them.
 */
function openDoors(pid: number | undefined, own: readonly Namespace[]): Doors {
  const root = openSync(`/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY);
  const opened = own.map((name) => [name, openSync(`/proc/${pid}/ns/${namespaceFiles[name]}`, 'r')] as const);
  const at = (descriptor: number): string => `/proc/${process.pid}/fd/${descriptor}`;
  return {
    entrance: [
      'nsenter',
      ...opened.map(([name, descriptor]) => `--${name}=${at(descriptor)}`),
      `--root=${at(root)}`,
      `--wd=${at(root)}`,
      ...(hasAllUserIds() ? [] : ['--preserve-credentials']),
      'setpriv',
      '--bounding-set',
      capabilities,
      '--',
    ],
    close() {
      for (const [, descriptor] of opened) closeSync(descriptor);
      closeSync(root);
    },
  };
}

/**
 * The end of its input ends process 1, and with it the kernel kills all others. Where a child of a process outside was
 * killed, process 1 stays until somebody has buried it, which may take the machine's own process 1 seconds: then it is
 * enough that nobody lives any more.
 */
async function end({ child, gone }: Holder): Promise<void> {
  if (child.pid === undefined) return;
  const space = namespaceOf(child.pid);
  child.stdin?.end();
  await Promise.race([gone, deserted(space)]);
  child.kill('SIGKILL');
  await gone;
}

/** Settles when nobody lives in a namespace, or when it has taken too long. */
async function deserted(space: string | undefined): Promise<void> {
  if (space === undefined) return;
  for (let left = endTimeoutMs; left > 0 && isInhabited(space); left -= pollMs) await delay(pollMs);
}

/** Of the children of a process; undefined when it is gone. */
function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${namespaceFiles.pid}`);
  } catch {
    return undefined;
  }
}

/** Whether anybody lives there besides process 1. Synchronous: /proc is memory. */
function isInhabited(space: string): boolean {
  return readdirSync('/proc').some((name) => {
    try {
      if (!/^\d+$/.test(name) || readlinkSync(`/proc/${name}/ns/pid`) !== space) return false;
      return !/^State:\t[ZX]|^NSpid:.*\t1$/m.test(readFileSync(`/proc/${name}/status`, 'latin1'));
    } catch {
      return false;
    }
  });
}
