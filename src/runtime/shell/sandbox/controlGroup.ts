import { constants } from 'node:fs';
import { access, mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Control groups of a run: what nothing else can do to all of its processes at once. */
export interface ControlGroups {
  /** Where a process enters them, by writing its number into `cgroup.procs`; empty where we may make none. */
  readonly folders: readonly string[];
  /** Holds every process of the run where it is; returns what lets them go on. Does nothing without groups of version 2. */
  hold(): Promise<() => Promise<void>>;
  /** Ends what is still in the groups, held or not, and removes them; one that does not become empty stays. */
  remove(): Promise<void>;
}

const prefix = 'agentlm-';
/** A process that was killed stays in its group for a moment. */
const tries = 50;
const pauseMs = 10;
/** A younger group may be empty because its first process is still on its way. */
const oldMs = 60_000;

/**
 * Makes the groups of a run: one that limits its processes, which no limit of the system does to real root, and one of
 * version 2, in which they can be held. Where nobody has given us the right to, there is none.
 */
export async function makeGroups(run: string, processLimit: number): Promise<ControlGroups> {
  const folders: string[] = [];
  for (const parents of await rootsOfGroups()) {
    for (const parent of parents) {
      const group = path.join(parent, `${prefix}${run}`);
      if (!(await isMade(group))) continue;
      await write(path.join(group, 'pids.max'), `${processLimit}`);
      folders.push(group);
      break;
    }
  }
  const freeze = async (value: '0' | '1'): Promise<void> => {
    for (const folder of folders) await write(path.join(folder, 'cgroup.freeze'), value);
  };
  return {
    folders,
    async hold() {
      await freeze('1');
      return async () => freeze('0');
    },
    async remove() {
      // Before they go on: nothing that was held may do anything more.
      for (const folder of folders) await write(path.join(folder, 'cgroup.kill'), '1');
      await freeze('0');
      for (const folder of folders) {
        for (let left = tries; left > 0 && !(await isRemoved(folder)); left--) await delay(pauseMs);
      }
    },
  };
}

/** Removes the groups that crashes have left. Those in use stay: the kernel sees to that. */
export async function removeOldGroups(): Promise<void> {
  for (const root of (await rootsOfGroups()).flat()) {
    const names = await readdir(root).catch(() => []);
    for (const name of names.filter((found) => found.startsWith(prefix))) {
      const group = path.join(root, name);
      const made = (await stat(group).catch(() => undefined))?.mtimeMs ?? Infinity;
      if (Date.now() - made > oldMs) await isRemoved(group);
    }
  }
}

/**
 * Where groups can be made: in the controller of version 1 that counts processes; and in version 2, at the top, which is for
 * root, or where this process is, which systemd leaves to the user.
 */
async function rootsOfGroups(): Promise<readonly (readonly string[])[]> {
  const own = /^0::(.*)$/m.exec(await readFile('/proc/self/cgroup', 'utf8').catch(() => ''))?.[1] ?? '/';
  const two = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];
  return [['/sys/fs/cgroup/pids'], [...two, ...two.map((mounted) => path.join(mounted, own))]];
}

async function isMade(group: string): Promise<boolean> {
  try {
    // Where nothing is mounted there may be a folder all the same.
    await access(path.join(path.dirname(group), 'cgroup.procs'), constants.W_OK);
    await mkdir(group);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST';
  }
}

/** Whether there is no such group any more. */
async function isRemoved(group: string): Promise<boolean> {
  try {
    await rmdir(group);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EBUSY';
  }
}

/** Into a file of the kernel, which is there or not. */
async function write(file: string, value: string): Promise<void> {
  await writeFile(file, value, { flag: 'r+' }).catch(() => undefined);
}
