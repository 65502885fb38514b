import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { findLocalServers } from '../../../src/runtime/endpoint/localServers';
import { startFakeEndpoint, type FakeEndpoint, type FakeEndpointOptions } from '../../fakeEndpoint';
import { never } from './ask';

describe('looking for servers on this machine', () => {
  const running: FakeEndpoint[] = [];
  afterEach(async () => {
    for (const endpoint of running.splice(0)) await endpoint.close();
  });
  const start = async (options: FakeEndpointOptions) => {
    const endpoint = await startFakeEndpoint([], options);
    running.push(endpoint);
    return Number(new URL(endpoint.url).port);
  };

  it('finds what runs at these ports, names it, and notices who wants a key', async () => {
    const ports = [
      await start({ face: 'ollama' }),
      await start({ face: 'tgi-1.0.3' }),
      await start({ face: 'vllm', apiKey: 'sk-secret' }),
    ];
    const found = await findLocalServers(never, ports);
    assert.deepEqual(
      found.map(({ address, facts }) => [address, facts?.engine]),
      [
        [`http://127.0.0.1:${ports[0]}`, 'ollama'],
        [`http://127.0.0.1:${ports[1]}`, 'tgi'],
        [`http://127.0.0.1:${ports[2]}`, undefined],
      ],
    );
  });

  it('does not take every server for a model', async () => {
    const web = createServer((_, response) => response.end('<!doctype html><title>My app</title>')).listen(
      0,
      '127.0.0.1',
    );
    const silent = createSocketServer().listen(0, '127.0.0.1');
    await Promise.all([once(web, 'listening'), once(silent, 'listening')]);
    const gone = await start({});
    await running.pop()?.close();
    try {
      const ports = [web, silent].map((server) => (server.address() as AddressInfo).port);
      assert.deepEqual(await findLocalServers(never, [...ports, gone, await start({ models: { status: 404 } })]), []);
    } finally {
      web.close();
      silent.close();
    }
  });

  it('stops when it is told to', async () => {
    await assert.rejects(findLocalServers(AbortSignal.abort(new Error('stopped')), [1]), /stopped/);
  });
});
