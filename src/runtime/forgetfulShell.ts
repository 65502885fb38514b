import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Environment } from '../agent/environment';
import { openSandboxedShell } from './sandboxedShell';
import { makeTemporaryFolder } from './temporaryFolder';
import type { SandboxOptions } from './shell/sandbox/openSandbox';

/** How long a command may wait for input: there is nobody to type it. */
const inputTimeoutMs = 5_000;

export interface ForgetfulShellOptions {
  /** Milliseconds a command may run. */
  readonly commandTimeoutMs?: number;
  /** Whether outputs end with the prompt of the shell. */
  readonly promptTail?: boolean;
}

/**
 * A shell to run recorded commands again: what they change in its sandbox is forgotten when it is closed.
 * @param folder an empty one, which goes with the shell, where it is undefined
 * @throws {UserError} `sandbox.*`, `shell.*`
 */
export async function openForgetfulShell(
  folder: string | undefined,
  sandbox: SandboxOptions,
  options: ForgetfulShellOptions,
  signal: AbortSignal,
): Promise<Environment> {
  const workspace = folder ?? (await makeTemporaryFolder('agentlm-replay-'));
  const removeFolder = async (): Promise<void> => {
    if (folder === undefined) await rm(workspace, { recursive: true, force: true });
  };
  const run = { id: `replay_${randomUUID()}`, workspace, problem: '' };
  try {
    const { shell, changes } = await openSandboxedShell(run, sandbox, { ...options, inputTimeoutMs }, signal);
    const close = async (): Promise<void> => {
      await shell.close();
      await changes?.discard();
      await removeFolder();
    };
    return { ...shell, close };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
