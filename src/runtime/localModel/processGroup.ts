import { spawn } from 'node:child_process';
import { visible } from '../../agent/hiddenCharacters';
import { guardScript } from './guard';

/** A running program and everything that it started. */
export interface ProcessGroup {
  /** Settles when all of it is gone, with how the program ended, e.g. `exit code 1`. Never rejects. */
  readonly gone: Promise<string>;
  /** Its last lines on stdout and stderr, fit to be shown. */
  lastLines(): string;
  /** Asks it to end, kills what has not after the grace, and settles when all of it is gone. Safe to call twice. */
  stop(): Promise<void>;
}

export interface ProcessGroupOptions {
  readonly variables: NodeJS.ProcessEnv;
  /** Milliseconds between the request to end and SIGKILL; 5 s unless told. */
  readonly graceMs?: number | undefined;
  /** What the program prints, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** Characters of output that are kept. */
const keptOutput = 8000;
const shownLines = 6;
const shownCharacters = 800;
/** A process can hang in a GPU's driver after SIGKILL, or have left the group. It is given up then. */
const killTimeoutMs = 1000;

/**
 * Starts a program, without a shell, in a process group of its own. It ends with this process at the latest, however that
 * ends: its parent is a guard (guard.ts) that notices. A program that cannot be started is gone at once, and says why.
 */
export function startProcessGroup(argv: readonly string[], options: ProcessGroupOptions): ProcessGroup {
  const child = spawn(process.execPath, ['-e', guardScript, '--', `${options.graceMs ?? 5000}`, ...argv], {
    // Not this process's own Node options: a debugger's would make the guard wait for one.
    env: { ...options.variables, NODE_OPTIONS: undefined, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own group, which can be ended as one. Windows has none, and would open a window.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-keptOutput);
      options.onOutput?.(text);
    });
  }
  // A guard that is gone already needs no word to end.
  child.stdin.on('error', () => undefined);

  const gone = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.once('exit', () => {
      // Whoever outlived the program holds its output open: without this, 'close' would never come.
      killGroup(child.pid);
      const giveUp = () => [child.stdout, child.stderr].forEach((stream) => stream.destroy());
      const timer = setTimeout(giveUp, killTimeoutMs);
      child.once('close', () => clearTimeout(timer));
    });
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });

  return {
    gone,
    lastLines: () => visible(output).trim().split(/\s*\n/).slice(-shownLines).join('\n').slice(-shownCharacters),
    async stop() {
      child.stdin.end();
      await gone;
    },
  };
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined || process.platform === 'win32') return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // macOS answers EPERM for a group in which only zombies are left.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
