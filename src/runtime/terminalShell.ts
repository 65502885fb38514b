import { randomUUID } from 'node:crypto';
import type { TerminalSession } from '../agent/environment';
import { openSandboxedShell } from './sandboxedShell';
import type { SandboxOptions } from './shell/sandbox/openSandbox';

/**
 * The bash that the agent would have, where it would run, for a person alone: nothing is stopped for taking long or for
 * waiting. What they change in a sandbox waits for review like that of a run.
 * @param problem names it among those changes
 * @throws {UserError} when there is no bash, no folder, or no such sandbox
 */
export async function openTerminalShell(
  cwd: string,
  problem: string,
  options: SandboxOptions,
  signal: AbortSignal,
): Promise<TerminalSession & { close(): Promise<void> }> {
  const run = { id: `terminal_${randomUUID()}`, workspace: cwd, problem };
  const { shell } = await openSandboxedShell(run, options, { commandTimeoutMs: 0, inputTimeoutMs: 0 }, signal);
  return shell;
}
