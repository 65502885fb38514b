import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../../agent/errors';
import { visible } from '../../../agent/hiddenCharacters';
import { openPending } from '../changes/pending';
import { waitFor } from '../waiting';
import { findPlaces } from './places';
import { hasSeccompFilter } from './seccomp';
import { openWorkspaceSandbox } from './workspace';

const timeoutMs = 10_000;
const tidyMs = 2_000;

export interface ProbeOptions {
  /** The folder it is wanted for; left out, any that does not contain the storage. */
  readonly workspace?: string;
  readonly signal?: AbortSignal;
}

/**
 * Whether the workspace sandbox works here: one is made, a command is run in it, and it is taken away again.
 * @returns undefined if it does; otherwise why not, and what to do. Rejects on abort only.
 */
export async function probeSandbox(
  storage: string,
  { workspace, signal = new AbortController().signal }: ProbeOptions = {},
): Promise<UserError | undefined> {
  signal.throwIfAborted();
  if (process.platform !== 'linux' || !hasSeccompFilter(process.arch)) {
    return new UserError(
      'sandbox.platform',
      'The workspace sandbox is there for Linux on x86-64 and ARM only. Choose the container sandbox, or approve each command.',
    );
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-probe-'));
  try {
    if (workspace !== undefined) await findPlaces({ workspace }, storage);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    await within(limit, tryOut(storage, folder, limit));
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return UserError.is(error) ? error : await whyNot(error, storage);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Leaves work that was stopped a moment to tidy up; on a file system that does not answer it would take for ever. */
async function within(limit: AbortSignal, work: Promise<void>): Promise<void> {
  const settled = work.catch(() => undefined);
  await waitFor(settled, 0, limit);
  await waitFor(settled, tidyMs);
  if (limit.aborted) throw new Error(`It has not started within ${timeoutMs / 1000} s.`);
  return work;
}

async function tryOut(storage: string, folder: string, signal: AbortSignal): Promise<void> {
  const [workspace, readOnly] = [path.join(folder, 'workspace'), path.join(folder, 'readOnly')];
  await Promise.all([mkdir(workspace), mkdir(readOnly)]);
  const id = `probe_${randomUUID()}`;
  const options = { network: false, writeLimitBytes: 1024 * 1024, storage };
  const sandbox = await openWorkspaceSandbox({ id, workspace, problem: '' }, options);
  try {
    const shell = { argv: ['/bin/sh', '-c', 'echo 1 >written'], cwd: workspace, folder: readOnly, run: id };
    const variables = { PATH: process.env['PATH'] ?? '' };
    const {
      argv: [program = '', ...rest],
    } = await sandbox.start({ ...shell, variables });
    await promisify(execFile)(program, rest, { env: variables, signal });
  } finally {
    await sandbox.close();
    await (await openPending(storage, id)).discard();
  }
}

/** The words of the program that failed, read together with what the system says of itself. */
async function whyNot(error: unknown, storage: string): Promise<UserError> {
  const said = visible(String((error as { stderr?: unknown }).stderr ?? error).trim()).slice(-500);
  const cause = { cause: error };
  if ((await setting('kernel/apparmor_restrict_unprivileged_userns')) === '1') {
    return new UserError(
      'sandbox.apparmor',
      'AppArmor keeps programs of this system (Ubuntu 23.10 or newer) from making user namespaces, which the workspace sandbox is made of. An administrator can allow them: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0. Or choose the container sandbox.',
      [],
      cause,
    );
  }
  if (
    (await setting('kernel/unprivileged_userns_clone')) === '0' ||
    (await setting('user/max_user_namespaces')) === '0'
  ) {
    return new UserError(
      'sandbox.namespaces',
      'User namespaces, which the workspace sandbox is made of, are switched off on this system. An administrator can switch them on: sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000. Or choose the container sandbox.',
      [],
      cause,
    );
  }
  if (/overlay/.test(said)) {
    return new UserError(
      'sandbox.overlay',
      'The workspace sandbox cannot lay an overlay over a folder whose changes are kept in {0}: it needs Linux 5.11 or newer, and a file system such as ext4, XFS or Btrfs there. It said: {1}',
      [storage, said],
      cause,
    );
  }
  return new UserError(
    'sandbox.refused',
    'The workspace sandbox does not start. Inside another container that is usual: run that one with more rights, or choose another sandbox. It said: {0}',
    [said],
    cause,
  );
}

async function setting(name: string): Promise<string | undefined> {
  try {
    return (await readFile(`/proc/sys/${name}`, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
