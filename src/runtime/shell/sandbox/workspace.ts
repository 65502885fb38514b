import { mkdir, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../agent/errors';
import { createOriginalsRecord } from '../changes/originals';
import { createRunFolder, endRunFolder, makeLayer, removeTree } from '../changes/runFolder';
import { shellChain, shellProcesses, type ShellProcesses } from '../processes';
import { findSystemProgram } from '../variables';
import { bubblewrapArguments } from './bubblewrap';
import { makeGroups } from './controlGroup';
import { homeFolder, lookInside } from './inside';
import launchScript from './launch.sh';
import { clearCrashed, findPlaces } from './places';
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

/** From bwrap: the first process of the namespace, then bash. */
const generationsToBash = 2;

/**
 * The machine itself as a sandbox (Linux, with bwrap and user namespaces): everything can be read but secrets, nothing can
 * be written but the workspace, whose changes are caught in a layer, and private temporary and home folders, which are
 * forgotten. No network unless switched on, no other process to be seen, no capability.
 * @throws {UserError} `sandbox.*` when it cannot be made
 */
export async function openWorkspaceSandbox(run: SandboxedRun, options: WorkspaceSandboxOptions): Promise<Sandbox> {
  const { network, writeLimitBytes, processLimit = 1024 } = options;
  const [bwrap, unshare, nsenter, bash] = await Promise.all([
    requireProgram('bwrap', 'bubblewrap'),
    requireProgram('unshare', 'util-linux'),
    requireProgram('nsenter', 'util-linux'),
    requireProgram('bash', 'bash'),
  ]);
  const { workspace, storage } = await findPlaces(run, options.storage);
  await clearCrashed(storage);

  const home = await homeFolder(workspace);
  const about = { id: run.id, workspace, problem: run.problem, layer: 'user' } as const;
  const folder = await createRunFolder(storage, about, async ({ path: own, manifest: { scratch } }) => {
    await makeLayer(own, workspace);
    if (home !== undefined) await makeLayer(path.join(scratch, 'home'), home);
    for (const name of ['tmp', 'vartmp']) await mkdir(path.join(scratch, name), { mode: 0o700 });
    await writeFile(path.join(scratch, 'launch.sh'), launchScript);
    await writeFile(path.join(scratch, 'seccomp.filter'), seccompFilter({ architecture: process.arch, network }));
  });
  const { scratch } = folder.manifest;
  const groups = await makeGroups(run.id, processLimit);
  await writeFile(path.join(scratch, 'groups'), groups.folders.map((group) => `${group}\n`).join(''));

  const originals = createOriginalsRecord(folder);
  let onOverflow: Parameters<Sandbox['onOverflow']>[0] = async () => undefined;
  const watch = watchWrites({
    folders: [path.join(folder.path, 'upper'), scratch],
    limitBytes: writeLimitBytes,
    onOverflow: () => onOverflow(writeLimitBytes),
    hold: () => groups.hold(),
  });
  let processes: ShellProcesses | undefined;

  return {
    kind: 'workspace',

    async start(shell) {
      processes = shellProcesses({ run: shell.run }, generationsToBash);
      const inside = await lookInside({
        workspace,
        folder: folder.path,
        scratch,
        home,
        hide: [...(options.hide ?? []), storage, scratch],
        readOnly: shell.folder,
        // Beside another shell it has that one's already, which is cut off as well.
        network: network || shell.beside !== undefined,
      });
      const words = bubblewrapArguments(inside).map((word) => `${word}\0`);
      await writeFile(path.join(scratch, 'bwrap.arguments'), words.join(''));
      await originals.begin();
      return {
        argv: [
          shell.beside === undefined
            ? [unshare, '--user', '--map-root-user', '--mount', '--']
            : [nsenter, ...namespacesOf(shell.beside, network), '--'],
          [bash, '--norc', '--noprofile', path.join(scratch, 'launch.sh'), folder.path, workspace, scratch, home ?? ''],
          [kilobytes(writeLimitBytes), `${processLimit}`, kilobytes(totalmem() / 2)],
          [shell.beside === undefined ? '' : 'mounted', bwrap],
          // Where the last shell was may be gone.
          [bash, '--norc', '--noprofile', '-c', 'cd -- "$1" 2>/dev/null || cd -- "$2"; shift 2; exec "$@"', 'start'],
          [shell.cwd, workspace, ...shell.argv],
        ].flat(),
        variables: sandboxVariables(shell.variables, network),
      };
    },

    end: async (...how) => processes?.end(...how),
    killForeground: async (program) => processes?.killForeground(program),
    settle: async () => originals.record(),
    onOverflow: (listener) => (onOverflow = listener),

    async close() {
      await watch.stop();
      try {
        await originals.finish();
      } finally {
        await endRunFolder(folder);
        await Promise.all([removeTree(scratch), groups.remove()]);
      }
    },
  };
}

/**
 * Of an earlier shell: those of its program, where the layers are mounted, for two mounts of one layer would spoil it. And
 * the network inside, where it is cut off: servers in the background listen there.
 */
function namespacesOf(program: number, network: boolean): string[] {
  const inside = shellChain(program, generationsToBash).at(-1) ?? program;
  const cutOff = network ? [] : [`--net=/proc/${inside}/ns/net`];
  return ['--preserve-credentials', '--target', `${program}`, '--user', '--mount', ...cutOff];
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

const kilobytes = (bytes: number) => `${Math.max(1, Math.floor(bytes / 1024))}`;
