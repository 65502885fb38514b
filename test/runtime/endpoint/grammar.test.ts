import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { databaseTask } from '../../../src/agent/tasks/database';
import { osTask } from '../../../src/agent/tasks/os';
import type { EndpointOptions } from '../../../src/runtime/endpoint/connect';
import { grammarCheck } from '../../../src/runtime/endpoint/grammarCheck';
import type { GrammarVerdict } from '../../../src/runtime/endpoint/grammarWatch';
import type { EndpointNotice } from '../../../src/agent/events';
import { startFakeEndpoint, type FakeEndpoint, type FakeReply } from '../../fakeEndpoint';
import type { FakeFace } from '../../fakeEngines';
import { grammarCases } from '../../grammarCases';
import { connectTo, failureOf, question, readAll } from './ask';

const { grammar } = osTask;
const request = { ...question, grammar };
const good = 'Think: done.\n\nAct: finish';
const bad = 'Sure, I am happy to help.';
const rejection = {
  status: 400,
  body: { error: { message: 'Failed to initialize samplers: failed to parse grammar' } },
};

describe('the action grammar', () => {
  let endpoint: FakeEndpoint;
  let notices: EndpointNotice[];
  beforeEach(() => (notices = []));
  afterEach(async () => endpoint.close());
  const serve = async (face: FakeFace, replies: readonly FakeReply[], options: Partial<EndpointOptions> = {}) => {
    endpoint = await startFakeEndpoint(replies, { face });
    return connectTo(endpoint, { onNotice: (notice) => notices.push(notice), ...options });
  };
  const sent = (index: number) => {
    const body = endpoint.completions[index]?.body ?? {};
    const { structured_outputs, guided_regex, regex, grammar: gbnf, parameters } = body;
    const ofTgi = (parameters as { grammar?: unknown } | undefined)?.grammar;
    return JSON.parse(
      JSON.stringify({ structured_outputs, guided_regex, regex, grammar: gbnf, parameters: ofTgi }),
    ) as object;
  };

  const { regex, gbnf } = grammar;
  const fields: Readonly<Partial<Record<FakeFace, object>>> = {
    vllm: { structured_outputs: { regex }, guided_regex: regex },
    'vllm-router': { structured_outputs: { regex }, guided_regex: regex },
    sglang: { regex },
    llamacpp: { grammar: gbnf },
    'tgi-3': { parameters: { type: 'regex', value: regex } },
    'tgi-1.0.3': {},
    ollama: {},
    lmstudio: {},
    fastchat: {},
    litellm: {},
    openai: {},
  };
  for (const [face, expected] of Object.entries(fields)) {
    it(`is sent to ${face} in the field that it knows, or not at all`, async () => {
      await readAll(await serve(face as FakeFace, [good]), request);
      assert.deepEqual(sent(0), expected);
      assert.deepEqual(notices, []);
    });
  }

  it('is not sent when the user does not want it', async () => {
    await readAll(await serve('vllm', [good], { constrain: false }), request);
    assert.deepEqual(sent(0), {});
  });

  for (const [server, answer] of [
    ['llamacpp', rejection],
    ['vllm', { status: 400, body: { error: { message: 'Invalid grammar: unexpected token' } } }],
    [
      'tgi-3',
      { status: 422, body: { error: 'Input validation error: grammar is not supported', error_type: 'validation' } },
    ],
    [
      'vllm',
      {
        status: 422,
        body: { detail: [{ loc: ['body', 'structured_outputs'], msg: 'Extra inputs are not permitted' }] },
      },
    ],
  ] as [FakeFace, FakeReply][]) {
    it(`is left out once ${server} has rejected it, and the user is told`, async () => {
      const model = await serve(server, [answer, good, good]);
      await readAll(model, request);
      await readAll(model, request);
      assert.notDeepEqual(sent(0), {});
      assert.deepEqual([sent(1), sent(2)], [{}, {}]);
      assert.deepEqual(
        notices.map(({ code }) => code),
        ['grammar-rejected'],
      );
    });
  }

  it('is not the reason of every refusal: one without a grammar is an error', async () => {
    const model = await serve('llamacpp', [rejection, rejection]);
    assert.equal((await failureOf(readAll(model, request))).code, 'endpoint.grammar-rejected');
    assert.equal(endpoint.completions.length, 2);
  });

  it('is left out once a server has ignored it, and the user is told once', async () => {
    const model = await serve('vllm', [bad, bad]);
    await readAll(model, request);
    await readAll(model, request);
    assert.deepEqual(sent(1), {});
    assert.deepEqual(notices, [{ code: 'grammar-ignored' }]);
  });

  it('is known to be ignored also where nobody reads the reply to its end', async () => {
    const model = await serve('vllm', [{ text: bad.repeat(20), delayMs: 1 }]);
    let text = '';
    for await (const chunk of model.reply(request, new AbortController().signal))
      if ((text += chunk.text).length > 20) break;
    assert.deepEqual(notices, [{ code: 'grammar-ignored' }]);
  });

  it('is given the benefit of the doubt by a reply that was left, stopped or cut in the middle', async () => {
    const model = await serve('vllm', [
      { text: good, delayMs: 1 },
      { text: 'Think: do', finishReason: 'length' },
      { text: bad, delayMs: 5 },
    ]);
    for await (const { text } of model.reply(request, new AbortController().signal)) if (text) break;
    await readAll(model, request);
    const stop = new AbortController();
    await assert.rejects(async () => {
      for await (const { text } of model.reply(request, stop.signal)) if (text) stop.abort(new Error('stopped'));
    }, /stopped/);
    await sleep(1);
    assert.deepEqual(notices, []);
  });

  it('is remembered beyond a conversation by whoever keeps the memory', async () => {
    const grammarMemory = new Map<string, GrammarVerdict>();
    await readAll(await serve('vllm', [bad, good], { grammarMemory }), request);
    await readAll(await connectTo(endpoint, { grammarMemory, conversationId: '2' }), request);
    assert.deepEqual(sent(1), {});
    assert.deepEqual([...grammarMemory], [[`${endpoint.url} vllm 0.32.0 agentlm-7b`, 'ignored']]);
  });
});

