import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AgentEvent } from '../../../src/agent/events';
import { createEventLog } from '../../../src/protocol/eventLog';
import { receive, emptyTranscript } from '../../../src/webview/chat/transcriptModel';
import {
  atEnd,
  emptyWindow,
  hear,
  isAtBeginning,
  isAtEnd,
  openedAt,
  withPart,
} from '../../../src/webview/chat/transcriptWindow';

/** Entries that a window may hold: those that are drawn at most, and a step and a part more. */
const most = 400;

describe('The window on a run', () => {
  it('stays small while its end is read, however long the run gets', () => {
    const run = longRun();
    run.goOn(2000);
    assert.ok(run.window.shown.entries.length < most);
    assert.equal(isAtEnd(run.window), true);
    assert.equal(lastStep(run.window.shown), 2000);
  });

  it('keeps what is read above the end where it is, and lets the run go on unseen', () => {
    const run = longRun();
    run.goOn(300);
    run.readsEnd = false;
    run.goOn(1000);
    const { shown, live } = run.window;
    assert.ok(shown.entries.length < most && live.entries.length < most);
    assert.ok((lastStep(shown) ?? 0) < 500);
    assert.equal(lastStep(live), 1300);
    assert.equal(isAtEnd(run.window), false);
    assert.equal(lastStep(atEnd(run.window).shown), 1300);
  });

  it('reads back to the beginning and forth to the end, part by part', () => {
    const run = longRun();
    run.goOn(1000);
    while (!isAtBeginning(run.window)) run.bring({ before: run.window.shown.first });
    assert.equal(firstStep(run.window.shown), 1);
    assert.ok(run.window.shown.entries.length < most);
    while (!isAtEnd(run.window)) run.bring({ from: run.window.shown.next });
    assert.equal(lastStep(run.window.shown), 1000);
    assert.ok(run.window.shown.entries.length < most);
  });

  it('opens at any step', () => {
    const run = longRun();
    run.goOn(1000);
    run.jump({ step: 321 });
    assert.equal(firstStep(run.window.shown), 321);
  });

  it('shows, whatever is read, exactly what the whole run shows there', () => {
    const doing = fc.constantFrom('go on', 'back', 'forth', 'end', 'jump', 'look up');
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 40 }), (doings) => {
        const run = longRun();
        run.goOn(150);
        for (const each of doings) {
          if (each === 'go on') run.goOn(37);
          if (each === 'back') run.bring({ before: run.window.shown.first });
          if (each === 'forth') run.bring({ from: run.window.shown.next });
          if (each === 'jump') run.jump({ step: 42 });
          if (each === 'end') run.window = atEnd(run.window);
          run.readsEnd = each === 'end' || (run.readsEnd && each === 'go on');
        }
        const { first, next, entries } = run.window.shown;
        const whole = run.whole().entries.filter(({ seq }) => seq >= first && seq < next);
        assert.deepEqual(entries, whole);
      }),
      { numRuns: 40 },
    );
  });
});

/** A run that goes on as it is told, with a page that reads it. */
function longRun() {
  let steps = 0;
  const pending: (() => void)[] = [];
  const heard: AgentEvent[] = [];
  const log = createEventLog({
    runId: 'r',
    now: () => 0,
    describe: () => ({ message: '', code: undefined }),
    nextFrame(callback) {
      pending.push(callback);
      return () => {};
    },
    post(batch) {
      const window = hear(reader.window, batch, reader.readsEnd);
      assert.ok(window, 'nothing is missing');
      reader.window = window;
    },
  });
  const say = (event: AgentEvent): void => {
    heard.push(event);
    log.hear(event, 0);
  };
  const opening = hear(emptyWindow, log.snapshot(), true);
  assert.ok(opening);
  const reader = {
    window: opening,
    readsEnd: true,
    goOn(count: number): void {
      for (let index = 0; index < count; index++) {
        steps++;
        say({ type: 'step', step: steps, limit: 9999 });
        if (steps % 5 === 0) say({ type: 'notice', notice: { code: 'continued' } });
        say({ type: 'action', step: steps, kind: 'bash', text: `ls ${steps}`, thought: 'I list.' });
        say({ type: 'approval', step: steps, decision: { verdict: 'run' } });
        say({ type: 'observation', step: steps, text: 'x'.repeat(300), exitCode: 0, cwd: '/', truncated: false });
        if (index % 3 === 0) while (pending.length > 0) pending.shift()?.();
      }
      while (pending.length > 0) pending.shift()?.();
    },
    bring(place: Parameters<typeof log.part>[0]): void {
      reader.window = withPart(reader.window, log.part(place));
    },
    jump(place: Parameters<typeof log.part>[0]): void {
      reader.window = openedAt(reader.window, log.part(place));
    },
    whole() {
      const events = heard.map((event) => ({ at: 0, event: event as never }));
      const transcript = receive(emptyTranscript, { runId: 'r', first: 0, opens: true, now: 0, events });
      assert.ok(transcript);
      return transcript;
    },
  };
  return reader;
}

function firstStep({ entries }: typeof emptyTranscript): number | undefined {
  const first = entries.find((entry) => entry.type === 'reply');
  return first?.type === 'reply' ? first.step : undefined;
}

function lastStep({ entries }: typeof emptyTranscript): number | undefined {
  const last = entries.findLast((entry) => entry.type === 'reply');
  return last?.type === 'reply' ? last.step : undefined;
}
