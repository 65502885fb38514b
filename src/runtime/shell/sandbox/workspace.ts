import { lstat, mkdir, mkdtemp, readdir, realpath, rmdir, writeFile } from 'node:fs/promises';
import { homedir, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../agent/errors';
import { createOriginalsRecord } from '../changes/originals';
import { createRunFolder, endRunFolder, makeLayer, removeTree, scratchPrefix } from '../changes/runFolder';
import { endProcesses, foregroundGroup, listProcesses, shellChain, signalProcess } from '../processes';
import { findSystemProgram } from '../variables';
import { bubblewrapArguments, type Inside } from './bubblewrap';
import { isInside, isMachineWide, listeningSockets, secretPaths } from './hidden';
import launchScript from './launch.sh';
import type { Sandbox, SandboxedRun } from './sandbox';
import { sandboxVariables } from './sandboxVariables';
import { seccompFilter } from './seccomp';
import { watchWrites } from './writeLimit';

export interface WorkspaceSandboxOptions {
  readonly network: boolean;
  /** Bytes that the run may write, in its workspace and elsewhere, before it is stopped. */
  readonly writeLimitBytes: number;
  /** A folder in which the changes of runs wait until somebody has looked at them. */
  readonly storage: string;
  /** Absolute paths that the run may not read, besides the usual secrets. */
  readonly hide?: readonly string[];
  /** Processes and threads at a time; 1,024 if left out. */
  readonly processLimit?: number;
}

/** Folders whose place is taken by a private one. */
const replaced = ['/run', '/tmp', '/var/tmp', '/dev', '/proc'];
/** Folders in which others are at home. */
const homes = ['/home', '/root'];
/** bwrap, then the first process of its namespace, then bash. */
const processesToBash = 2;

/**
 * The machine itself as a sandbox (Linux, with bwrap and user namespaces): everything can be read but secrets, nothing can
 * be written but the workspace, whose changes are caught in a layer, and private temporary and home folders, which are
 * forgotten. No network unless switched on, no other process to be seen, no capability.
 * @throws {UserError} `sandbox.*` when it cannot be made
 */
export async function openWorkspaceSandbox(run: SandboxedRun, options: WorkspaceSandboxOptions): Promise<Sandbox> {
  const { network, writeLimitBytes, processLimit = 1024 } = options;
  const [bwrap, unshare, bash] = await Promise.all([
    requireProgram('bwrap', 'bubblewrap'),
    requireProgram('unshare', 'util-linux'),
    requireProgram('bash', 'bash'),
  ]);
  const workspace = await realpath(run.workspace);
  await mkdir(options.storage, { recursive: true, mode: 0o700 });
  const storage = await realpath(options.storage);
  refuseOverlap(workspace, storage);

  const scratch = await mkdtemp(path.join(await realpath(tmpdir()), scratchPrefix));
  const folder = await createRunFolder(storage, {
    id: run.id,
    workspace,
    problem: run.problem,
    layer: 'user',
    scratch,
  });
  await makeLayer(folder.path, workspace);
  const home = await homeFolder(workspace);
  if (home !== undefined) await makeLayer(path.join(scratch, 'home'), home);
  await Promise.all(['tmp', 'vartmp'].map(async (name) => mkdir(path.join(scratch, name), { mode: 0o700 })));
  const launcher = await keep('launch.sh', launchScript);
  await keep('seccomp.filter', seccompFilter({ architecture: process.arch, network }));
  async function keep(name: string, content: string | Buffer): Promise<string> {
    const file = path.join(scratch, name);
    await writeFile(file, content, { mode: 0o600 });
    return file;
  }
  const group = process.getuid?.() === 0 ? `agentlm-${run.id}` : '';

  const originals = createOriginalsRecord(folder);
  let onOverflow: (limitBytes: number) => void = () => undefined;
  const watch = watchWrites({
    folders: [path.join(folder.path, 'upper'), scratch],
    limitBytes: writeLimitBytes,
    onOverflow: () => onOverflow(writeLimitBytes),
  });
  let marker = '';

  async function lookInside(readOnly: string): Promise<Inside> {
    const [secrets, sockets, systemEntries, varTemporary, othersHomes, fromRun] = await Promise.all([
      secretPaths(homedir(), [...(options.hide ?? []), storage, scratch]),
      listeningSockets([...replaced, ...homes, ...(home === undefined ? [] : [home])]),
      machineWideEntries(),
      isRealFolder('/var/tmp'),
      filterAsync(homes, isRealFolder),
      filesOfRun(),
    ]);
    return {
      workspace,
      mergedWorkspace: path.join(folder.path, 'merged'),
      home,
      mergedHome: path.join(scratch, 'home/merged'),
      temporary: path.join(scratch, 'tmp'),
      varTemporary: varTemporary ? path.join(scratch, 'vartmp') : undefined,
      homes: othersHomes,
      visible: await filterAsync(['/home/linuxbrew'], isRealFolder),
      hidden: [...secrets, ...sockets].filter(({ path: file }) => isShown(file, [workspace, home])),
      machineWide: systemEntries,
      fromRun,
      readOnly,
      network,
      user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    };
  }

  return {
    kind: 'workspace',

    async start(shell) {
      marker = shell.run;
      const inside = await lookInside(shell.folder);
      await keep(
        'bwrap.arguments',
        bubblewrapArguments(inside)
          .map((argument) => `${argument}\0`)
          .join(''),
      );
      await originals.begin();
      return {
        argv: [
          [unshare, '--user', '--map-root-user', '--mount', '--'],
          [bash, '--norc', '--noprofile', launcher, folder.path, workspace, scratch, home ?? ''],
          [kilobytes(writeLimitBytes), `${processLimit}`, kilobytes(totalmem() / 2), group, bwrap],
          // Where the last shell was may be gone.
          [bash, '--norc', '--noprofile', '-c', 'cd -- "$1" 2>/dev/null || cd -- "$2"; shift 2; exec "$@"', 'start'],
          [shell.cwd, workspace, ...shell.argv],
        ].flat(),
        variables: sandboxVariables(shell.variables, network),
      };
    },

    async end(program, { graceMs, keepShell }) {
      const kept = new Set(keepShell && program !== undefined ? shellChain(program, processesToBash) : []);
      const list = async () => (await listProcesses({ run: marker, session: program })).filter((pid) => !kept.has(pid));
      if (marker !== '') await endProcesses(list, graceMs);
    },

    async killForeground(program) {
      const foreground = await foregroundGroup(program);
      if (foreground !== undefined && !shellChain(program, processesToBash).includes(foreground)) {
        signalProcess(-foreground, 'SIGKILL');
      }
    },

    settle: () => originals.record(),
    onOverflow: (listener) => (onOverflow = listener),

    async close() {
      await watch.stop();
      try {
        await originals.finish();
      } finally {
        await endRunFolder(folder);
        await Promise.all([removeTree(scratch), group === '' ? undefined : removeGroup(group)]);
      }
    },
  };
}

async function requireProgram(name: string, ofPackage: string): Promise<string> {
  const file = await findSystemProgram(name);
  if (file !== undefined) return file;
  throw new UserError(
    'sandbox.program',
    'The workspace sandbox needs the program {0}, and there is none on the PATH. Install the package {1}, or choose another sandbox.',
    [name, ofPackage],
  );
}

/** A layer of an overlay cannot lie within another one. */
function refuseOverlap(workspace: string, storage: string): void {
  if (!isInside(storage, workspace)) return;
  throw new UserError(
    'sandbox.overlap',
    'The folder {0} cannot be sandboxed, for the changes of runs are kept in it ({1}). Open a folder in it instead, or run without the sandbox.',
    [workspace, storage],
  );
}

/** Whether a path is there inside at all: private folders begin empty. */
function isShown(file: string, shown: readonly (string | undefined)[]): boolean {
  if (isInside(file, '/proc') || shown.some((folder) => folder !== undefined && isInside(file, folder))) return true;
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

const kilobytes = (bytes: number) => `${Math.max(1, Math.floor(bytes / 1024))}`;

/** Groups are made by launch.sh, wherever one could be. One that still holds a process stays, until it is empty. */
async function removeGroup(name: string): Promise<void> {
  for (const folder of ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'])
    await rmdir(path.join(folder, name)).catch(() => undefined);
}

/** Undefined for an account that is nowhere at home, and for a home that is the workspace. */
async function homeFolder(workspace: string): Promise<string | undefined> {
  try {
    const home = await realpath(homedir());
    return home === '/' || isInside(home, workspace) ? undefined : home;
  } catch {
    return undefined;
  }
}
