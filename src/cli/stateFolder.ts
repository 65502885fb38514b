import { homedir } from 'node:os';
import path from 'node:path';

/** Where changes of databases wait for a decision (XDG Base Directory Specification: state data). */
export function databaseStorage({ XDG_STATE_HOME: state, LOCALAPPDATA: local }: NodeJS.ProcessEnv): string {
  const own = state !== undefined && path.isAbsolute(state) ? state : undefined;
  return path.join(own ?? local ?? path.join(homedir(), '.local', 'state'), 'agentlm', 'databases');
}
