import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseServer } from '../../agent/databaseServer';
import { makeStateFolder } from '../makeFolder';
import { isAlive, ownIdentity, ownNamespace, type ProcessIdentity } from '../processIdentity';

/** Where the copies of a run lie. */
export interface ScratchFolder {
  readonly root: string;
  /** The database as the run found it, which no statement of the model's reaches; missing where nothing is kept. */
  readonly base: string | undefined;
  /** All that the process of the model's statements may see: the scratch copy and SQLite's own temporary files. */
  readonly work: string;
  readonly scratch: string;
}

/** One that is kept until its changes are applied or discarded. */
export interface KeptFolder extends ScratchFolder {
  readonly base: string;
}

/** What a folder says of itself, so that its changes can be reviewed when the program that made it is gone. */
export interface Manifest {
  readonly version: 1;
  readonly id: string;
  /** Absolute path of the original, or the URL of a server's database. */
  readonly source: string;
  readonly kind: 'sqlite' | 'files' | 'server';
  /** Of a server. */
  readonly server?: DatabaseServer;
  /** How each of its tables was made when the run began, by their names. */
  readonly definitions?: Readonly<Record<string, string>>;
  /** The statements that make what the run made on the copy, by the names of tables and views. */
  readonly made?: Readonly<Record<string, readonly string[]>>;
  readonly startedAt: string;
  readonly problem: string;
  /** The process whose run is not over; absent when it is. */
  readonly host?: ProcessIdentity;
  /** Where `host` has its number; another one's processes cannot be seen. */
  readonly namespace?: string;
}

/** A folder that is kept, and what it says of itself. */
export interface KeptRun {
  readonly folder: KeptFolder;
  readonly manifest: Manifest;
}

/** What is kept of a run, and where. */
export interface Keeping {
  /** A folder of folders, made where it is missing. */
  readonly storage: string;
  /** Of the run; a new one if left out. */
  readonly id?: string;
  readonly problem: string;
}

/** A folder that nobody keeps: it goes with the run. */
export async function makeTemporaryFolder(): Promise<ScratchFolder> {
  const { base: _, ...folder } = layout(await mkdtemp(path.join(tmpdir(), 'agentlm-sql-')));
  await mkdir(folder.work);
  return { ...folder, base: undefined };
}

/** A folder for a run that is under way in this process. */
export async function makeKeptFolder(
  { storage, id = randomUUID(), problem }: Keeping,
  place: Pick<Manifest, 'source' | 'kind' | 'server' | 'definitions'>,
): Promise<KeptRun> {
  const folder = folderOf(storage, id);
  await makeStateFolder(folder.work);
  const startedAt = new Date().toISOString();
  const namespace = ownNamespace();
  const host = { host: ownIdentity(), ...(namespace !== undefined && { namespace }) };
  const manifest: Manifest = { version: 1, id, ...place, startedAt, problem, ...host };
  await writeManifest(folder, manifest);
  return { folder, manifest };
}

/** Where the copies of the run with this id lie. */
export function folderOf(storage: string, id: string): KeptFolder {
  return layout(path.join(storage, id));
}

function layout(root: string): KeptFolder {
  const work = path.join(root, 'work');
  return { root, base: path.join(root, 'base.sqlite'), work, scratch: path.join(work, 'scratch.sqlite') };
}

const manifestName = 'manifest.json';

/** Whole or not at all, also when the process ends meanwhile. */
export async function writeManifest({ root }: ScratchFolder, manifest: Manifest): Promise<void> {
  const file = path.join(root, manifestName);
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(manifest));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

/** The manifests of all folders; what has none, or a later version of one, is passed over. */
export async function readManifests(storage: string): Promise<Manifest[]> {
  const entries = await readdir(storage).catch(() => []);
  const found = await Promise.all(entries.map((entry) => readManifest(path.join(storage, entry))));
  return found
    .filter((manifest) => manifest !== undefined)
    .sort((one, other) => one.startedAt.localeCompare(other.startedAt));
}

/** Undefined for a folder that is gone, or of another kind. */
export async function readManifest(root: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(path.join(root, manifestName), 'utf8')) as Manifest;
    return manifest.version === 1 && manifest.id === path.basename(root) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** On Windows the files of a process may stay locked for a moment after its end. */
export async function removeFolder({ root }: Pick<ScratchFolder, 'root'>): Promise<void> {
  await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Milliseconds for which a run is taken to go on whose process cannot be seen from here. */
const unseenRunMs = 24 * 60 * 60 * 1000;

/** Whether the process that writes to the copy may still do so. */
export function isRunning(manifest: Manifest | undefined): boolean {
  if (manifest?.host === undefined) return false;
  if (manifest.namespace === ownNamespace()) return isAlive(manifest.host);
  return Date.now() - Date.parse(manifest.startedAt) < unseenRunMs;
}

/**
 * Whether the scratch copy was written to: SQLite counts the transactions that changed a file at byte 24 of it. False
 * also where the copies are not there.
 */
export async function isChanged({ base, scratch }: KeptFolder): Promise<boolean> {
  const [before, after] = await Promise.all([changeCounter(base), changeCounter(scratch)]);
  return after !== undefined && before !== after;
}

async function changeCounter(file: string): Promise<number | undefined> {
  const handle = await open(file).catch(() => undefined);
  try {
    return (await handle?.read(Buffer.alloc(4), 0, 4, 24))?.buffer.readUInt32BE();
  } finally {
    await handle?.close();
  }
}
