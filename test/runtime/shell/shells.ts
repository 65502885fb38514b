import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Execution } from '../../../src/agent/environment';
import type { Sandbox, ShellStart } from '../../../src/runtime/shell/sandbox/sandbox';
import { shellProcesses, type ShellProcesses } from '../../../src/runtime/shell/processes';
import { openShell, type ShellEnvironment, type ShellOptions } from '../../../src/runtime/shell/openShell';

export const never = new AbortController().signal;

/** What a test with a real shell may take on a busy machine; on an idle one it takes a tenth of a second. */
export const patientMs = 20_000;

/** Short, so that a test that has to climb the whole ladder stays quick. */
export const shortPatience = { interruptMs: 150, quitMs: 100, killMs: 100, abortMs: 150 };

/** Long, so that a test of what comes first does not come to what is next, however busy the machine. */
export const longPatience = { interruptMs: 60_000, quitMs: 60_000, killMs: 60_000, abortMs: 60_000 };

/** Properties, not methods, so that a test can pick what it needs. */
export interface TestShell {
  readonly folder: string;
  readonly execute: ShellEnvironment['execute'];
  readonly run: (command: string) => Promise<Execution>;
  readonly close: ShellEnvironment['close'];
  readonly onOutput: ShellEnvironment['onOutput'];
  readonly type: ShellEnvironment['type'];
  readonly resize: ShellEnvironment['resize'];
  readonly onActivity: ShellEnvironment['onActivity'];
  readonly lastLines: ShellEnvironment['lastLines'];
  readonly keepWaiting: ShellEnvironment['keepWaiting'];
  readonly sendToBackground: ShellEnvironment['sendToBackground'];
  readonly interrupt: ShellEnvironment['interrupt'];
  /** What the terminal showed so far. */
  readonly shown: () => string;
  /** Waits until the terminal has shown something that matches; fails with what it showed instead. */
  readonly sees: (pattern: RegExp) => Promise<void>;
}

/** A real bash in a temporary folder, closed and cleaned up when the test is over. */
export async function withShell(
  test: (shell: TestShell) => Promise<void>,
  options: Partial<ShellOptions> = {},
): Promise<void> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'agentlm-test-')));
  const shell = await openShell({ cwd: folder, patience: shortPatience, ...options });
  let shown = '';
  shell.onOutput((data) => (shown += data));
  try {
    await test({
      ...shell,
      folder,
      run: async (command) => shell.execute(command, never),
      shown: () => shown,
      sees: async (pattern) => {
        const end = Date.now() + 5_000;
        while (!pattern.test(shown)) {
          if (Date.now() > end) throw new Error(`${pattern} was not shown, but ${JSON.stringify(shown)}`);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      },
    });
  } finally {
    await shell.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Living processes whose command line holds this text. */
export function processesWith(text: string): string[] {
  return execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text) && !/^\s*\d+\s+Z/.test(line));
}

/** A sandbox that holds nothing back and starts bash as it is told. */
export function sandboxWith(argv: (shell: ShellStart) => readonly string[]): Sandbox {
  const nothing = async () => undefined;
  let processes: ShellProcesses | undefined;
  return {
    kind: 'container',
    async start(shell) {
      processes = shellProcesses({ run: shell.run }, 0);
      return { argv: argv(shell), variables: shell.variables };
    },
    end: async (...how) => processes?.end(...how),
    killForeground: nothing,
    settle: nothing,
    onOverflow: () => undefined,
    close: nothing,
  };
}
