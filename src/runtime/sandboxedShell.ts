import type { PendingChanges } from '../agent/changes';
import { UserError } from '../agent/errors';
import { openPending } from './shell/changes/pending';
import { openShell, type ShellEnvironment, type ShellOptions } from './shell/openShell';
import { openSandbox, type SandboxOptions } from './shell/sandbox/openSandbox';
import type { SandboxedRun } from './shell/sandbox/sandbox';

export interface SandboxedShell {
  readonly shell: ShellEnvironment;
  /** What the sandbox catches of the workspace; undefined where there is none. */
  readonly changes: PendingChanges | undefined;
}

/**
 * Opens a shell in a sandbox. What was caught of the workspace stays in the storage when the shell is closed; where nothing
 * was changed, nothing stays, and neither does where the shell does not start.
 * @throws {UserError} `sandbox.*`, `shell.*`
 */
export async function openSandboxedShell(
  run: SandboxedRun,
  options: SandboxOptions,
  settings: Omit<ShellOptions, 'cwd' | 'sandbox' | 'signal'>,
  signal: AbortSignal,
): Promise<SandboxedShell> {
  const sandbox = await openSandbox(run, options, signal);
  const changes = options.kind === 'off' ? undefined : await openPending(options.storage, run.id);
  let shell: ShellEnvironment;
  try {
    shell = await openShell({ ...settings, cwd: run.workspace, sandbox, signal });
  } catch (error) {
    await changes?.discard();
    throw error;
  }
  if (changes === undefined) return { shell, changes };
  const close = async () => {
    await shell.close();
    await discardIfEmpty(changes);
  };
  return { shell: { ...shell, close }, changes };
}

async function discardIfEmpty(changes: PendingChanges): Promise<void> {
  try {
    if ((await changes.list()).length === 0) await changes.discard();
  } catch (error) {
    // Whoever looks at the changes is told the same; the shell itself went well.
    if (!UserError.is(error)) throw error;
  }
}
