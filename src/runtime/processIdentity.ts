import { readFileSync, readlinkSync } from 'node:fs';

/** Which process it is: a number alone is given to another one some day. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, as the system counts; undefined where that cannot be told. */
  readonly born?: number;
}

/** Of this process. */
export function ownIdentity(): ProcessIdentity {
  return identityOf(process.pid) ?? { pid: process.pid };
}

/** Whether that very process is still there. */
export function isAlive({ pid, born }: ProcessIdentity): boolean {
  const now = identityOf(pid);
  return now !== undefined && (born === undefined || now.born === born);
}

/**
 * The namespace in which this process has its number: in a container another one, whose processes cannot be seen from
 * outside under the numbers they give themselves. Undefined where there is no such thing.
 */
export function ownNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

/** Undefined when there is no such process. proc(5): the start time is field 22, the 20th after the name. */
function identityOf(pid: number): ProcessIdentity | undefined {
  if (process.platform !== 'linux') return isThere(pid) ? { pid } : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, born: Number(fields[19]) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
