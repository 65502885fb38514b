import type { TerminalSession } from '../agent/environment';
import { openShell, type ShellOptions } from './shell/openShell';

/** The bash that the agent would have, for a person alone: nothing they run is stopped for taking long. */
export async function openTerminalShell(
  options: Pick<ShellOptions, 'cwd' | 'sandbox'>,
): Promise<TerminalSession & { close(): Promise<void> }> {
  return openShell({ ...options, commandTimeoutMs: 0 });
}
