import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { openShell, type ShellEnvironment } from '../../../../src/runtime/shell/openShell';
import { openSandbox, type SandboxOptions } from '../../../../src/runtime/shell/sandbox/openSandbox';

/**
 * The process that holds a run, as a program of its own: so that it can be another user's, and be killed. Its argument is
 * what to open; each line on standard input is what is asked, as JSON, each line on standard output what became of it.
 */
interface Holding {
  readonly id: string;
  readonly workspace: string;
  readonly options: SandboxOptions;
}

/** A command, and what it prints once it is to go to the background. */
export interface Asked {
  readonly command: string;
  readonly background?: string;
}

async function sendToBackground(shell: ShellEnvironment, printed: RegExp): Promise<void> {
  while (!printed.test(shell.lastLines(10).join('\n'))) await delay(20);
  shell.sendToBackground();
}

async function hold({ id, workspace, options }: Holding): Promise<void> {
  const stopping = new AbortController();
  const sandbox = await openSandbox({ id, workspace, problem: 'Try to get out.' }, options, stopping.signal);
  const shell = await openShell({ cwd: workspace, sandbox, commandTimeoutMs: 60_000 });
  const tell = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  process.on('SIGUSR2', () => stopping.abort());
  tell({ isReady: true });
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      const { command, background } = JSON.parse(line) as Asked;
      const running = shell.execute(command, stopping.signal);
      if (background !== undefined) void sendToBackground(shell, new RegExp(background));
      tell(await running);
    }
  } finally {
    await shell.close();
  }
}

void hold(JSON.parse(process.argv[2] ?? '') as Holding).catch((error: unknown) => {
  process.stdout.write(`${JSON.stringify({ failure: String(error) })}\n`);
  process.exitCode = 1;
});
