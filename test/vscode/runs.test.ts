import assert from 'node:assert/strict';
import type { AgentEvent } from '../../src/agent/events';
import { UserError } from '../../src/agent/errors';
import type { StartRun } from '../../src/agent/session';
import { unstarted } from '../../src/agent/session';
import { Runs } from '../../src/vscode/runs';

const request = { kind: 'os', problem: 'Count.', place: '/tmp' } as const;

/** A start that takes for ever unless it is aborted. */
const endless: StartRun = (_, __, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')));
  });

const started = (...events: AgentEvent[]): StartRun => {
  async function* stream(): AsyncGenerator<AgentEvent> {
    yield* events;
    await Promise.resolve();
  }
  return () => Promise.resolve({ events: stream(), terminal: undefined });
};

describe('The runs of a window', () => {
  it('end as stopped, not as failed, when they are stopped while they open', async () => {
    const run = new Runs(endless).start(request);
    run.stop();
    await run.done;
    assert.deepEqual(
      run.events.map(({ type }) => type),
      ['finished'],
    );
    assert.ok(run.events[0]?.type === 'finished');
    assert.equal(run.events[0].outcome, 'stopped');
  });

  it('have an outcome even when nothing could be opened', async () => {
    const error = new UserError('endpoint.unreachable', 'Nobody answers.');
    const run = new Runs(() => Promise.reject(error)).start(request);
    await run.done;
    assert.deepEqual(
      run.events.map((event) => (event.type === 'finished' ? event.outcome : event.type)),
      ['failure', 'failed'],
    );
  });

  it('go on one at a time', async () => {
    const runs = new Runs(endless);
    runs.start(request);
    assert.throws(
      () => runs.start(request),
      (error) => UserError.is(error) && error.code === 'run.busy',
    );
    await runs.close();
    assert.doesNotThrow(() => runs.requireIdle());
  });

  it('are judged once', async () => {
    const run = new Runs(started(unstarted(new AbortController().signal))).start(request);
    await run.done;
    run.judge('accepted');
    assert.throws(
      () => run.judge('rejected'),
      (error) => UserError.is(error) && error.code === 'record.decided',
    );
    run.reconsider();
    run.judge('rejected');
    assert.equal(run.verdict, 'rejected');
  });
});
