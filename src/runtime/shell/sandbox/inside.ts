import { lstat, readdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Inside } from './bubblewrap';
import { isInside, isMachineWide, listeningSockets, secretPaths } from './hidden';

/** What the machine is asked to show. */
export interface Wanted {
  readonly workspace: string;
  /** Of a run: `merged`, the workspace as the run sees it. */
  readonly folder: string;
  /** Of what does not outlive the run: `home/merged`, `tmp`, `vartmp`. */
  readonly scratch: string;
  readonly home: string | undefined;
  readonly hide: readonly string[];
  readonly readOnly: string;
  readonly network: boolean;
}

/** Folders whose place is taken by a private one. */
const replaced = ['/run', '/tmp', '/var/tmp', '/dev'];
/** Folders in which others are at home. */
const homes = ['/home', '/root'];

/** Looks at the machine as it is now: which secrets, sockets and folders there are. */
export async function lookInside({
  workspace,
  folder,
  scratch,
  home,
  hide,
  readOnly,
  network,
}: Wanted): Promise<Inside> {
  const [secrets, sockets, machineWide, varTemporary, othersHomes, visible, fromRun] = await Promise.all([
    secretPaths(homedir(), hide),
    listeningSockets([...replaced, ...homes, ...(home === undefined ? [] : [home])]),
    machineWideEntries(),
    isRealFolder('/var/tmp'),
    filterAsync(homes, isRealFolder),
    filterAsync(['/home/linuxbrew'], isRealFolder),
    filesOfRun(),
  ]);
  return {
    workspace,
    mergedWorkspace: path.join(folder, 'merged'),
    home,
    mergedHome: path.join(scratch, 'home/merged'),
    temporary: path.join(scratch, 'tmp'),
    varTemporary: varTemporary ? path.join(scratch, 'vartmp') : undefined,
    homes: othersHomes,
    visible,
    hidden: [...secrets, ...sockets].filter(({ path: file }) => isShown(file, [workspace, home])),
    machineWide,
    fromRun,
    readOnly,
    network,
    user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  };
}

/** Undefined for an account that is nowhere at home, and for a home that is the workspace. */
export async function homeFolder(workspace: string): Promise<string | undefined> {
  try {
    const home = await realpath(homedir());
    return home === '/' || isInside(home, workspace) ? undefined : home;
  } catch {
    return undefined;
  }
}

/** Whether a path is there inside at all: private folders begin empty. */
function isShown(file: string, shown: readonly (string | undefined)[]): boolean {
  if (shown.some((folder) => folder !== undefined && isInside(file, folder))) return true;
  return ![...replaced, ...homes].some((folder) => isInside(file, folder));
}

/** What in /proc is not about processes, and that root could write to: from inside a namespace too. */
async function machineWideEntries(): Promise<string[]> {
  const entries = await readdir('/proc', { withFileTypes: true });
  return filterAsync(
    entries.filter((entry) => isMachineWide(entry.name) && !entry.isSymbolicLink()).map(({ name }) => name),
    async (name) => {
      const stats = await lstat(`/proc/${name}`);
      return stats.isDirectory() || (stats.mode & 0o222) !== 0;
    },
  );
}

/** What programs need although /run is empty inside: the names of servers, and the whole system on NixOS. */
async function filesOfRun(): Promise<string[]> {
  const found = await Promise.all(
    ['/etc/resolv.conf', '/run/current-system'].map(async (file) => realpath(file).catch(() => '')),
  );
  return found
    .flatMap((real, index) => (real === '' ? [] : index === 0 ? [real] : ['/run/current-system']))
    .filter((file) => isInside(file, '/run'));
}

async function isRealFolder(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isDirectory();
  } catch {
    return false;
  }
}

async function filterAsync<T>(all: readonly T[], test: (one: T) => Promise<boolean>): Promise<T[]> {
  const passes = await Promise.all(all.map(test));
  return all.filter((_, index) => passes[index]);
}
