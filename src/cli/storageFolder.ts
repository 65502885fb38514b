import { homedir } from 'node:os';
import path from 'node:path';

/** Where the changes of runs wait: in the state folder of the XDG Base Directory Specification. */
export function storageFolder({ XDG_STATE_HOME: state }: NodeJS.ProcessEnv): string {
  const base = state !== undefined && path.isAbsolute(state) ? state : path.join(homedir(), '.local/state');
  return path.join(base, 'agentlm', 'runs');
}
