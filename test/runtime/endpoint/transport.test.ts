import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request as forward, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect as open, createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import type { EndpointOptions } from '../../../src/runtime/endpoint/connect';
import { openEndpoint } from '../../../src/runtime/endpoint/openEndpoint';
import { startFakeEndpoint, type FakeEndpoint } from '../../fakeEndpoint';
import { connectTo, failureOf, replyOf } from './ask';

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

describe('the way to a server', () => {
  let endpoint: FakeEndpoint;
  const closing: (() => Promise<unknown> | void)[] = [];
  beforeEach(async () => (endpoint = await startFakeEndpoint(['ok', 'ok'], { apiKey: 'sk-secret' })));
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await endpoint.close();
  });
  const to = async (options: Partial<EndpointOptions>) => connectTo(endpoint, { apiKey: 'sk-secret', ...options });

  /** A server of the test itself, that goes away with it. */
  async function listen<T extends Server | ReturnType<typeof createSocketServer>>(server: T): Promise<T> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    });
    return server;
  }

  it('is a connection for each request, because some servers close them unasked', async () => {
    await replyOf(await to({}));
    assert.ok(endpoint.requests.every(({ headers }) => headers.connection === 'close'));
  });

  it('takes extra headers along, but none of them replaces one of ours', async () => {
    const headers = { 'X-Team': 'agents', Authorization: 'Bearer other', 'x-session-id': 'other', Accept: 'text/html' };
    await replyOf(await to({ headers }));
    const sent = endpoint.completions[0]?.headers ?? {};
    assert.equal(sent['x-team'], 'agents');
    assert.equal(sent.authorization, 'Bearer sk-secret');
    assert.equal(sent['x-session-id'], 'conversation-1');
    assert.equal(sent.accept, 'text/event-stream, application/json');
  });

  it('names the conversation in the header that a router wants', async () => {
    await replyOf(await to({ sessionHeader: 'X-SMG-Routing-Key' }));
    assert.equal(endpoint.completions[0]?.headers['x-smg-routing-key'], 'conversation-1');
    assert.equal(endpoint.completions[0]?.headers['x-session-id'], undefined);
  });

  it('lets a gateway have its own authorization where there is no key', async () => {
    const open = await startFakeEndpoint(['ok']);
    closing.push(async () => open.close());
    await replyOf(await connectTo(open, { headers: { authorization: 'Basic abc' } }));
    assert.equal(open.completions[0]?.headers.authorization, 'Basic abc');
  });

  for (const [what, headers] of [
    ['a name that is none', { 'a b': 'x' }],
    ['a header that keeps llama.cpp busy after we left', { 'X-Conversation-Id': '1' }],
    ['the host of somebody else', { Host: 'elsewhere' }],
    ['a line break', { 'x-a': 'secret-value\r\nx-b: 1' }],
  ] as const) {
    it(`refuses an extra header with ${what}`, async () => {
      const error = await failureOf(to({ headers: { ...headers } }));
      assert.equal(error.code, 'endpoint.bad-header');
      assert.doesNotMatch(error.message, /secret-value/);
    });
  }

  it('never shows the value of an extra header', async () => {
    const served = await startFakeEndpoint([{ status: 400, body: { error: 'Token tok-4711-secret is no good' } }]);
    closing.push(async () => served.close());
    const error = await failureOf(replyOf(await connectTo(served, { headers: { 'x-gateway': 'tok-4711-secret' } })));
    assert.doesNotMatch(inspect(error, { depth: 10 }), /tok-4711/);
  });

  it('is given up when the connection does not stand in time', async () => {
    // A proxy that takes the request for a tunnel and says nothing is the one address on loopback that never connects.
    const silent = await listen(createSocketServer(() => {}));
    const proxy = `http://127.0.0.1:${portOf(silent)}`;
    const work = to({ baseUrl: 'https://gpu.example', proxy, connectTimeoutMs: 60 });
    assert.equal((await failureOf(work)).code, 'endpoint.timeout');
  });

  describe('through a proxy', () => {
    const seen: string[] = [];
    beforeEach(() => seen.splice(0));

    const startProxy = async (accept = true) =>
      listen(
        createServer((incoming, response) => {
          seen.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`);
          const { 'proxy-authorization': _, ...headers } = incoming.headers;
          const onward = forward(incoming.url ?? '', { method: incoming.method, headers }, (answer) => {
            response.writeHead(answer.statusCode ?? 500, answer.headers);
            answer.pipe(response);
          });
          response.on('close', () => onward.destroy());
          onward.on('error', () => response.destroy());
          incoming.pipe(onward);
        }).on('connect', (incoming, socket: Socket) => {
          seen.push(`CONNECT ${incoming.url}`);
          if (!accept) {
            socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
            return;
          }
          const [host = '', port] = (incoming.url ?? '').split(':');
          const onward = open(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
          onward.on('error', () => socket.destroy());
          socket.on('error', () => onward.destroy());
          socket.pipe(onward).pipe(socket);
        }),
      );

    it('asks it to forward, with its own user and password', async () => {
      const proxy = `http://user:p%40ss@127.0.0.1:${portOf(await startProxy())}`;
      assert.equal((await replyOf(await to({ proxy }))).text, 'ok');
      const credentials = Buffer.from('user:p@ss').toString('base64');
      assert.ok(seen.includes(`POST ${endpoint.url}/v1/completions Basic ${credentials}`));
      assert.equal(endpoint.completions[0]?.headers['proxy-authorization'], undefined);
    });

    it('says when it refuses', async () => {
      const proxy = `http://127.0.0.1:${portOf(await startProxy(false))}`;
      const error = await failureOf(to({ baseUrl: 'https://gpu.example', proxy }));
      assert.equal(error.code, 'endpoint.proxy');
      assert.match(error.message, /PROXY_HTTP_407/);
    });

    it('says when nobody is there, and that it was not the server', async () => {
      const gone = await startProxy();
      const proxy = `http://127.0.0.1:${portOf(gone)}`;
      gone.close();
      for (const baseUrl of [endpoint.url, 'https://gpu.example']) {
        const error = await failureOf(to({ baseUrl, proxy }));
        assert.equal(error.code, 'endpoint.proxy');
        assert.match(error.message, /PROXY_ECONNREFUSED/);
      }
    });

    it('is refused when it is none', async () => {
      for (const proxy of ['socks5://x:1', 'proxy', 'http://'])
        assert.equal((await failureOf(to({ proxy }))).code, 'endpoint.bad-proxy');
    });

    describe('and with certificates', () => {
      let folder: string;
      const file = (name: string) => path.join(folder, name);
      before(async function () {
        folder = await mkdtemp(path.join(tmpdir(), 'agentlm-tls-'));
        const openssl = (...options: string[]) =>
          execFileSync('openssl', options.join(' ').split(' '), { stdio: 'ignore' });
        try {
          for (const name of ['server', 'client']) {
            openssl(
              `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${name}`,
              `-addext subjectAltName=IP:127.0.0.1 -keyout ${file(`${name}.key`)} -out ${file(`${name}.pem`)}`,
            );
          }
        } catch {
          this.skip();
        }
        await writeFile(file('not.pem'), 'hello');
      });
      after(async () => rm(folder, { recursive: true, force: true }));

      /** TLS in front of the fake endpoint, for clients with the right certificate only. */
      const startSecure = async () => {
        const server = createSecureServer(
          {
            key: await readFile(file('server.key')),
            cert: await readFile(file('server.pem')),
            ca: await readFile(file('client.pem')),
            requestCert: true,
            rejectUnauthorized: true,
          },
          (incoming, response) => {
            const { method, url = '', headers } = incoming;
            const onward = forward(endpoint.url + url, { method, headers }, (answer) => {
              response.writeHead(answer.statusCode ?? 500, answer.headers);
              answer.pipe(response);
            });
            onward.on('error', () => response.destroy());
            incoming.pipe(onward);
          },
        );
        await listen(server);
        return `https://127.0.0.1:${portOf(server)}`;
      };
      const certified = () => ({
        caFile: file('server.pem'),
        clientCertificate: { certFile: file('client.pem'), keyFile: file('client.key') },
      });

      it('trusts the one it was given, and shows its own', async () => {
        assert.equal((await replyOf(await to({ baseUrl: await startSecure(), ...certified() }))).text, 'ok');
      });

      it('trusts no other', async () => {
        assert.equal((await failureOf(to({ baseUrl: await startSecure() }))).code, 'endpoint.tls');
      });

      it('goes through the tunnel of a proxy', async () => {
        const baseUrl = await startSecure();
        const proxy = `http://127.0.0.1:${portOf(await startProxy())}`;
        assert.equal((await replyOf(await to({ baseUrl, proxy, ...certified() }))).text, 'ok');
        assert.ok(seen.every((line) => line === `CONNECT ${new URL(baseUrl).host}`));
        assert.equal((await failureOf(to({ baseUrl, proxy }))).code, 'endpoint.tls');
      });

      it('says which file cannot be used', async () => {
        for (const caFile of [file('missing.pem'), file('not.pem')]) {
          const error = await failureOf(openEndpoint({ baseUrl: endpoint.url, conversationId: '1', caFile }));
          assert.equal(error.code, 'endpoint.bad-file');
          assert.ok(error.message.includes(caFile));
        }
      });
    });
  });
});
