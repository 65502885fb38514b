import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import { isRecord, parseJson } from '../../agent/json';
import { makeFolder } from '../makeFolder';
import { fileHash } from './fileHash';
import { unwritableFile } from './fileValue';
import { askHub, type HubAccess } from './hubExchange';

/** A data set of the hub. */
export interface HubSource extends HubAccess {
  /** `THUDM/AgentInstruct` */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

export interface HubFile {
  /** In the repository, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Undefined for small files, which the hub keeps as Git does. */
  readonly sha256: string | undefined;
}

export interface HubListing {
  /** The commit that the revision is now: all files are fetched from it. */
  readonly commit: string;
  /** Files that hold rows, in their order. */
  readonly files: readonly HubFile[];
}

/** In a row in which nothing came. */
const attempts = 5;
const stallTimeoutMs = 60_000;

/**
 * What a data set holds.
 * Source: `GET /api/datasets/REPOSITORY/revision/REVISION?blobs=true`, as `huggingface_hub` asks it.
 * @throws {UserError} `hub.*`
 */
export async function listHubFiles(source: HubSource, signal: AbortSignal): Promise<HubListing> {
  const { hub, repository, revision } = source;
  const url = `${hub}/api/datasets/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const response = await askHub(source, url, { method: 'GET', headers: {}, signal });
  if (!response.ok) throw await refused(source, response);
  const answer = parseJson(await response.text());
  if (!isRecord(answer) || typeof answer['sha'] !== 'string' || !Array.isArray(answer['siblings'])) {
    throw new UserError('hub.unknown', '{0} does not answer as the Hugging Face hub does. Check its address.', [hub]);
  }
  const files = answer['siblings'].filter(isRecord).flatMap((each): HubFile[] => {
    const { rfilename: name, size, lfs } = each;
    if (typeof name !== 'string' || typeof size !== 'number' || !/\.(parquet|jsonl?)$/.test(name)) return [];
    // What the repository says of itself, and what leads out of a folder, are no rows.
    if (name.split('/').some((part) => part.startsWith('.') || part === '') || /(^|\/)dataset_infos?\.json$/.test(name))
      return [];
    const sha256 = isRecord(lfs) && typeof lfs['sha256'] === 'string' ? lfs['sha256'] : undefined;
    return [{ path: name, size, sha256 }];
  });
  return { commit: answer['sha'], files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
}

/**
 * Fetches a file into a folder. What an attempt has left that was broken off, by whatever, is gone on with; the file has
 * its name only when size and checksum are right.
 * @param onBytes told how many bytes are there
 * @returns where it is
 * @throws {UserError} `hub.*`, `dataset.unwritable`; on abort it rejects with the signal's reason, and what came stays
 */
export async function fetchHubFile(
  source: HubSource,
  commit: string,
  file: HubFile,
  folder: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const target = path.join(folder, ...file.path.split('/'));
  if (await isWhole(target, file, signal)) {
    onBytes(file.size);
    return target;
  }
  const part = `${target}.part`;
  await makeFolder(path.dirname(target));
  let there = await sizeOf(part);
  for (let fruitless = 0; there < file.size;) {
    if (fruitless === attempts) throw cut(source, file);
    await fetchFrom(there, part, source, commit, file, onBytes, signal);
    const now = await sizeOf(part);
    fruitless = now > there ? 0 : fruitless + 1;
    there = now;
  }
  if (!(await isWhole(part, file, signal))) {
    await rm(part, { force: true });
    throw new UserError(
      'hub.damaged',
      '{0} came otherwise than {1} describes it, and was deleted. Try again; if it stays so, something between changes it.',
      [file.path, source.hub],
    );
  }
  await rename(part, target);
  return target;
}

/** Appends what is missing. A connection that breaks is no error here: the caller sees how far it came. */
async function fetchFrom(
  offset: number,
  part: string,
  source: HubSource,
  commit: string,
  { path: name, size }: HubFile,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const stalled = new AbortController();
  const until = AbortSignal.any([signal, stalled.signal]);
  const url = `${source.hub}/datasets/${source.repository}/resolve/${commit}/${name.split('/').map(encodeURIComponent).join('/')}`;
  const headers: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
  const response = await askHub(source, url, { method: 'GET', headers, signal: until });
  if (response.status === 416) {
    await rm(part, { force: true });
    return;
  }
  if (!response.ok || !response.body) throw await refused(source, response);
  const resumed = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${offset}-`);
  const handle = await guarded(part, () => open(part, resumed ? 'a' : 'w'));
  let timer: NodeJS.Timeout | undefined;
  try {
    let bytes = resumed ? offset : 0;
    const watch = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(new Error('Nothing came for a minute.')), stallTimeoutMs);
    };
    watch();
    for await (const chunk of response.body) {
      watch();
      await guarded(part, () => handle.appendFile(chunk));
      bytes += chunk.byteLength;
      // More than was announced is never right, and could fill a disk.
      if (bytes > size) return;
      onBytes(bytes);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (UserError.is(error)) throw error;
  } finally {
    clearTimeout(timer);
    await handle.close();
  }
}

async function refused({ hub, repository }: HubSource, response: Response): Promise<UserError> {
  const { status } = response;
  await response.body?.cancel();
  if (status === 401 || status === 403) {
    return new UserError(
      'hub.token',
      '{0} does not let you read {1} ({2}). Check its name; a private or gated data set needs a token that may read it.',
      [hub, repository, status],
    );
  }
  if (status === 404) {
    return new UserError('hub.missing', '{0} has no data set {1}, or not this revision or file. Check its name.', [
      hub,
      repository,
    ]);
  }
  if (status === 429) {
    return new UserError(
      'hub.busy',
      '{0} asks to wait: too many requests came from here. Try again later, or with a token.',
      [hub],
    );
  }
  return new UserError('hub.refused', '{0} did not give the files ({1}). Try again later.', [hub, status]);
}

function cut({ hub }: HubSource, { path: name }: HubFile): UserError {
  return new UserError(
    'hub.cut',
    'The connection to {0} breaks again and again at {1}. What came is kept: try again to go on.',
    [hub, name],
  );
}

async function isWhole(file: string, { size, sha256 }: HubFile, signal: AbortSignal): Promise<boolean> {
  if ((await sizeOf(file)) !== size) return false;
  return sha256 === undefined || (await fileHash(file, signal)) === sha256;
}

/** Bytes; 0 where there is no such file. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

async function guarded<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw unwritableFile(file, cause);
  }
}
