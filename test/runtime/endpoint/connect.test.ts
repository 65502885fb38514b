import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { inspect } from 'node:util';
import { connect } from '../../../src/runtime/endpoint/connect';
import { startFakeEndpoint, type FakeEndpoint, type FakeEndpointOptions } from '../../fakeEndpoint';
import { connectTo, failureOf, never } from './ask';

describe('connecting to an endpoint', () => {
  let endpoint: FakeEndpoint | undefined;
  const serve = async (options?: FakeEndpointOptions) => (endpoint = await startFakeEndpoint([], options));
  afterEach(async () => {
    await endpoint?.close();
    endpoint = undefined;
  });

  it('takes the first model that is served', async () => {
    const model = await connectTo(await serve({ models: [{ id: 'agentlm-7b' }, { id: 'agentlm-13b' }] }));
    assert.equal(model.name, 'agentlm-7b');
    assert.equal(model.contextLength, 4096);
  });

  it('takes the model that is asked for', async () => {
    const model = await connectTo(await serve({ models: [{ id: 'agentlm-7b' }, { id: 'agentlm-13b' }] }), {
      model: 'agentlm-13b',
    });
    assert.equal(model.name, 'agentlm-13b');
  });

  it('knows a model of Ollama by its name without the tag', async () => {
    const served = await serve({ face: 'ollama', models: [{ id: 'other:7b' }, { id: 'agentlm:latest' }] });
    assert.equal((await connectTo(served, { model: 'agentlm' })).name, 'agentlm:latest');
  });

  it('gives TGI, which knows its model by a folder, whatever name the user gives it', async () => {
    const served = await serve({ face: 'tgi-1.0.3' });
    assert.equal((await connectTo(served, { model: 'agentlm-7b' })).name, 'agentlm-7b');
    assert.equal((await connectTo(served)).name, '/data');
  });

  it('says which models there are when the one asked for is not among them', async () => {
    const served = await serve({ models: [{ id: 'agentlm-7b' }, { id: 'agentlm-13b' }] });
    const error = await failureOf(connectTo(served, { model: 'agentlm-70b' }));
    assert.equal(error.code, 'endpoint.unknown-model');
    assert.match(error.message, /agentlm-70b\. It serves: agentlm-7b, agentlm-13b\./);
  });

  const windows: [string, object, number | undefined, number][] = [
    ['vLLM and SGLang: max_model_len', { max_model_len: 2048 }, undefined, 2048],
    ['llama.cpp: n_ctx of a slot, not the trained one', { meta: { n_ctx: 2048, n_ctx_train: 4096 } }, undefined, 2048],
    ['a server that claims more than the model has learnt', { max_model_len: 16384 }, undefined, 4096],
    ['a smaller setting', { max_model_len: 4096 }, 1024, 1024],
    ['a server and a setting that both claim more', { max_model_len: 16384 }, 8192, 4096],
    ['a larger setting', { max_model_len: 2048 }, 8192, 2048],
    ['a server that does not say', {}, undefined, 4096],
    ['a server that says nonsense', { max_model_len: 'many', meta: { n_ctx: -1 } }, undefined, 4096],
  ];
  for (const [who, fields, contextLength, expected] of windows) {
    it(`knows the context window of ${who}`, async () => {
      const model = await connectTo(await serve({ models: [{ id: 'm', ...fields }] }), { contextLength });
      assert.equal(model.contextLength, expected);
    });
  }

  it('finds the API whether or not the address ends in /v1', async () => {
    const served = await serve();
    for (const path of ['', '/', '/v1', '/v1/', '/v1/completions'])
      await connectTo(served, { baseUrl: served.url + path });
    const lists = served.requests.filter(({ path }) => path.includes('/v1')).map(({ path }) => path);
    assert.deepEqual(new Set(lists), new Set(['/v1/models']));
  });

  it('sends the key and the conversation', async () => {
    const served = await serve({ apiKey: 'sk-secret' });
    await connectTo(served, { apiKey: ' sk-secret\n' });
    assert.equal(served.requests[0]?.headers['x-session-id'], 'conversation-1');
  });

  it('tells a wrong key from a missing one', async () => {
    const served = await serve({ apiKey: 'sk-secret' });
    const wrong = await failureOf(connectTo(served, { apiKey: 'sk-other' }));
    assert.equal(wrong.code, 'endpoint.unauthorized');
    assert.match(wrong.message, /did not accept the API key/);
    assert.match((await failureOf(connectTo(served))).message, /asks for an API key/);
  });

  it('refuses a key that no header can carry, and does not repeat it', async () => {
    const error = await failureOf(connectTo(await serve(), { apiKey: 'sk-one\nsk-two' }));
    assert.equal(error.code, 'endpoint.bad-key');
    assert.doesNotMatch(error.message, /sk-/);
  });

  it('accepts a server without a list of models when the model is named', async () => {
    const served = await serve({ models: { status: 404, body: '' } });
    assert.equal((await connectTo(served, { model: 'agentlm-7b' })).name, 'agentlm-7b');
    assert.equal((await failureOf(connectTo(served))).code, 'endpoint.no-model-list');
  });

  it('says when no model is loaded', async () => {
    assert.equal((await failureOf(connectTo(await serve({ models: [] })))).code, 'endpoint.no-model');
  });

  const noLists: [string, FakeEndpointOptions['models'] & object, string][] = [
    [
      'a login page',
      { status: 200, body: '<html>', headers: { 'content-type': 'text/html; charset=utf-8' } },
      'not-an-api',
    ],
    ['text that is no JSON', { status: 200, body: 'Ollama is running' }, 'not-an-api'],
    ['JSON that is no list', { status: 200, body: { ok: true } }, 'not-an-api'],
    ['an empty answer', { status: 204 }, 'not-an-api'],
    ['an error with status 200', { status: 200, body: { error: 'Model is overloaded' } }, 'overloaded'],
    ['a server that still loads', { status: 503, body: { error: { message: 'Loading model' } } }, 'loading'],
    ['a gateway with nothing behind it', { status: 502, body: '<html><title>502 Bad Gateway</title>' }, 'gateway'],
    ['a connection that breaks', { fault: 'reset' }, 'connection-lost'],
  ];
  for (const [what, models, code] of noLists) {
    it(`explains ${what}`, async () => {
      assert.equal((await failureOf(connectTo(await serve({ models })))).code, `endpoint.${code}`);
    });
  }

  it('is not led elsewhere, with the key or without', async () => {
    const other = await startFakeEndpoint([]);
    try {
      const location = `${other.url}/v1/models?state=secret`;
      const served = await serve({ models: { status: 307, headers: { location } } });
      const error = await failureOf(connectTo(served, { apiKey: 'sk-secret' }));
      assert.equal(error.code, 'endpoint.redirected');
      assert.ok(error.message.includes(`${other.url}/v1/models`));
      assert.doesNotMatch(error.message, /state/);
      assert.equal(other.requests.length, 0);
    } finally {
      await other.close();
    }
  });

  it('says from which machine nobody was reached', async () => {
    const served = await startFakeEndpoint([]);
    await served.close();
    const error = await failureOf(connectTo(served));
    assert.equal(error.code, 'endpoint.unreachable');
    assert.ok(error.message.includes(`${served.url} (tried from ${hostname()}: ECONNREFUSED)`));
    assert.ok(error.cause instanceof Error);
  });

  it('says when the host has no address', async () => {
    const work = connect({ baseUrl: 'http://agentlm.invalid:8000', conversationId: '1' }, never);
    assert.equal((await failureOf(work)).code, 'endpoint.dns');
  });

  it('says when the server speaks no TLS', async () => {
    const served = await serve();
    const error = await failureOf(connectTo(served, { baseUrl: served.url.replace('http:', 'https:') }));
    assert.equal(error.code, 'endpoint.tls');
  });

  it('says when the port belongs to something that speaks no HTTP, and keeps the key out of it', async () => {
    const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    try {
      const baseUrl = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
      const error = await failureOf(connect({ baseUrl, apiKey: 'sk-secret', conversationId: '1' }, never));
      assert.equal(error.code, 'endpoint.not-an-api');
      assert.doesNotMatch(inspect(error, { depth: 10 }), /sk-secret/);
    } finally {
      echo.close();
    }
  });

  it('stops asking when it is aborted', async () => {
    const served = await serve({ models: { fault: 'hang' } });
    const stop = new AbortController();
    const work = connect({ baseUrl: served.url, conversationId: '1' }, stop.signal);
    while (served.requests.length === 0) await new Promise(setImmediate);
    stop.abort(new Error('stopped by the user'));
    await assert.rejects(work, /stopped by the user/);
    assert.equal(await served.requests[0]?.closedEarly, true);
  });

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    await connect({ baseUrl: (await serve()).url, conversationId: '1' }, signal);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('gives up on a server that takes the question and says nothing', async () => {
    const served = await serve({ models: { fault: 'hang' } });
    const error = await failureOf(connectTo(served, { connectTimeoutMs: 50 }));
    assert.equal(error.code, 'endpoint.timeout');
    assert.match(error.message, /within 0\.05 s/);
    assert.equal(await served.requests[0]?.closedEarly, true);
  });
});
