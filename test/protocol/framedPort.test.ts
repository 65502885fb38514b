import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Port } from '../../src/protocol/channel';
import { framedPort } from '../../src/protocol/framedPort';

describe('A port in measured posts', () => {
  it('says at once what comes after a silence, and everything of one frame together', () => {
    const { here, posts, frame } = wire();
    here.post(1);
    here.post(2);
    here.post(3);
    assert.equal(posts.length, 1);
    frame();
    assert.equal(posts.length, 2);
    frame();
    assert.equal(frame(), false, 'nothing is posted while nothing is said');
  });

  it('hands over whatever is said, in order, in posts below 64 KB', () => {
    const message = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.integer({ min: 0, max: 30_000 }).map((length) => ({ line: 'a\nb', long: '😀'.repeat(length) })),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
        const { here, posts, heard, frame } = wire();
        for (const each of messages) here.post(each);
        while (frame());
        assert.deepEqual(heard, messages);
        for (const post of posts) assert.ok(Buffer.byteLength(String(post)) < 64 * 1024);
        for (const post of posts) assert.equal(String(post).isWellFormed(), true);
      }),
      { numRuns: 30 },
    );
  });

  it('loses only the message that a page left unfinished', () => {
    const { deliver, heard } = wire();
    deliver('\n{"half":');
    deliver('\n"ready"\n');
    assert.deepEqual(heard, [undefined, 'ready']);
  });

  it('posts nothing more to a wire that it no longer listens to', () => {
    const posts: unknown[] = [];
    const waiting = new Set<() => void>();
    const port = framedPort({ post: (piece) => posts.push(piece), listen: () => () => {} }, (callback) => {
      waiting.add(callback);
      return () => waiting.delete(callback);
    });
    const stop = port.listen(() => {});
    port.post(1);
    port.post(2);
    stop();
    for (const callback of waiting) callback();
    assert.equal(posts.length, 1);
  });

  it('says that what is no text is nothing known', () => {
    const { deliver, heard } = wire();
    deliver({ type: 'ask' });
    assert.deepEqual(heard, [null]);
  });
});

/** Two framed ends, and the wire between them, on which a frame passes when the test says so. */
function wire() {
  const posts: unknown[] = [];
  const heard: unknown[] = [];
  const waiting: (() => void)[] = [];
  const listeners: ((message: unknown) => void)[] = [];
  const port: Port = {
    post(message) {
      posts.push(message);
      for (const listener of listeners) listener(message);
    },
    listen(receive) {
      listeners.push(receive);
      return () => {};
    },
  };
  const here = framedPort(port, (callback) => {
    waiting.push(callback);
    return () => {};
  });
  here.listen((message) => heard.push(message));
  return {
    here,
    posts,
    heard,
    deliver: (piece: unknown): void => port.post(piece),
    /** Lets a frame pass; false when nothing waited for it. */
    frame: (): boolean => {
      const callback = waiting.shift();
      callback?.();
      return callback !== undefined;
    },
  };
}
