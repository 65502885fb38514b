import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../agent/errors';
import { containerLimits, findContainerEngine, type ContainerEngine } from '../shell/sandbox/containerEngine';
import { freshly, type Machine } from './machine';

export interface ContainerOptions {
  /** podman or docker of the PATH if left out. */
  readonly engine?: readonly string[] | undefined;
  readonly network: boolean;
  /** Of one file. */
  readonly writeLimitBytes: number;
}

/** What root needs in a machine of its own, and no more: users, files of others, services. */
const capabilities = 'CHOWN,DAC_OVERRIDE,FOWNER,FSETID,KILL,NET_BIND_SERVICE,SETGID,SETUID,SYS_CHROOT';
const run = promisify(execFile);
const startTimeoutMs = 60_000;

/**
 * A container of an image that is there already: nothing is fetched. Its first process is a bash that ends with its
 * input, so that it goes when this process goes, however that ends.
 * @throws {UserError} `evaluation.noMachine`, `evaluation.noImage`
 */
export async function openContainer(
  folder: string,
  image: string,
  { network, ...options }: ContainerOptions,
  signal: AbortSignal,
): Promise<Machine> {
  const engine = await requireEngine(options.engine);
  const [program, ...before] = engine;
  const exchange = path.join(folder, 'exchange');
  await mkdir(exchange, { recursive: true });
  const name = path.basename(folder);
  const remove = async (): Promise<void> => {
    await call([...engine, 'rm', '--force', name]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  const holder = spawn(
    program,
    [
      ...before,
      'run',
      '--rm',
      '--interactive',
      '--pull=never',
      '--name',
      name,
      '--hostname',
      'agentlm',
      ...(network ? [] : ['--network', 'none']),
      '--cap-drop',
      'all',
      '--cap-add',
      capabilities,
      '--memory',
      `${Math.floor(totalmem() / 2)}`,
      ...containerLimits(engine, options),
      '--volume',
      `${exchange}:${exchange}:ro`,
      '--entrypoint',
      'bash',
      image,
      '-c',
      'echo ready; while read -r _; do :; done',
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  holder.stdin.on('error', () => {});
  let complaint = '';
  holder.stderr.setEncoding('utf8').on('data', (words: string) => (complaint = (complaint + words).slice(-2000)));
  try {
    const gone = once(holder, 'close').then(() => Promise.reject(new Error(complaint.trim())));
    // It is awaited here only; later the end of the container is no error.
    gone.catch(() => {});
    const until = AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)]);
    await Promise.race([once(holder.stdout, 'data', { signal: until }), gone]);
    holder.stdout.resume();
  } catch (cause) {
    holder.kill('SIGKILL');
    await remove();
    signal.throwIfAborted();
    throw noContainer(path.basename(program), image, cause);
  }
  return {
    exchange,
    enter: (argv, { cwd, terminal }) => [
      ...engine,
      'exec',
      '--interactive',
      ...(terminal ? ['--tty'] : []),
      '--env',
      'AGENTLM_RUN',
      '--env',
      'TERM',
      name,
      ...freshly(argv, cwd),
    ],
    async close() {
      holder.stdin.end();
      await remove();
    },
  };
}

/** @throws {UserError} `evaluation.noMachine` */
async function requireEngine(chosen: readonly string[] | undefined): Promise<ContainerEngine> {
  const engine = await findContainerEngine(chosen);
  if (engine !== undefined) return engine;
  throw new UserError(
    'evaluation.noMachine',
    'Containers need {0}, and it is not on the PATH. Install it, or leave --image out.',
    [chosen?.[0] ?? 'podman or docker'],
  );
}

async function call([program = '', ...rest]: readonly string[]): Promise<void> {
  await run(program, rest);
}

function noContainer(program: string, image: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (/no such image|not known|unable to find image|does not exist/i.test(reason)) {
    return new UserError(
      'evaluation.noImage',
      'There is no image {0} on this machine. Fetch it first: {1} pull {0}',
      [image, program],
      { cause },
    );
  }
  return new UserError(
    'evaluation.noMachine',
    '{0} could not start a container of {1}: {2} See that it runs, that you may use it, and that the image has bash.',
    [program, image, reason || 'it gave no reason.'],
    { cause },
  );
}
