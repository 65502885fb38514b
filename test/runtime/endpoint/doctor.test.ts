import assert from 'node:assert/strict';
import { tokenCount } from '../../../src/runtime/endpoint/llamaTokenizer';
import { promptBytes } from '../../../src/runtime/endpoint/doctorVerdicts';
import { diagnose, type Check, type Report } from '../../../src/runtime/endpoint/doctor';
import type { EndpointOptions } from '../../../src/runtime/endpoint/connect';
import { startFakeEndpoint, type FakeEndpoint, type FakeEndpointOptions, type FakeReply } from '../../fakeEndpoint';
import { faces, type FakeFace } from '../../fakeEngines';
import type { FakeRequest } from '../../fakeExchange';
import { never } from './ask';

/** A server in good health: it keeps to a grammar, counts as Llama-2 does, has a prefix cache and takes a moment for a token. */
function healthy({ body, prompt }: FakeRequest): FakeReply {
  const constrained = JSON.stringify(body).includes('alpha');
  const [first = '', ...rest] = prompt.split('</s><s>');
  const promptTokens = [first, ...rest].reduce((sum, part) => sum + 1 + tokenCount(part), rest.length);
  return {
    text: constrained ? ' alpha gamma' : 'one\ntwo\nthree\n'.repeat(12),
    delayMs: 1,
    usage: { promptTokens, completionTokens: 40, cachedTokens: rest.length > 0 ? 64 : 0 },
  };
}

