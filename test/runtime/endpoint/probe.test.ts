import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { recognise, type EndpointFacts, type ProbeAnswers } from '../../../src/runtime/endpoint/facts';
import { openEndpoint } from '../../../src/runtime/endpoint/openEndpoint';
import { probe } from '../../../src/runtime/endpoint/probe';
import { startFakeEndpoint, type FakeEndpoint, type FakeEndpointOptions } from '../../fakeEndpoint';
import { faces, type FakeFace } from '../../fakeEngines';
import { connectTo, failureOf, never, readAll } from './ask';

const silence: ProbeAnswers = {
  models: undefined,
  info: undefined,
  props: undefined,
  version: undefined,
  apiVersion: undefined,
  apiModels: undefined,
  modelInfo: undefined,
  deployments: undefined,
  engines: undefined,
  metrics: false,
};

describe('recognising a server', () => {
  let endpoint: FakeEndpoint | undefined;
  const serve = async (options: FakeEndpointOptions) => (endpoint = await startFakeEndpoint([], options));
  afterEach(async () => {
    await endpoint?.close();
    endpoint = undefined;
  });

  const factsOf = async (options: FakeEndpointOptions): Promise<EndpointFacts> => {
    const { url } = await serve(options);
    return probe(await openEndpoint({ baseUrl: url, conversationId: '1', apiKey: options.apiKey }), never);
  };

  const expected: Readonly<Record<FakeFace, Partial<EndpointFacts>>> = {
    openai: { engine: 'openai', version: undefined, grammar: 'none', metrics: false, slots: undefined },
    vllm: { engine: 'vllm', version: '0.32.0', grammar: 'regex', metrics: true, reportsCachedTokens: undefined },
    'vllm-router': { engine: 'vllm-router', version: undefined, grammar: 'regex', contextLength: undefined },
    sglang: { engine: 'sglang', grammar: 'regex', grammarFields: ['regex'], contextLength: 4096 },
    llamacpp: {
      engine: 'llamacpp',
      version: 'b1-de3ff81',
      grammar: 'gbnf',
      slots: 2,
      reportsCachedTokens: true,
      chatTemplate: 'other',
      contextLength: 4096,
    },
    'tgi-1.0.3': { engine: 'tgi', version: '1.0.3', grammar: 'none', contextLength: 4096 },
    'tgi-3': { engine: 'tgi', version: '3.3.7', grammar: 'regex', grammarFields: ['parameters.grammar'] },
    ollama: { engine: 'ollama', version: '0.32.0', grammar: 'none', metrics: false, contextLength: undefined },
    lmstudio: { engine: 'lmstudio', grammar: 'none', contextLength: 4096, metrics: false },
    fastchat: { engine: 'fastchat', grammar: 'none', contextLength: undefined },
    litellm: { engine: 'litellm', grammar: 'none', contextLength: undefined },
  };
  for (const face of Object.keys(faces) as FakeFace[]) {
    it(`names ${face}`, async () => {
      const facts = await factsOf({ face });
      assert.deepEqual({ ...facts, ...expected[face] }, facts);
    });
  }

  it('names it under a path and with a key', async () => {
    const { engine, models } = await factsOf({ face: 'llamacpp', apiKey: 'sk-secret' });
    assert.equal(engine, 'llamacpp');
    assert.deepEqual(models, [{ id: 'agentlm-7b', contextLength: 4096 }]);
    assert.ok(endpoint?.requests.every(({ headers }) => headers.authorization === 'Bearer sk-secret'));
  });

  it('reads only', async () => {
    await factsOf({ face: 'vllm' });
    assert.ok(endpoint?.requests.every(({ method, body }) => method === 'GET' && body === null));
  });

  it('takes a wrong key, a login page and a server that still loads for what they are', async () => {
    const { url } = await serve({ face: 'vllm', apiKey: 'sk-secret' });
    const work = openEndpoint({ baseUrl: url, conversationId: '1', apiKey: 'sk-wrong' }).then((it) => probe(it, never));
    assert.equal((await failureOf(work)).code, 'endpoint.unauthorized');
  });

  it('is not waited for by a route that hangs', async () => {
    const { url } = await serve({ models: { fault: 'hang' } });
    const at = await openEndpoint({ baseUrl: url, conversationId: '1' });
    assert.equal((await failureOf(probe(at, never, 30))).code, 'endpoint.timeout');
    for (const { closedEarly, path } of endpoint?.requests ?? [])
      assert.equal(await closedEarly, path === '/v1/models');
  });

  it('leaves nothing on the signal', async () => {
    const { signal } = new AbortController();
    const { url } = await serve({ face: 'ollama' });
    await probe(await openEndpoint({ baseUrl: url, conversationId: '1' }), signal);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('is repeated when the server is another one, and that one is asked at once', async () => {
    endpoint = await startFakeEndpoint(['a'], { face: 'vllm' });
    const model = await connectTo(endpoint);
    assert.equal(model.facts.engine, 'vllm');
    endpoint.turnInto('tgi-1.0.3');
    await readAll(model);
    assert.equal(model.facts.engine, 'tgi');
    assert.equal(endpoint.completions[0]?.path, '/generate_stream');
  });

  it('is repeated when a route is missing, which stays an error when the server is the same', async () => {
    endpoint = await startFakeEndpoint([{ status: 404, body: '' }], { face: 'vllm' });
    assert.equal((await failureOf(readAll(await connectTo(endpoint)))).code, 'endpoint.not-found');
    assert.equal(endpoint.completions.length, 1);
  });

  it('is repeated when the model is gone, to say which there are now', async () => {
    let models = [{ id: 'agentlm-7b' }];
    const gone = { status: 404, body: { error: "model 'agentlm-7b' not found" } };
    endpoint = await startFakeEndpoint([gone], {
      face: 'ollama',
      models: () => ({ status: 200, body: { data: models } }),
    });
    const model = await connectTo(endpoint);
    models = [{ id: 'llama3' }];
    const error = await failureOf(readAll(model));
    assert.equal(error.code, 'endpoint.unknown-model');
    assert.match(error.message, /It serves: llama3\./);
  });

  const info = (fields: object) => recognise({ ...silence, info: { model_id: 'm', ...fields } });

  it('keeps every prompt below the limit that TGI has for prompts', () => {
    assert.equal(info({ max_input_length: 1024, max_total_tokens: 2048, version: '1.1.0' }).contextLength, 1025);
    assert.equal(info({ max_input_length: 4096, max_total_tokens: 16384, version: '1.0.3' }).contextLength, 4096);
  });

  it('knows from which version on TGI takes a grammar', () => {
    const grammars = ['1.4.2', '1.4.3', '1.10.0', '2.0.0', 'dev', undefined].map(
      (version) => info({ max_total_tokens: 4096, version }).grammar,
    );
    assert.deepEqual(grammars, ['none', 'regex', 'regex', 'regex', 'none', 'none']);
  });

  it('believes no shape that it does not know', () => {
    for (const nonsense of [null, 1, 'x', [], {}, { data: 'x' }, { data: [null, 1] }, { version: 7 }]) {
      const answers = Object.fromEntries(Object.keys(silence).map((route) => [route, nonsense]));
      const { engine, version, contextLength } = recognise({ ...silence, ...answers, metrics: false });
      assert.deepEqual(
        { engine, version, contextLength },
        { engine: 'openai', version: undefined, contextLength: undefined },
      );
    }
  });
});
