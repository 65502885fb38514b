import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { EndpointNotice } from '../../../src/agent/events';
import { createAdmission } from '../../../src/runtime/endpoint/admission';
import type { EndpointModel } from '../../../src/runtime/endpoint/endpointModel';
import { startFakeEndpoint, type FakeEndpoint, type FakeReply } from '../../fakeEndpoint';
import { connectTo, readAll } from './ask';

describe('admission to a server', () => {
  const never = new AbortController().signal;
  const silently = (): void => {};

  it('lets as many in as there is room for, and the others in their order', async () => {
    const admission = createAdmission();
    const order: string[] = [];
    const enter = async (name: string): Promise<() => void> => {
      const leave = await admission.enter(2, never, (ahead) => order.push(`${name} waits behind ${ahead}`));
      order.push(name);
      return leave;
    };
    const [leaveA, leaveB] = [await enter('a'), await enter('b')];
    const [c, d] = [enter('c'), enter('d')];
    leaveB();
    const leaveC = await c;
    leaveC();
    (await d)();
    leaveA();
    assert.deepEqual(order, ['a', 'b', 'c waits behind 2', 'd waits behind 3', 'c', 'd']);
  });

  it('forgets who gave up, and lets the next one in', async () => {
    const admission = createAdmission();
    const leave = await admission.enter(1, never, silently);
    const impatient = new AbortController();
    const first = admission.enter(1, impatient.signal, silently);
    const second = admission.enter(1, never, silently);
    impatient.abort(new Error('enough'));
    await assert.rejects(first, /enough/);
    leave();
    (await second)();
    await assert.rejects(admission.enter(1, impatient.signal, silently), /enough/);
  });

  it('does not mind an abort in the very moment of being let in', async () => {
    const admission = createAdmission();
    const leave = await admission.enter(1, never, silently);
    const stopping = new AbortController();
    const first = admission.enter(1, stopping.signal, silently);
    const second = admission.enter(1, never, silently);
    leave();
    stopping.abort();
    (await first)();
    (await second)();
    assert.equal(getEventListeners(stopping.signal, 'abort').length, 0);
  });

  it('lets one in at a time once it was narrowed', async () => {
    const admission = createAdmission();
    const leaving = [await admission.enter(4, never, silently), await admission.enter(4, never, silently)];
    admission.narrow();
    let entered = false;
    const third = admission.enter(4, never, silently).then((leave) => {
      entered = true;
      return leave;
    });
    leaving.pop()?.();
    await turn();
    assert.equal(entered, false);
    leaving.pop()?.();
    (await third)();
  });
});

describe('several tasks at one endpoint', () => {
  let endpoint: FakeEndpoint;
  afterEach(async () => endpoint.close());

  async function askAll(models: (notices: EndpointNotice[]) => Promise<EndpointModel[]>) {
    const notices: EndpointNotice[] = [];
    await Promise.all((await models(notices)).map(async (model) => readAll(model)));
    return notices;
  }

  async function serve(face: 'llamacpp' | 'vllm', answer: () => Promise<FakeReply>) {
    endpoint = await startFakeEndpoint(answer, { face });
    const admission = createAdmission();
    return async (notices: EndpointNotice[]) =>
      Promise.all(
        Array.from({ length: 4 }, async (_, index) =>
          connectTo(endpoint, {
            admission,
            constrain: false,
            patienceMs: 10_000,
            conversationId: `${index}`,
            onNotice: (notice) => notices.push(notice),
          }),
        ),
      );
  }

  it('wait for a slot of llama.cpp, and say so', async () => {
    const two = meeting(2);
    let now = 0;
    let most = 0;
    const models = await serve('llamacpp', async () => {
      most = Math.max(most, ++now);
      await two();
      now--;
      return 'ok';
    });
    const notices = await askAll(models);
    assert.equal((await models([]))[0]?.facts.slots, 2);
    assert.equal(most, 2);
    assert.deepEqual(notices, [
      { code: 'queued', ahead: 2 },
      { code: 'queued', ahead: 3 },
    ]);
  });

  it('do not wait for each other where the server has a queue', async () => {
    const four = meeting(4);
    const models = await serve('vllm', async () => {
      await four();
      return 'ok';
    });
    assert.deepEqual(await askAll(models), []);
  });

  it('come one after the other as soon as two did not fit into the memory of llama.cpp', async () => {
    const two = meeting(2);
    let now = 0;
    const together: number[] = [];
    const models = await serve('llamacpp', async () => {
      together.push(++now);
      await two();
      const crowded = together.length === 2;
      await turn();
      now--;
      const full = { error: { message: 'Context size has been exceeded.' } };
      return crowded ? { status: 500, body: full, headers: { 'retry-after': '0.001' } } : 'ok';
    });
    await askAll(models);
    assert.equal(together[1], 2);
    assert.equal(together.at(-1), 1);
  });
});

/** Whoever comes waits until so many are there; afterwards nobody waits. */
function meeting(size: number): () => Promise<void> {
  const all = Promise.withResolvers<void>();
  let there = 0;
  return async () => {
    if (++there === size) all.resolve();
    await all.promise;
  };
}
