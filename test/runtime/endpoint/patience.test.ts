import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { EndpointOptions } from '../../../src/runtime/endpoint/connect';
import type { EndpointNotice } from '../../../src/agent/events';
import { retryAfter, refused } from '../../../src/runtime/endpoint/errors';
import { openEndpoint } from '../../../src/runtime/endpoint/openEndpoint';
import { readRefusal } from '../../../src/runtime/endpoint/refusal';
import { startFakeEndpoint, type FakeEndpoint, type FakeReply } from '../../fakeEndpoint';
import { connectTo, failureOf, question, readAll, replyOf } from './ask';

const soon = { 'retry-after': '0.001' };
const busy: FakeReply = { status: 429, body: { error: 'Model is overloaded' }, headers: soon };

describe('patience with a server', () => {
  let endpoint: FakeEndpoint;
  let notices: EndpointNotice[];
  beforeEach(() => (notices = []));
  afterEach(async () => endpoint.close());
  const serve = async (replies: readonly FakeReply[], options: Partial<EndpointOptions> = {}) => {
    endpoint = await startFakeEndpoint(replies);
    return connectTo(endpoint, { patienceMs: 10_000, onNotice: (notice) => notices.push(notice), ...options });
  };

  const passing: Readonly<Record<string, FakeReply>> = {
    'HTTP 429': busy,
    'HTTP 503': { status: 503, body: { error: 'Server is overloaded' }, headers: soon },
    'HTTP 529': { status: 529, body: { error: 'busy' }, headers: soon },
    'FastChat’s code with HTTP 400': {
      status: 400,
      body: { object: 'error', message: 'HIGH TRAFFIC', code: 42903 },
      headers: soon,
    },
    'the queue full, in the stream': {
      text: '',
      ending: { error: { message: 'The request queue is full.', code: 503 } },
    },
    'memory that others use up': {
      status: 500,
      body: { error: { message: 'Context size has been exceeded.' } },
      headers: soon,
    },
    'a model that still loads': { status: 503, body: { error: { message: 'Loading model' } }, headers: soon },
    'a connection that breaks once': { fault: 'reset' },
  };
  for (const [what, answer] of Object.entries(passing)) {
    it(`asks again after ${what}, and says so`, async () => {
      assert.equal((await replyOf(await serve([answer, 'ok']))).text, 'ok');
      assert.equal(endpoint.completions.length, 2);
      const [notice] = notices;
      assert.ok(notice?.code === 'waiting' && notice.attempt === 1 && notice.waitMs >= 0);
      assert.match(notice.reason.message, /\.$/);
    });
  }

  for (const status of [400, 401, 403, 404, 422, 500, 502]) {
    it(`does not ask again after HTTP ${status}`, async () => {
      await failureOf(readAll(await serve([{ status, body: { error: 'no' }, headers: soon }, 'ok'])));
      assert.equal(endpoint.completions.length, 1);
      assert.deepEqual(notices, []);
    });
  }

  it('is over with the first token: what was seen is never asked for again', async () => {
    const work = readAll(
      await serve([{ text: 'Think', ending: { error: { message: 'The request queue is full.' } } }, 'ok']),
    );
    assert.equal((await failureOf(work)).code, 'endpoint.overloaded');
    assert.equal(endpoint.completions.length, 1);
  });

  it('is over at the second connection that breaks', async () => {
    assert.equal(
      (await failureOf(readAll(await serve([{ fault: 'reset' }, { fault: 'reset' }, 'ok'])))).code,
      'endpoint.connection-lost',
    );
  });

  it('has an end, and no wait that goes beyond it', async () => {
    const later = { ...busy, headers: { 'retry-after': '3600' } };
    assert.equal((await failureOf(readAll(await serve([later, 'ok'])))).code, 'endpoint.overloaded');
    assert.equal(endpoint.completions.length, 1);
  });

  it('ends with the run', async () => {
    const stop = new AbortController();
    const model = await serve([{ ...busy, headers: { 'retry-after': '9' } }], {
      onNotice: () => stop.abort(new Error('stopped by the user')),
    });
    await assert.rejects(readAll(model, question, stop.signal), /stopped by the user/);
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  });

  it('waits for a server that is being started again, and finds it', async () => {
    const model = await serve(['never said']);
    const port = Number(new URL(endpoint.url).port);
    await endpoint.close();
    const restarted = new Promise<FakeEndpoint>((resolve, reject) => {
      setTimeout(() => void startFakeEndpoint(['back'], { port }).then(resolve, reject), 300);
    });
    assert.equal((await replyOf(model)).text, 'back');
    endpoint = await restarted;
    assert.equal(notices[0]?.code === 'waiting' && notices[0].reason.code, 'endpoint.unreachable');
  }).timeout(10_000);

  it('begins with the first question: a model that loads is waited for', async () => {
    let asked = 0;
    endpoint = await startFakeEndpoint(['ok']);
    const loading = { status: 503, body: { error: { message: 'Loading model' } }, headers: soon };
    await endpoint.close();
    endpoint = await startFakeEndpoint(['ok'], {
      models: () => (asked++ === 0 ? loading : { status: 200, body: { data: [{ id: 'm' }] } }),
    });
    const model = await connectTo(endpoint, { patienceMs: 5000, onNotice: (notice) => notices.push(notice) });
    assert.equal(model.name, 'm');
    assert.equal(notices.length, 1);
  });

  it('is told how long by the server, in each of its ways', async () => {
    await serve([]);
    const at = await openEndpoint({ baseUrl: endpoint.url, conversationId: '1' });
    const wait = (message: string, header: string | null) =>
      retryAfter(refused(at, readRefusal({ error: message }, 429, header)));
    assert.equal(wait('busy', '7'), 7000);
    assert.equal(wait('No deployments available, Try again in 5 seconds. Passed model=m', null), 5000);
    assert.equal(wait('Please retry after 12 seconds.', null), 12_000);
    assert.equal(wait('busy', null), undefined);
    assert.equal(wait('busy', 'soon'), undefined);
    assert.equal(wait('busy', 'Wed, 21 Oct 2015 07:28:00 GMT'), 0);
  });

  it('has one more limit where it is set: the whole reply', async () => {
    const model = await serve([{ text: 'a'.repeat(4000), delayMs: 2 }], { totalTimeoutMs: 60 });
    const error = await failureOf(readAll(model));
    assert.equal(error.code, 'endpoint.timeout');
    assert.match(error.message, /within 0\.06 s/);
    assert.equal(await endpoint.completions[0]?.closedEarly, true);
  });
});
