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
    const [end] = run.events;
    assert.ok(end?.type === 'finished');
    assert.equal(end.outcome, 'stopped');
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

  it('go on side by side, the last one shown, until the window closes', async () => {
    const runs = new Runs(endless);
    const shown: unknown[] = [];
    runs.onDidShow((run) => shown.push(run));
    const [first, second] = [runs.start(request), runs.start(request)];
    assert.deepEqual(runs.all, [first, second]);
    runs.show(first);
    runs.show(undefined);
    assert.deepEqual(shown, [first, second, first, undefined]);
    assert.deepEqual([first.active, second.active], [true, true]);
    await runs.close();
    assert.deepEqual([first.active, second.active], [false, false]);
  });

  it('are forgotten when they are old, but never while they go on', async () => {
    const ended = started(unstarted(new AbortController().signal));
    let begun = 0;
    const runs = new Runs((...all) => (begun++ === 0 ? endless(...all) : ended(...all)));
    const first = runs.start(request);
    const second = runs.start(request);
    await second.done;
    for (let count = 0; count < 60; count++) await runs.start(request).done;
    assert.ok(runs.all.includes(first));
    assert.ok(!runs.all.includes(second));
    assert.ok(runs.all.length < 60);
    await runs.close();
  });

  it('are judged once', async () => {
    const run = new Runs(started(unstarted(new AbortController().signal))).start(request);
    await run.done;
    run.judge('accepted');
    assert.throws(
      () => run.judge('rejected'),
      (error) => UserError.is(error) && error.code === 'record.decided',
    );
    run.say({ type: 'verdict', verdict: 'undecided' });
    run.judge('rejected');
    assert.equal(run.verdict, 'rejected');
  });
});
