import { homedir } from 'node:os';
import path from 'node:path';

/** Where what runs have changed waits for a decision: state data of the XDG Base Directory Specification, on Windows LOCALAPPDATA. */
export function stateFolder(
  { XDG_STATE_HOME: state, LOCALAPPDATA: local }: NodeJS.ProcessEnv,
  of: 'runs' | 'databases',
): string {
  const own = state !== undefined && path.isAbsolute(state) ? state : undefined;
  return path.join(own ?? local ?? path.join(homedir(), '.local', 'state'), 'agentlm', of);
}
