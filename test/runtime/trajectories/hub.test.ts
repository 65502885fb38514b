import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/agent/errors';
import { pushFiles } from '../../../src/runtime/trajectories/hub';

interface Asked {
  readonly route: string;
  readonly token: string | undefined;
  readonly body: string;
}

describe('Sending an export to the hub', () => {
  let folder: string;
  let hub: Server;
  let url: string;
  let asked: Asked[];
  let answerOf: (route: string) => { readonly status?: number; readonly body?: unknown } | 'nothing';

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-hub-'));
    asked = [];
    answerOf = (route) => {
      if (route === '/api/repos/create')
        return { status: 409, body: { error: 'You already created this dataset repo' } };
      if (route.includes('/preupload/')) {
        const modes = [
          { path: 'train.parquet', uploadMode: 'lfs' },
          { path: 'README.md', uploadMode: 'regular' },
        ];
        return { body: { files: modes } };
      }
      if (route.endsWith('/objects/batch')) {
        return {
          body: { objects: [{ actions: { upload: { href: `${url}/store/1`, header: { 'x-signed': 'yes' } } } }] },
        };
      }
      return { body: {} };
    };
    hub = createServer((request, response) => {
      const { url: route = '', headers } = request;
      void readAll(request).then((body) => {
        asked.push({ route, token: headers.authorization, body });
        const answer = answerOf(route);
        if (answer === 'nothing') return;
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body ?? {}));
      });
    });
    hub.listen(0, '127.0.0.1');
    await once(hub, 'listening');
    url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    hub.closeAllConnections();
    hub.close();
    await rm(folder, { recursive: true });
  });

  const target = () => ({ repository: 'me/runs', token: 'hf_secret', hub: url });

  async function filesOf(): Promise<string[]> {
    const files = [path.join(folder, 'train.parquet'), path.join(folder, 'README.md')];
    await writeFile(files[0] ?? '', 'rows');
    await writeFile(files[1] ?? '', '# A card\n');
    return files;
  }

  async function failure(signal = new AbortController().signal): Promise<unknown> {
    return pushFiles(await filesOf(), target(), () => {}, signal).then(
      () => assert.fail('It was sent.'),
      (error: unknown) => error,
    );
  }

  it('puts large files into the store and all of them into one commit', async () => {
    const told: number[] = [];
    const address = await pushFiles(
      await filesOf(),
      target(),
      (percent) => told.push(percent),
      AbortSignal.timeout(10_000),
    );
    assert.equal(address, `${url}/datasets/me/runs`);
    assert.deepEqual(
      asked.map(({ route, token }) => [route, token]),
      [
        ['/api/repos/create', 'Bearer hf_secret'],
        ['/api/datasets/me/runs/preupload/main', 'Bearer hf_secret'],
        ['/datasets/me/runs.git/info/lfs/objects/batch', 'Bearer hf_secret'],
        ['/store/1', undefined],
        ['/api/datasets/me/runs/commit/main', 'Bearer hf_secret'],
      ],
    );
    assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), {
      type: 'dataset',
      organization: 'me',
      name: 'runs',
      private: true,
    });
    assert.equal(asked[3]?.body, 'rows');
    const lines = asked[4]?.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    assert.deepEqual(lines?.slice(1), [
      {
        key: 'lfsFile',
        value: {
          path: 'train.parquet',
          algo: 'sha256',
          oid: createHash('sha256').update('rows').digest('hex'),
          size: 4,
        },
      },
      {
        key: 'file',
        value: { path: 'README.md', content: Buffer.from('# A card\n').toString('base64'), encoding: 'base64' },
      },
    ]);
    assert.equal(told.at(-1), 100);
  });

  it('says what to do when the token may not write, without repeating it', async () => {
    answerOf = () => ({ status: 403, body: { error: 'hf_secret is no good' } });
    const error = await failure();
    assert.ok(UserError.is(error));
    assert.equal(error.code, 'hub.token');
    assert.doesNotMatch(error.message, /hf_secret/);
  });

  it('says what the hub refused, and that it cannot be reached', async () => {
    answerOf = (route) => (route.includes('/commit/') ? { status: 413, body: { error: 'Too large.' } } : { body: {} });
    const error = await failure();
    assert.ok(UserError.is(error));
    assert.match(error.message, /\(413\): Too large\.$/);
    hub.close();
    hub.closeAllConnections();
    const unreachable = await failure();
    assert.ok(UserError.is(unreachable) && unreachable.code === 'hub.unreachable');
  });

  it('ends when it is stopped, and commits nothing', async () => {
    const stopping = new AbortController();
    answerOf = (route) => {
      if (!route.includes('/preupload/')) return { body: {} };
      stopping.abort(new Error('stopped'));
      return 'nothing';
    };
    assert.match(String(await failure(stopping.signal)), /stopped/);
    assert.ok(!asked.some(({ route }) => route.includes('/commit/')));
  });
});
