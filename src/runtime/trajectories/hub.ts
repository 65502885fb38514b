import { createReadStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import { isRecord, parseJson } from '../../agent/json';
import type { HubTarget } from '../../agent/trainingExport';
import { fileHash } from './fileHash';
import { askHub } from './hubExchange';

interface Upload {
  readonly file: string;
  /** In the repository. */
  readonly path: string;
  readonly size: number;
}

/**
 * Sends files to a data set of the Hugging Face hub in one commit; the data set is made, private, where it is missing.
 * Source: the API that `huggingface_hub` speaks (create repository, preupload, Git LFS batch, commit).
 * @param onProgress told how much is done, in percent
 * @returns the address of the data set
 * @throws {UserError} `hub.*`; nothing is in the data set then
 */
export async function pushFiles(
  files: readonly string[],
  { repository, token, hub = 'https://huggingface.co' }: HubTarget,
  onProgress: (percent: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const uploads = await Promise.all(
    files.map(async (file) => ({ file, path: path.basename(file), size: (await stat(file)).size })),
  );
  const ask = askerOf(hub, token, signal);
  const api = `/api/datasets/${repository}`;
  await createRepository(ask, repository);
  const modes = await uploadModes(ask, api, uploads);
  const total = uploads.reduce((sum, { size }) => sum + size, 0);
  let sent = 0;
  const lines: string[] = [line('header', { summary: 'Export of AgentLM' })];
  for (const upload of uploads) {
    if (modes.get(upload.path) === 'lfs') {
      const oid = await fileHash(upload.file, signal);
      await sendLargeFile(ask, `/datasets/${repository}.git/info/lfs/objects/batch`, { ...upload, oid }, signal);
      lines.push(line('lfsFile', { path: upload.path, algo: 'sha256', oid, size: upload.size }));
    } else {
      const content = (await readFile(upload.file)).toString('base64');
      lines.push(line('file', { path: upload.path, content, encoding: 'base64' }));
    }
    sent += upload.size;
    // The commit is the last step: only with it there is anything.
    onProgress(Math.floor((99 * sent) / Math.max(1, total)));
  }
  await ask(`${api}/commit/main`, { type: 'application/x-ndjson', body: `${lines.join('\n')}\n` });
  onProgress(100);
  return `${hub}/datasets/${repository}`;
}

/**
 * The same for files that are written for it, into a folder that is gone afterwards.
 * @param write settles to the files
 */
export async function pushWritten(
  write: (folder: string) => Promise<readonly string[]>,
  ...rest: [target: HubTarget, onProgress: (percent: number) => void, signal: AbortSignal]
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-export-'));
  try {
    return await pushFiles(await write(folder), ...rest);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Question {
  readonly type?: string;
  readonly body: string;
  /** A status that is as good as success. */
  readonly fine?: number;
}

type Ask = (route: string, question: Question) => Promise<unknown>;

function askerOf(hub: string, token: string, signal: AbortSignal): Ask {
  return async (route, { type = 'application/json', body, fine }) => {
    const headers = { 'content-type': type, accept: 'application/json' };
    const response = await askHub({ hub, token }, `${hub}${route}`, { method: 'POST', headers, body, signal });
    const text = await response.text();
    if (response.ok || response.status === fine) return parseJson(text);
    throw refused(hub, response.status, text);
  };
}

async function createRepository(ask: Ask, repository: string): Promise<void> {
  const [organization, name] = repository.split('/');
  // 409: it is there.
  await ask('/api/repos/create', {
    body: JSON.stringify({ type: 'dataset', organization, name, private: true }),
    fine: 409,
  });
}

/** Whether each file goes along with the commit, or to the store for large files before it. */
async function uploadModes(ask: Ask, api: string, uploads: readonly Upload[]): Promise<ReadonlyMap<string, string>> {
  const files = await Promise.all(
    uploads.map(async ({ file, path: name, size }) => ({ path: name, size, sample: await beginningOf(file) })),
  );
  const answer = await ask(`${api}/preupload/main`, { body: JSON.stringify({ files }) });
  const list = isRecord(answer) && Array.isArray(answer['files']) ? (answer['files'] as readonly unknown[]) : [];
  return new Map(list.filter(isRecord).map((each) => [String(each['path']), String(each['uploadMode'])]));
}

/** Git LFS, basic transfer: a file that the store has already is not sent again. */
async function sendLargeFile(
  ask: Ask,
  route: string,
  { file, oid, size }: Upload & { readonly oid: string },
  signal: AbortSignal,
): Promise<void> {
  const question = { operation: 'upload', transfers: ['basic'], hash_algo: 'sha_256', objects: [{ oid, size }] };
  const answer = await ask(route, { type: 'application/vnd.git-lfs+json', body: JSON.stringify(question) });
  const [object] =
    isRecord(answer) && Array.isArray(answer['objects']) ? (answer['objects'] as readonly unknown[]) : [];
  const actions = isRecord(object) ? object['actions'] : undefined;
  const upload = isRecord(actions) ? actions['upload'] : undefined;
  if (!isRecord(upload)) return;
  const { href, header } = upload;
  const headers = isRecord(header) ? (header as Record<string, string>) : {};
  const store = new URL(String(href));
  const response = await askHub({ hub: store.origin }, store.href, {
    method: 'PUT',
    headers: { ...headers, 'content-length': String(size) },
    body: () => createReadStream(file),
    signal,
  });
  if (!response.ok) throw refused(store.origin, response.status, await response.text());
}

/** By which the hub tells text from binary. */
async function beginningOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.toString('base64', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function refused(hub: string, status: number, text: string): UserError {
  if (status === 401 || status === 403) {
    return new UserError(
      'hub.token',
      '{0} does not let this token write there ({1}). Make one with write access to the data set, and try again.',
      [hub, status],
    );
  }
  const answer = parseJson(text);
  const said = isRecord(answer) && typeof answer['error'] === 'string' ? answer['error'] : text;
  return new UserError('hub.refused', '{0} refused the files ({1}): {2}', [hub, status, said.slice(0, 200)]);
}

function line(key: string, value: object): string {
  return JSON.stringify({ key, value });
}
