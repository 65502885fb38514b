import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../src/agent/errors';
import type { AgentEvent } from '../../src/agent/events';
import { createEventLog, type EventLog } from '../../src/protocol/eventLog';
import type { Batch, PageEvent } from '../../src/protocol/messages';

describe('The event log', () => {
  it('posts what happens within a frame as one batch, and nothing while nothing happens', () => {
    const { log, frame, posts } = logOf();
    log.hear(step(1));
    log.hear(delta('I '));
    assert.deepEqual(posts, []);
    frame();
    assert.deepEqual(eventsOf(posts), [step(1), delta('I ')]);
    assert.equal(frame(), false);
  });

  it('joins the pieces of a reply that wait for the same frame', () => {
    const { log, frame, posts } = logOf();
    for (const text of ['Think: ', 'I list ', 'the files.']) log.hear(delta(text));
    frame();
    log.hear(delta(' Then'));
    frame();
    assert.deepEqual(eventsOf(posts), [delta('Think: I list the files.'), delta(' Then')]);
    assert.deepEqual(
      posts.map(({ first }) => first),
      [0, 1],
    );
  });

  it('stamps each event with the time it happened, and each batch with the time it was sent', () => {
    const { log, frame, posts, wait } = logOf();
    log.hear(step(1));
    wait(500);
    log.hear(delta('a'));
    wait(16);
    log.hear(delta('b'));
    frame();
    assert.deepEqual(posts[0], {
      runId: 'r',
      first: 0,
      now: 516,
      events: [
        { at: 0, event: step(1) },
        { at: 500, event: delta('ab') },
      ],
    });
  });

  it('keeps turns from the page and tells a failure as a sentence', () => {
    const { log, frame, posts } = logOf();
    log.hear({ type: 'turn', turn: { from: 'human', loss: null, value: 'secret' } });
    log.hear({ type: 'failure', error: new Error('ECONNREFUSED') });
    frame();
    assert.deepEqual(eventsOf(posts), [{ type: 'failure', message: 'Sentence.', code: 'endpoint.unreachable' }]);
  });

  it('tells the reason of a notice as a sentence', () => {
    const { log, frame, posts } = logOf();
    const reason = new UserError('endpoint.loading', 'secret');
    log.hear({ type: 'notice', notice: { code: 'waiting', reason, waitMs: 2000, attempt: 1 } });
    log.hear({ type: 'notice', notice: { code: 'continued' } });
    frame();
    assert.deepEqual(eventsOf(posts), [
      { type: 'notice', notice: { code: 'waiting', reason: 'Sentence.', waitMs: 2000, attempt: 1 } },
      { type: 'notice', notice: { code: 'continued' } },
    ]);
  });

  it('gives a new page the last steps of a long run, and the others when it asks', () => {
    const { log, frame } = logOf();
    for (let number = 1; number <= 100; number++) {
      log.hear(step(number));
      log.hear(action('x'.repeat(900)));
    }
    while (frame());
    const snapshot = log.snapshot();
    assert.equal(snapshot.opens, true);
    assert.equal(snapshot.first + snapshot.events.length, 200);
    assert.ok(snapshot.events.length < 50);
    assert.equal(snapshot.events[0]?.event.type, 'step');
    const earlier = log.part({ before: snapshot.first });
    assert.equal(earlier.first + earlier.events.length, snapshot.first);
    assert.equal(earlier.events[0]?.event.type, 'step');
    const linked = log.part({ step: 40 });
    assert.deepEqual([linked.first, linked.events[0]?.event], [78, step(40)]);
    assert.equal(linked.events.length % 2, 0);
    assert.equal(log.part({ from: 200 }).events.length, 0);
  });

  it('gives no part of what has not been posted yet', () => {
    const { log, frame } = logOf();
    log.hear(step(1));
    frame();
    log.hear(step(2));
    assert.deepEqual(eventsOf([log.part({ from: 0 })]), [step(1)]);
  });

  it('gives a new page the whole run, and never posts again what the snapshot held', () => {
    const { log, frame, posts } = logOf();
    log.hear(step(1));
    log.hear(delta('a'));
    frame();
    log.hear(delta('b'));
    const snapshot = log.snapshot();
    assert.deepEqual(eventsOf([snapshot]), [step(1), delta('ab')]);
    assert.equal(frame(), false);
    log.hear(delta('c'));
    frame();
    assert.equal(posts.at(-1)?.first, 2);
    assert.deepEqual(posts.at(-1)?.events[0]?.event, delta('c'));
  });

  it('posts nothing once it is closed', () => {
    const { log, frame, posts } = logOf();
    log.hear(step(1));
    log.close();
    log.hear(step(2));
    assert.equal(frame(), false);
    assert.deepEqual(posts, []);
  });

  it('keeps every post of a flood under 64 KB, in order and whole', () => {
    const { log, frame, posts } = logOf();
    const words = Array.from({ length: 3000 }, (_, index) => `${index} 漢字\u0007 `);
    for (const word of words) log.hear(delta(word));
    while (frame());
    assert.ok(posts.length > 1);
    for (const post of posts) assert.ok(Buffer.byteLength(JSON.stringify(post)) <= 64 * 1024);
    assert.equal(textOf(posts), words.join(''));
  });

  it('lets an event that is too long for a post travel alone', () => {
    const { log, frame, posts } = logOf();
    log.hear(step(1));
    log.hear(action('x'.repeat(100_000)));
    log.hear(step(2));
    while (frame());
    assert.deepEqual(
      posts.map(({ first, events }) => [first, events.length]),
      [
        [0, 1],
        [1, 1],
        [2, 1],
      ],
    );
  });

  it('whatever happens, batches and parts join without gaps and say what was heard', () => {
    const event = fc.oneof(
      fc.string({ maxLength: 30 }).map((text) => delta(text)),
      fc.nat(20).map((number) => step(number)),
      fc.integer({ min: 0, max: 30_000 }).map((length) => action('é'.repeat(length))),
    );
    const doing = fc.oneof(event, fc.constantFrom('frame' as const, 'snapshot' as const));
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 60 }), (doings) => {
        const { log, frame, posts } = logOf();
        const heard: AgentEvent[] = [];
        for (const each of doings) {
          if (each === 'frame') frame();
          else if (each === 'snapshot') posts.push(log.snapshot());
          else {
            heard.push(each);
            log.hear(each);
          }
        }
        while (frame());
        const { first, events } = pageOf(posts);
        const earlier: PageEvent[] = [];
        for (let before = first; before > 0;) {
          const part = log.part({ before });
          assert.equal(part.first + part.events.length, before);
          earlier.unshift(...eventsOf([part]));
          before = part.first;
        }
        assert.equal(flat([...earlier, ...events]), flat(heard));
        const later: PageEvent[] = [];
        for (let from = 0; from < first + events.length; from = later.length)
          later.push(...eventsOf([log.part({ from })]));
        assert.equal(flat(later), flat(heard));
      }),
    );
  });
});

