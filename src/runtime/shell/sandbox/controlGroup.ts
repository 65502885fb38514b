import { readdir, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Where launch.sh makes the group of a run of root's: by the old way to mount control groups, and by the new one. */
const roots = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'];
const prefix = 'agentlm-';
/** A process that was killed stays in its group for a moment. */
const tries = 50;
const pauseMs = 10;
/** A younger group may be empty because its first process is still on its way. */
const oldMs = 60_000;

export function groupName(run: string): string {
  return `${prefix}${run}`;
}

/** Removes a group once it is empty; one that does not become empty stays. */
export async function removeGroup(name: string): Promise<void> {
  for (const root of roots) {
    for (let left = tries; left > 0 && !(await removed(path.join(root, name))); left--) await delay(pauseMs);
  }
}

/** Removes the groups that crashes have left. Those in use stay: the kernel sees to that. */
export async function removeOldGroups(): Promise<void> {
  for (const root of roots) {
    const names = await readdir(root).catch(() => []);
    for (const name of names.filter((found) => found.startsWith(prefix))) {
      const group = path.join(root, name);
      const made = (await stat(group).catch(() => undefined))?.mtimeMs ?? Infinity;
      if (Date.now() - made > oldMs) await removed(group);
    }
  }
}

/** Whether there is no such group any more. */
async function removed(group: string): Promise<boolean> {
  try {
    await rmdir(group);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EBUSY';
  }
}
