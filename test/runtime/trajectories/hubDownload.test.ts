import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fetchHubFile, listHubFiles, type HubSource } from '../../../src/runtime/trajectories/hubDownload';

const content = randomBytes(200_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const file = { path: 'data/os-00000-of-00001.parquet', size: content.length, sha256 };
const never = new AbortController().signal;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('A data set of the hub', () => {
  let folder: string;
  let hub: Server;
  let store: Server;
  let source: HubSource;
  let asked: { readonly url: string; readonly range: string | undefined; readonly token: string | undefined }[];
  let serve: Answer;

  /** The whole, or what is asked for by range. */
  const whole: Answer = ({ headers }, response) => {
    const start = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    if (start > 0) response.setHeader('content-range', `bytes ${start}-${content.length - 1}/${content.length}`);
    response.writeHead(start > 0 ? 206 : 200).end(content.subarray(start));
  };
  const listening = async (server: Server): Promise<string> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const note = ({ url = '', headers }: IncomingMessage): void =>
    void asked.push({ url, range: headers.range, token: headers.authorization });

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-hub-'));
    asked = [];
    serve = whole;
    store = createServer((request, response) => {
      note(request);
      serve(request, response);
    });
    const storeUrl = await listening(store);
    hub = createServer((request, response) => {
      note(request);
      if (request.url?.startsWith('/api/')) {
        const siblings = [
          { rfilename: 'README.md', size: 10 },
          { rfilename: '../outside.jsonl', size: 10 },
          { rfilename: '.hidden/rows.jsonl', size: 10 },
          { rfilename: file.path, size: file.size, lfs: { sha256, size: file.size } },
          { rfilename: 'data/db.jsonl', size: 3 },
        ];
        response.end(JSON.stringify({ sha: 'c0ffee', siblings }));
      } else {
        response.writeHead(302, { location: `${storeUrl}/signed?for=${request.url}` }).end();
      }
    });
    source = { hub: await listening(hub), repository: 'THUDM/AgentInstruct', revision: 'main', token: 'hf_secret' };
  });

  afterEach(async () => {
    for (const server of [hub, store]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const fetchIt = (signal = never, onBytes: (bytes: number) => void = () => {}) =>
    fetchHubFile(source, 'c0ffee', file, folder, onBytes, signal);

  it('lists its files with rows, and none that leads out of the folder', async () => {
    assert.deepEqual(await listHubFiles(source, never), {
      commit: 'c0ffee',
      files: [{ path: 'data/db.jsonl', size: 3, sha256: undefined }, file],
    });
  });

  it('is fetched from one commit, and the token goes to the hub alone', async () => {
    const bytes: number[] = [];
    const target = await fetchIt(never, (count) => bytes.push(count));
    assert.equal(target, path.join(folder, 'data', 'os-00000-of-00001.parquet'));
    assert.ok(readFileSync(target).equals(content));
    assert.equal(bytes.at(-1), content.length);
    assert.deepEqual(
      asked.map(({ url, token }) => [url.split('?')[0], token]),
      [
        ['/datasets/THUDM/AgentInstruct/resolve/c0ffee/data/os-00000-of-00001.parquet', 'Bearer hf_secret'],
        ['/signed', undefined],
      ],
    );
  });

  it('is not fetched again where it is there', async () => {
    await fetchIt();
    asked = [];
    await fetchIt();
    assert.deepEqual(asked, []);
  });

  it('goes on where the connection broke', async () => {
    serve = (request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (start > 0) return whole(request, response);
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 50_000));
      // What has not been taken when a connection breaks is lost with it.
      const part = path.join(folder, `${file.path}.part`);
      const watch = setInterval(() => {
        if (!existsSync(part) || statSync(part).size === 0) return;
        clearInterval(watch);
        response.destroy();
      }, 5);
    };
    assert.ok(readFileSync(await fetchIt()).equals(content));
    const ranges = asked.filter(({ url }) => url.startsWith('/signed')).map(({ range }) => range);
    assert.equal(ranges[0], undefined);
    assert.match(ranges.at(-1) ?? '', /^bytes=[1-9]\d*-$/);
  });

  it('begins anew with a server that knows no ranges', async () => {
    writeFileSync(path.join(folder, 'os.part'), '');
    serve = (_, response) => void response.writeHead(200).end(content);
    await import('node:fs/promises').then(({ mkdir }) => mkdir(path.join(folder, 'data')));
    writeFileSync(path.join(folder, 'data', 'os-00000-of-00001.parquet.part'), 'something else');
    assert.ok(readFileSync(await fetchIt()).equals(content));
  });

  it('keeps what came when it is stopped', async () => {
    const stopping = new AbortController();
    serve = (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 60_000));
    };
    const fetching = fetchIt(stopping.signal, () => stopping.abort(new Error('enough')));
    await assert.rejects(fetching, /enough/);
    const part = path.join(folder, 'data', 'os-00000-of-00001.parquet.part');
    assert.ok(statSync(part).size > 0);
    serve = whole;
    assert.ok(readFileSync(await fetchIt()).equals(content));
    assert.ok(!existsSync(part));
  });

  it('is refused, and nothing of it stays, when it came otherwise than the hub describes it', async () => {
    const other = Buffer.from(content);
    other[100] = (other[100] ?? 0) ^ 1;
    serve = (_, response) => void response.writeHead(200).end(other);
    await assert.rejects(fetchIt(), { code: 'hub.damaged' });
    serve = (_, response) => void response.writeHead(200).end(Buffer.concat([content, content]));
    await assert.rejects(fetchIt(), { code: 'hub.damaged' });
    assert.ok(!existsSync(path.join(folder, file.path)) && !existsSync(path.join(folder, `${file.path}.part`)));
  });

  for (const [status, code] of [
    [401, 'hub.token'],
    [403, 'hub.token'],
    [404, 'hub.missing'],
    [429, 'hub.busy'],
    [500, 'hub.refused'],
  ] as const) {
    it(`says what to do when the answer is ${status}`, async () => {
      serve = (_, response) => void response.writeHead(status).end('no');
      await assert.rejects(fetchIt(), { code });
    });
  }

  it('gives up where every connection breaks at once, where redirections go round, and where nobody answers', async () => {
    serve = (_, response) => void response.destroy();
    await assert.rejects(fetchIt(), { code: 'hub.unreachable' });
    serve = ({ url }, response) => void response.writeHead(302, { location: url }).end();
    await assert.rejects(fetchIt(), { code: 'hub.redirected' });
    serve = (_, response) => void response.writeHead(200, { 'content-length': content.length }).end();
    await assert.rejects(fetchIt(), { code: 'hub.cut' });
    const gone = { ...source, hub: 'http://127.0.0.1:9' };
    await assert.rejects(listHubFiles(gone, never), { code: 'hub.unreachable' });
  });

  it('of a server that is no hub is said to be none', async () => {
    const stranger = createServer((_, response) => void response.end('<html>Sign in</html>'));
    const url = await listening(stranger);
    await assert.rejects(listHubFiles({ ...source, hub: url }, never), { code: 'hub.unknown' });
    await new Promise((resolve) => stranger.close(resolve));
  });
});