describe('checking a reply against its grammar', () => {
  const os = grammarCheck(osTask.grammar.regex);
  const database = grammarCheck(databaseTask([]).grammar.regex);
  const groups = [
    [os, grammarCases.osOK, grammarCases.osBad],
    [database, grammarCases.dbOK, grammarCases.dbBad],
  ] as const;

  it('accepts what fits, and every beginning of it', () => {
    for (const [check, accepted] of groups) {
      for (const reply of accepted) {
        assert.ok(check.whole(reply), reply);
        for (let length = 0; length <= reply.length; length++)
          assert.ok(check.beginning(reply.slice(0, length)), reply);
      }
    }
  });

  it('refuses what does not fit', () => {
    for (const [check, , refused] of groups) for (const reply of refused) assert.ok(!check.whole(reply), reply);
  });

  it('knows a beginning that nothing can save', () => {
    for (const reply of [
      'Sure',
      'Think: a\n\nAct: fly',
      'Think: a\n\nAct: bash\n\n```sh',
      'Think: a\n\nAct: finish\nmore',
    ])
      assert.ok(!os.beginning(reply), reply);
    assert.ok(!database.beginning('Action: Operation\n```sql\nSELECT 1;\n```\n\nAction'));
  });

  it('takes a regular expression apart without changing what it means', () => {
    const check = grammarCheck('a(b|cd*)+[^x\\]]?\\.(e|)');
    const accepted = ['ab.', 'acddbz.e', 'abb.e', 'ac.', 'ac..'];
    fc.assert(
      fc.property(fc.constantFrom(...accepted), fc.nat(6), (text, length) => check.beginning(text.slice(0, length))),
    );
    for (const text of ['b', 'ax', 'ab.f', 'abx', 'acdx.', 'ab.ee']) assert.ok(!check.beginning(text), text);
  });

  it('has an end, whatever it is given', () => {
    for (const text of [
      `Think: ${'A'.repeat(30_000)}`,
      `Think: a${'\nA'.repeat(15_000)}`,
      `Think: a${'\n``'.repeat(10_000)}`,
    ]) {
      os.beginning(text);
      os.whole(text);
    }
  });
});
