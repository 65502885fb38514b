import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../../agent/errors';
import { visible } from '../../../agent/hiddenCharacters';
import { copyWorkspace } from '../changes/copy';
import { createOriginalsRecord } from '../changes/originals';
import {
  createRunFolder,
  endRunFolder,
  makeLayer,
  removeTree,
  type LayerKind,
  type RunFolder,
} from '../changes/runFolder';
import { containerLimits, findContainerEngine, isPodman, type ContainerEngine } from './containerEngine';
import { clearCrashed, findPlaces } from './places';
import type { Sandbox, SandboxedRun } from './sandbox';
import { sandboxVariables } from './sandboxVariables';
import { bytesOnDisk, watchWrites } from './writeLimit';

export interface ContainerSandboxOptions {
  readonly network: boolean;
  /** Bytes that the run may write to its workspace before it is stopped. */
  readonly writeLimitBytes: number;
  /** A folder in which the changes of runs wait until somebody has looked at them. */
  readonly storage: string;
  /** As the engine calls it. It must have bash, and must be there: nothing is pulled. */
  readonly image: string;
  /** The program of the engine and what comes before its commands; podman or docker of the PATH if left out. */
  readonly engine?: readonly string[];
  /** More folders, as `--volume` takes them, e.g. `/data:/data:ro`. */
  readonly volumes?: readonly string[];
  /** As `--user` takes it; the user's own, where files belong to it, if left out. */
  readonly user?: string;
  /** Processes and threads at a time; 1,024 if left out. */
  readonly processLimit?: number;
}

const commandTimeoutMs = 20_000;
/** Signals within the container that spare its first process, which is bash, and the one that sends them. */
const killAllButBash = 'kill -KILL -1 2>/dev/null; true';
/** $1: the mark of the shell, which leads its session. */
const killForegroundOfBash = `for process in /proc/[0-9]*; do
  pid=\${process##*/}
  read -r stat <"$process/stat" && set -- "$1" \${stat##*)} && [ "$5" = "$pid" ] || continue
  mapfile -d '' -t variables <"$process/environ" || continue
  case " \${variables[*]} " in *" $1 "*) [ "$7" -gt 0 ] && [ "$7" != "$4" ] && kill -KILL -- "-$7" ;; esac
done 2>/dev/null; true`;
/** What starts a shell, in a folder that may be gone. */
const startScript = 'cd -- "$1" 2>/dev/null; shift; exec bash "$@"';
/** The container ends with us, however we end: when our end of its standard input closes. */
const guardScript = 'read -r _; name=$1; shift; "$@" kill --signal KILL "$name"; "$@" rm --force "$name"';
/** What of the host's variables says something inside. */
const shared = /^(TERM|COLORTERM|TZ|PAGER|GIT_PAGER|GIT_OPTIONAL_LOCKS|AGENTLM_RUN|(https?|ftp|all|no)_proxy)$/i;

/**
 * A container of docker or podman, driven by their command line, in the terminal of the run. The workspace is at its own
 * path, with its writes caught: by an overlay where root's podman makes one, else in a copy.
 * @throws {UserError} `sandbox.*`
 */
export async function openContainerSandbox(
  run: SandboxedRun,
  options: ContainerSandboxOptions,
  signal: AbortSignal,
): Promise<Sandbox> {
  const engine = await requireEngine(options.engine);
  await requireImage(engine, options.image, signal);
  const { workspace, storage } = await findPlaces(run, options.storage);
  refuseSeparators([workspace, storage]);
  await clearCrashed(storage);

  const layer = layerOf(engine);
  const about = { id: run.id, workspace, problem: run.problem, layer };
  let copiedBytes = 0;
  const folder = await createRunFolder(storage, about, async (made) => {
    if (layer !== 'copy') return makeLayer(made.path, workspace);
    await copyWorkspace(made, signal);
    copiedBytes = await bytesOnDisk(path.join(made.path, 'copy'));
  });
  const originals = createOriginalsRecord(folder);

  const name = `agentlm-${run.id}`;
  const guard = startGuard(engine, name);

  let onOverflow: Parameters<Sandbox['onOverflow']>[0] = async () => undefined;
  const watch = watchWrites({
    folders: [path.join(folder.path, layer === 'copy' ? 'copy' : 'upper')],
    foundBytes: copiedBytes,
    limitBytes: options.writeLimitBytes,
    onOverflow: () => onOverflow(options.writeLimitBytes),
  });

  /** Tells the shells of the run apart, of which the last is the one in front. */
  let shells = 0;
  const mark = () => `AGENTLM_SHELL=${shells}`;

  return {
    kind: 'container',

    async start({ argv, cwd, folder: readOnly, variables, beside }) {
      shells++;
      const inside = sandboxVariables(variables, options.network);
      const bash = ['bash', '-c', startScript, 'start', cwd, ...argv.slice(1)];
      const settings = [
        ['--interactive', '--tty', '--workdir', workspace, '--env', 'LANG=C.UTF-8', '--env', mark()],
        // Without its value, which the engine's program finds among its own variables, and `ps` does not show.
        ...Object.keys(inside).flatMap((key) => (shared.test(key) ? [['--env', key]] : [])),
      ].flat();
      const started = { variables: { ...variables, ...inside } };
      if (beside !== undefined) return { ...started, argv: [...engine, 'exec', ...settings, name, ...bash] };
      // The last one may be on its way out.
      await remove(engine, name);
      await originals.begin();
      return {
        ...started,
        argv: [
          [...engine, 'run', ...settings, '--rm', '--name', name, '--pull', 'never'],
          ['--cap-drop', 'all', '--security-opt', 'no-new-privileges', '--security-opt', 'label=disable'],
          options.network ? [] : ['--network', 'none'],
          containerLimits(engine, options),
          userOf(engine, options.user),
          [volumeOf(folder), `${readOnly}:${readOnly}:ro`, ...(options.volumes ?? [])].flatMap((one) => [
            '--volume',
            one,
          ]),
          [options.image, ...bash],
        ].flat(),
      };
    },

    async end(_, { keepShell }) {
      if (keepShell) await tell(engine, ['exec', name, 'bash', '-c', killAllButBash]);
      else await remove(engine, name);
    },

    async killForeground() {
      await tell(engine, ['exec', name, 'bash', '-c', killForegroundOfBash, 'kill', mark()]);
    },

    settle: async () => originals.record(),
    onOverflow: (listener) => (onOverflow = listener),

    async close() {
      await watch.stop();
      await remove(engine, name);
      guard.end();
      try {
        await originals.finish();
      } finally {
        await endRunFolder(folder);
        await removeTree(folder.manifest.scratch);
      }
    },
  };
}

