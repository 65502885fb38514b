import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createMetricsReader, parsePrometheus } from '../../../src/runtime/endpoint/metrics';
import { openEndpoint } from '../../../src/runtime/endpoint/openEndpoint';
import { startFakeEndpoint, type FakeEndpoint } from '../../fakeEndpoint';
import type { FakeFace } from '../../fakeEngines';
import { connectTo, never, readAll } from './ask';

describe('the metrics of', () => {
  let endpoint: FakeEndpoint;
  afterEach(async () => endpoint.close());
  const readerFor = async (face: FakeFace, now: () => number = () => 0) => {
    endpoint = await startFakeEndpoint([{ text: 'abcdefgh', chunkSize: 1 }], { face });
    return createMetricsReader(await openEndpoint({ baseUrl: endpoint.url, conversationId: '1' }), now);
  };

  const idle: Readonly<Partial<Record<FakeFace, object>>> = {
    vllm: { running: 0, waiting: 0, memoryUse: 0.5, tokensPerSecond: undefined },
    sglang: { running: 0, waiting: 2, memoryUse: 0.5, tokensPerSecond: 0.5 },
    llamacpp: { running: 0, waiting: 3, memoryUse: undefined, tokensPerSecond: 42.5 },
    'tgi-3': { running: 0, waiting: 1, memoryUse: undefined, tokensPerSecond: undefined },
  };
  for (const [face, expected] of Object.entries(idle)) {
    it(`${face} say how busy it is`, async () => {
      assert.deepEqual(await (await readerFor(face as FakeFace))(never), expected);
    });
  }

  it('vLLM give the speed from one reading to the next', async () => {
    let time = 0;
    const read = await readerFor('vllm', () => (time += 500));
    await read(never);
    await readAll(await connectTo(endpoint));
    assert.equal((await read(never))?.tokensPerSecond, 16);
  });

  it('a server without any are asked for once', async () => {
    for (const face of ['ollama', 'fastchat', 'lmstudio'] as const) {
      const read = await readerFor(face);
      assert.equal(await read(never), undefined);
      assert.equal(await read(never), undefined);
      assert.equal(endpoint.requests.filter(({ path }) => path === '/metrics').length, 1);
      if (face !== 'lmstudio') await endpoint.close();
    }
  });

  it('a server that is away are asked for again', async () => {
    const read = await readerFor('vllm');
    const port = Number(new URL(endpoint.url).port);
    await endpoint.close();
    assert.equal(await read(never), undefined);
    endpoint = await startFakeEndpoint([], { face: 'vllm', port });
    assert.equal((await read(never))?.running, 0);
  });

  it('a run that was stopped are not waited for', async () => {
    const read = await readerFor('vllm');
    await assert.rejects(read(AbortSignal.abort(new Error('stopped'))), /stopped/);
  });
});

describe('Prometheus text', () => {
  it('is read for its numbers, whatever stands around them', () => {
    const text =
      '# HELP a x\n# TYPE a gauge\na 1\na{b="c d",e="}"} 2.5 1700000000\r\nb_total{x="1"} 1e3\nc NaN\nd +Inf\n\nnonsense\n';
    assert.deepEqual(Object.fromEntries(parsePrometheus(text)), { a: [1, 2.5], b_total: [1000] });
  });

  it('of llama.cpp is read as recorded', function () {
    const file = '../shared/data/serving/llamacpp-metrics-after.json';
    if (!existsSync(file)) this.skip();
    const { body } = JSON.parse(readFileSync(file, 'utf8')) as { body: string };
    assert.ok((parsePrometheus(body).get('llamacpp:tokens_predicted_total')?.[0] ?? 0) > 0);
  });
});
