import assert from 'node:assert/strict';
import type { AgentEvent } from '../../../src/agent/events';
import { UserError } from '../../../src/agent/errors';
import type { StartRun } from '../../../src/agent/session';
import { unstarted } from '../../../src/agent/session';
import { Runs } from '../../../src/vscode/runs/runs';

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

  it('hand what is said to an agent over once, and let it be taken back before', async () => {
    let take: (() => readonly string[]) | undefined;
    const runs = new Runs((_request, _ask, signal, _notice, course) => {
      take = course?.instructions;
      return endless(_request, _ask, signal, _notice);
    });
    const run = runs.start(request);
    await Promise.resolve();
    run.instruct('Leave out vendor.');
    run.instruct('Be quick.');
    run.withdraw(0);
    assert.deepEqual(run.waiting, [{ id: 1, text: 'Be quick.' }]);
    assert.deepEqual(take?.(), ['Be quick.']);
    assert.deepEqual([take?.(), run.waiting], [[], []]);
    await runs.close();
    assert.throws(() => run.instruct('Hello?'), { code: 'run.ended' });
  });

  it('go on from one that was interrupted, and not from one that never began', async () => {
    const turn: AgentEvent = { type: 'turn', turn: { from: 'human', loss: null, value: 'Count.' } };
    const step: AgentEvent = { type: 'step', step: 1, limit: 8 };
    const reply: AgentEvent = { type: 'turn', turn: { from: 'gpt', loss: true, value: 'Think.' } };
    const end = unstarted({ aborted: true });
    const courses: (readonly AgentEvent[] | undefined)[] = [];
    const runs = new Runs(async (...[asked, ask, signal, notice, course]) => {
      courses.push(course?.earlier);
      return started(turn, step, reply, end)(asked, ask, signal, notice);
    });
    const first = runs.start(request);
    await first.done;
    const second = runs.resume(first);
    await second.done;
    assert.deepEqual(courses[1]?.slice(0, 3), [turn, step, reply]);
    const never = new Runs(started(end)).start(request);
    await never.done;
    assert.throws(() => runs.resume(never), { code: 'run.not-resumable' });
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
