import { execFile } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../../agent/errors';
import { makeStateFolder } from '../../makeFolder';
import { isAlive, ownIdentity, type ProcessIdentity } from '../../processIdentity';

/**
 * How the changes of a run are kept: `user` and `trusted`, as the upper layer of an overlay whose marks are extended
 * attributes of that class; `copy`, as a copy of the whole workspace.
 */
export type LayerKind = 'user' | 'trusted' | 'copy';

/** What manifest.json says, written before the run begins. */
export interface Manifest {
  readonly version: 1;
  readonly id: string;
  readonly workspace: string;
  readonly problem: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly layer: LayerKind;
  /** The process that holds the run. */
  readonly host: ProcessIdentity;
  /** A folder with what does not outlive the run. */
  readonly scratch: string;
}

/** `<storage>/<id>`: what is kept of a run until its changes are applied or discarded. */
export interface RunFolder {
  readonly path: string;
  readonly manifest: Manifest;
}

/** With it begins the name of a scratch folder. */
const scratchPrefix = 'agentlm-sandbox-';
const manifestName = 'manifest.json';
const idPattern = /^\w[\w-]{0,99}$/;

/**
 * Makes the folder of a run that begins, and another one for what does not outlive it. Both are gone again when `prepare`
 * fails.
 */
export async function createRunFolder(
  storage: string,
  about: Pick<Manifest, 'id' | 'workspace' | 'problem' | 'layer'>,
  prepare: (run: RunFolder) => Promise<void>,
): Promise<RunFolder> {
  await makeStateFolder(storage);
  const folder = path.join(storage, about.id);
  await mkdir(folder, { mode: 0o700 });
  const scratch = await mkdtemp(path.join(await realpath(tmpdir()), scratchPrefix));
  const run: RunFolder = {
    path: folder,
    manifest: { version: 1, startedAt: Date.now(), host: ownIdentity(), ...about, scratch },
  };
  try {
    await writeManifest(folder, run.manifest);
    await prepare(run);
    return run;
  } catch (error) {
    await Promise.all([removeTree(folder), removeTree(scratch)]);
    throw error;
  }
}

/** Notes that the run is over; from then on its changes can be applied. */
export async function endRunFolder({ path: folder, manifest }: RunFolder): Promise<void> {
  await writeManifest(folder, { ...manifest, endedAt: Date.now() });
}

/** @throws {UserError} `changes.unknownRun` */
export async function openRunFolder(storage: string, id: string): Promise<RunFolder> {
  const run = await findRunFolder(storage, id);
  if (run !== undefined) return run;
  throw new UserError(
    'changes.unknownRun',
    'No changes of a run {0} wait. They were applied or discarded, or there was no such run.',
    [id],
  );
}

/** Undefined where there is none. */
export async function findRunFolder(storage: string, id: string): Promise<RunFolder | undefined> {
  if (!idPattern.test(id)) return undefined;
  const folder = path.join(storage, id);
  const manifest = await readManifest(folder);
  return manifest?.id === id ? { path: folder, manifest } : undefined;
}

/** All that are there, the oldest first. */
export async function listRunFolders(storage: string): Promise<RunFolder[]> {
  const found = await Promise.all((await namesIn(storage)).map(async (name) => findRunFolder(storage, name)));
  return found.filter((run) => run !== undefined).sort((a, b) => a.manifest.startedAt - b.manifest.startedAt);
}

/** Whether the process that holds a run still does. */
export function isHeld({ endedAt, host }: Manifest): boolean {
  return endedAt === undefined && isAlive(host);
}

/** The folders of an overlay over `lower`. What is seen through it has the rights of the upper one. */
export async function makeLayer(folder: string, lower: string): Promise<void> {
  await Promise.all(
    ['upper', 'work', 'merged'].map(async (name) => mkdir(path.join(folder, name), { recursive: true, mode: 0o700 })),
  );
  await symlink(lower, path.join(folder, 'lower'));
  await chmod(path.join(folder, 'upper'), (await stat(lower)).mode & 0o777);
}

/** Removes all that was kept of a run. */
export async function forgetRun(run: RunFolder): Promise<void> {
  await removeScratch(run);
  await removeTree(run.path);
}

/** Removes what does not outlive a run; after a crash it is still there. */
export async function removeScratch({ manifest: { scratch } }: RunFolder): Promise<void> {
  if (path.basename(scratch).startsWith(scratchPrefix)) await removeTree(scratch);
}

/**
 * Removes a tree that a run has written. Its folders may be locked even for their owner, or nested deeper than a path can
 * say: then the tools of the system do it, which go step by step.
 */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    const run = promisify(execFile);
    await run('chmod', ['-R', 'u+rwX', '--', folder]).catch(() => undefined);
    await run('rm', ['-rf', '--', folder]);
  }
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const file = path.join(folder, manifestName);
  await writeFile(`${file}.new`, `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}

/** Undefined for what is none, or of another version: it is left alone. */
async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(path.join(folder, manifestName), 'utf8')) as Partial<Manifest>;
    return manifest.version === 1 ? (manifest as Manifest) : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SyntaxError || code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