/** A page as it should be: takes batches in order, opens its window where it is told, and refuses a gap. */
function pageOf(posts: readonly Batch[]): { readonly first: number; readonly events: PageEvent[] } {
  let page: { readonly first: number; readonly events: PageEvent[] } = { first: 0, events: [] };
  for (const { first, events, opens } of posts) {
    if (opens) page = { first, events: [] };
    assert.equal(first, page.first + page.events.length);
    page.events.push(...events.map(({ event }) => event));
  }
  return page;
}

function flat(events: readonly (AgentEvent | PageEvent)[]): string {
  return events.map((event) => (event.type === 'delta' ? event.text : `<${JSON.stringify(event)}>`)).join('');
}

function logOf(): {
  log: EventLog;
  posts: Batch[];
  /** Lets a frame pass; false when nothing waited for it. */
  frame: () => boolean;
  wait: (milliseconds: number) => void;
} {
  const posts: Batch[] = [];
  let scheduled: (() => void) | undefined;
  let time = 0;
  const log = createEventLog({
    runId: 'r',
    now: () => time,
    describe: () => ({ message: 'Sentence.', code: 'endpoint.unreachable' }),
    nextFrame(callback) {
      assert.equal(scheduled, undefined, 'one frame at a time');
      scheduled = callback;
      return () => (scheduled = undefined);
    },
    post: (batch) => posts.push(batch),
  });
  return {
    log,
    posts,
    frame() {
      const callback = scheduled;
      scheduled = undefined;
      callback?.();
      return callback !== undefined;
    },
    wait: (milliseconds) => (time += milliseconds),
  };
}

function eventsOf(posts: readonly Batch[]): PageEvent[] {
  return posts.flatMap(({ events }) => events.map(({ event }) => event));
}

function textOf(posts: readonly Batch[]): string {
  return eventsOf(posts)
    .map((event) => (event.type === 'delta' ? event.text : ''))
    .join('');
}

function step(number: number): AgentEvent & PageEvent {
  return { type: 'step', step: number, limit: 8 };
}

function delta(text: string): AgentEvent & PageEvent {
  return { type: 'delta', text };
}

function action(text: string): AgentEvent & PageEvent {
  return { type: 'action', step: 1, kind: 'bash', text, thought: '' };
}