/** @throws {UserError} `sandbox.noEngine` */
async function requireEngine(chosen: readonly string[] | undefined): Promise<ContainerEngine> {
  const engine = await findContainerEngine(chosen);
  if (engine !== undefined) return engine;
  throw new UserError(
    'sandbox.noEngine',
    'The container sandbox needs {0}, and it is not on the PATH. Install it, or choose another sandbox.',
    [chosen?.[0] ?? 'podman or docker'],
  );
}

/** @throws {UserError} `sandbox.image`, `sandbox.engine` */
async function requireImage(engine: ContainerEngine, image: string, signal: AbortSignal): Promise<void> {
  const [program, ...before] = engine;
  try {
    await promisify(execFile)(program, [...before, 'image', 'inspect', image], { timeout: commandTimeoutMs, signal });
  } catch (error) {
    signal.throwIfAborted();
    const said = String((error as { stderr?: unknown }).stderr ?? error).trim();
    if (/no such image|image not known|no such object/i.test(said)) {
      throw new UserError(
        'sandbox.image',
        'The image {0} is not on this machine, and nothing is downloaded unasked. Get it with: {1} pull {0}',
        [image, path.basename(program)],
        { cause: error },
      );
    }
    throw new UserError(
      'sandbox.engine',
      '{0} does not answer. Start it, or choose another sandbox. It said: {1}',
      [path.basename(program), visible(said).slice(-500)],
      { cause: error },
    );
  }
}

/** Only what root's podman mounts is an overlay of the kernel, whose marks are known. */
function layerOf([program]: ContainerEngine): LayerKind {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return isRoot && isPodman(program) ? 'trusted' : 'copy';
}

/** @throws {UserError} `sandbox.path` */
function refuseSeparators(paths: readonly string[]): void {
  const separator = paths.find((one) => /[:,]/.test(one));
  if (separator === undefined) return;
  throw new UserError(
    'sandbox.path',
    'The folder {0} cannot be given to a container, for a colon or a comma in its path separates options. Rename it.',
    [separator],
  );
}

/** How what catches the writes is mounted. */
function volumeOf({ path: folder, manifest: { workspace, layer } }: RunFolder): string {
  if (layer === 'copy') return `${path.join(folder, 'copy')}:${workspace}`;
  return `${workspace}:${workspace}:O,upperdir=${path.join(folder, 'upper')},workdir=${path.join(folder, 'work')}`;
}

/** Files that are made inside belong to the user outside. */
function userOf([program]: ContainerEngine, chosen: string | undefined): string[] {
  if (chosen !== undefined) return ['--user', chosen];
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (process.platform !== 'linux' || uid === 0) return [];
  return isPodman(program) ? ['--userns', 'keep-id'] : ['--user', `${uid}:${gid}`];
}

/** A process that outlives us for as long as it takes to remove the container. */
function startGuard(engine: ContainerEngine, name: string): { end(): void } {
  const guard = spawn('sh', ['-c', guardScript, 'guard', name, ...engine], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined).unref();
  guard.stdin.on('error', () => undefined);
  return { end: () => void guard.kill('SIGKILL') };
}

async function remove(engine: ContainerEngine, name: string): Promise<void> {
  await tell(engine, ['kill', '--signal', 'KILL', name]);
  await tell(engine, ['rm', '--force', name]);
}

/** What is said to a container that has gone is in vain, and that is all right. */
async function tell([program, ...before]: ContainerEngine, words: readonly string[]): Promise<void> {
  await promisify(execFile)(program, [...before, ...words], { timeout: commandTimeoutMs }).catch(() => undefined);
}