describe('the doctor', () => {
  let endpoint: FakeEndpoint;
  afterEach(async () => endpoint.close());

  async function examine(
    reply: (request: FakeRequest) => FakeReply,
    { face, ...rest }: FakeEndpointOptions,
    options: Partial<EndpointOptions> = {},
  ): Promise<
    Report & { readonly status: Readonly<Record<string, string>>; details: Readonly<Record<string, string>> }
  > {
    endpoint = await startFakeEndpoint(reply, { ...(face && { face }), ...rest });
    const examination = diagnose({ baseUrl: endpoint.url, conversationId: 'doctor', patienceMs: 0, ...options }, never);
    const seen: Check[] = [];
    for (;;) {
      const { value, done } = await examination.next();
      if (!done) {
        seen.push(value);
        continue;
      }
      assert.deepEqual(value.checks, seen);
      for (const { detail } of seen) assert.match(detail, /^\S.*\.$/s);
      return {
        ...value,
        status: Object.fromEntries(seen.map(({ id, status }) => [id, status])),
        details: Object.fromEntries(seen.map(({ id, detail }) => [id, detail])),
      };
    }
  }

  const all = {
    probe: 'pass',
    context: 'pass',
    metrics: 'pass',
    prompt: 'pass',
    streaming: 'pass',
    'first-token': 'pass',
    speed: 'pass',
    'prefix-cache': 'pass',
    grammar: 'pass',
    abort: 'pass',
  };
  const but: Readonly<Record<FakeFace, object>> = {
    vllm: {},
    'vllm-router': { context: 'warn' },
    sglang: {},
    llamacpp: {},
    'tgi-1.0.3': { grammar: 'warn', prompt: 'warn' },
    'tgi-3': {},
    ollama: { grammar: 'warn' },
    lmstudio: { grammar: 'warn' },
    fastchat: { grammar: 'warn', context: 'warn' },
    litellm: { grammar: 'warn', context: 'warn' },
    openai: { grammar: 'warn' },
  };
  for (const face of Object.keys(faces) as FakeFace[]) {
    it(`knows what is right with ${face}`, async () => {
      const { status, checks, engine, models } = await examine(healthy, { face });
      assert.deepEqual(status, { ...all, ...but[face] }, JSON.stringify(checks, null, 1));
      assert.deepEqual(models.length, 1);
      assert.ok(engine && face.startsWith(engine));
    });
  }

  it('sees in the tokens what is wrong with a prompt', () => {
    const verdict = (...ids: number[]) => promptBytes({ ids, idsExpected: 6, counted: undefined, countExpected: 6 });
    assert.equal(verdict(1, 518, 2, 1, 518, 9).status, 'pass');
    assert.match(verdict(1, 1, 518, 2, 1, 518).detail, /puts 2 <s> before a prompt/);
    assert.match(verdict(518, 2, 1, 518, 9, 9).detail, /puts 0 <s> before a prompt/);
    assert.match(verdict(1, 518, 829, 29879, 5, 6).detail, /as plain text/);
    assert.match(verdict(1, 518, 2, 1, 518).detail, /makes 5 tokens of a prompt that has 6/);
  });

  it('sees in a count that something was added to a prompt', async () => {
    const counted = (extra: number) => (request: FakeRequest) => {
      const reply = healthy(request);
      const usage = typeof reply === 'object' && 'usage' in reply ? reply.usage : undefined;
      return {
        ...(reply as object),
        usage: usage && { ...usage, promptTokens: usage.promptTokens + extra },
      } as FakeReply;
    };
    const { status, details } = await examine(counted(1), { face: 'sglang' });
    assert.equal(status['prompt'], 'fail');
    assert.match(details['prompt'] ?? '', /a second <s>/);
  });

  it('sees that a grammar is ignored, and that one is rejected', async () => {
    const ignoring = (request: FakeRequest) => healthy({ ...request, body: {} });
    assert.match((await examine(ignoring, { face: 'vllm' })).details['grammar'] ?? '', /ignored it/);
    await endpoint.close();
    const rejecting = (request: FakeRequest): FakeReply =>
      JSON.stringify(request.body).includes('alpha')
        ? { status: 400, body: { error: { message: 'failed to parse grammar' } } }
        : healthy(request);
    const { status, details } = await examine(rejecting, { face: 'llamacpp' });
    assert.equal(status['grammar'], 'warn');
    assert.match(details['grammar'] ?? '', /rejected a grammar/);
  });

  it('sees a reply that a proxy held back', async () => {
    const whole = (request: FakeRequest) => ({ ...(healthy(request) as object), chunkSize: 10_000 }) as FakeReply;
    assert.equal((await examine(whole, { face: 'vllm' })).status['streaming'], 'warn');
  });

  it('sees that no prefix is kept', async () => {
    const forgetful = (request: FakeRequest): FakeReply => ({
      ...(healthy(request) as { text: string }),
      usage: { promptTokens: 100, completionTokens: 40, cachedTokens: 0 },
    });
    assert.equal((await examine(forgetful, { face: 'llamacpp' })).status['prefix-cache'], 'warn');
  });

  it('warns of a short window', async () => {
    const { status, contextLength } = await examine(healthy, {
      face: 'vllm',
      models: [{ id: 'm', owned_by: 'vllm', max_model_len: 2048 }],
    });
    assert.equal(contextLength, 2048);
    assert.equal(status['context'], 'warn');
  });

  it('stops at what makes the rest impossible, and says what to do', async () => {
    const { checks, engine } = await examine(healthy, { apiKey: 'sk-secret' });
    assert.equal(engine, null);
    assert.deepEqual(
      checks.map(({ id, status }) => [id, status]),
      [['probe', 'fail']],
    );
    assert.match(checks[0]?.detail ?? '', /Enter the key/);
    await endpoint.close();
    const { status, engine: known } = await examine(() => ({ status: 500, body: { error: 'CUDA out of memory' } }), {
      face: 'vllm',
    });
    assert.equal(known, 'vllm');
    assert.equal(status['reply'], 'fail');
  });

  it('never leaves a request behind', async () => {
    await examine(healthy, { face: 'llamacpp' });
    for (const { closedEarly } of endpoint.requests) await closedEarly;
  });

  it('can be stopped', async () => {
    endpoint = await startFakeEndpoint(() => ({ fault: 'hang' }));
    const stop = new AbortController();
    const work = (async () => {
      for await (const { id } of diagnose({ baseUrl: endpoint.url, conversationId: '1' }, stop.signal))
        if (id === 'metrics') setTimeout(() => stop.abort(new Error('stopped')), 20);
    })();
    await assert.rejects(work, /stopped/);
  });
});
