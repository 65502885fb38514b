import assert from 'node:assert/strict';
import { openChannel, type Channel, type Listener, type Port } from '../../src/protocol/channel';

interface Host {
  greet(argument: { readonly name: string }): string;
  wait(argument: null): string;
}

interface Page {
  note(argument: string): void;
}

describe('The channel between page and extension', () => {
  it('carries a question and its answer', async () => {
    const { page } = join({ greet: ({ name }) => `Hello ${name}` });
    assert.equal(await page.ask('greet', { name: 'Ada' }), 'Hello Ada');
  });

  it('rejects on the asking side with the sentence that the other side finds for a failure', async () => {
    const { page } = join({ greet: () => Promise.reject(new Error('ECONNREFUSED')) }, { describe: () => 'No model.' });
    await assert.rejects(page.ask('greet', { name: 'Ada' }), { message: 'No model.' });
  });

  it('rejects in the same way when the handler throws before it can wait', async () => {
    const { page } = join({
      greet() {
        throw new Error('Not today.');
      },
    });
    await assert.rejects(page.ask('greet', { name: 'Ada' }), { message: 'Not today.' });
  });

  it('answers many questions in whatever order they are ready', async () => {
    let free = (): void => {};
    const freed = new Promise<void>((resolve) => (free = resolve));
    const { page } = join({
      async wait() {
        await freed;
        return 'at last';
      },
    });
    const slow = page.ask('wait', null);
    assert.equal(await page.ask('greet', { name: 'Ada' }), 'Ada');
    free();
    assert.equal(await slow, 'at last');
  });

  it('posts an answer that is there at once before anything that is told later', async () => {
    const { page, host, posted } = join({
      greet() {
        queueMicrotask(() => host.tell('note', 'later'));
        return 'first';
      },
    });
    await page.ask('greet', { name: 'Ada' });
    await settled();
    const [, hostPosts] = posted;
    assert.deepEqual(
      hostPosts.map((post) => (post as { type: string }).type),
      ['answer', 'tell'],
    );
  });

  it('rejects what is open when it closes, and what is asked afterwards', async () => {
    const { page } = join({ wait: () => new Promise(() => {}) });
    const open = page.ask('wait', null);
    page.close();
    page.close();
    await assert.rejects(open, /closed before the answer/);
    await assert.rejects(page.ask('wait', null), /closed before the answer/);
  });

  it('says nothing on a port it has left', async () => {
    const { host, posted } = join({ wait: () => Promise.resolve('too late') });
    const [, hostEnd] = posted;
    host.close();
    host.tell('note', 'nobody listens');
    assert.deepEqual(hostEnd, []);
  });

  it('keeps an answer from a page that is not the one that asked', async () => {
    const wire = connect();
    const first = openPage(wire.page);
    const question = first.ask('wait', null);
    question.catch(() => {});
    first.close();
    const second = openPage(wire.page);
    const answered: unknown[] = [];
    void second.ask('wait', null).then((value) => answered.push(value));
    const [asked] = wire.pagePosts as { id: string }[];
    wire.host.post({ type: 'answer', id: asked?.id, value: 'for the first page' });
    await settled();
    assert.deepEqual(answered, []);
    second.close();
  });

  const malformed: readonly [string, unknown][] = [
    ['nothing', undefined],
    ['a text', 'ready'],
    ['no kind', { id: '1', name: 'greet' }],
    ['another kind', { type: 'eval', code: 'process.exit()' }],
    ['a question without a number', { type: 'ask', name: 'greet', argument: null }],
    ['an answer to nobody in particular', { type: 'answer', value: 1 }],
    ['a failure without a sentence', { type: 'failure', id: '1', sentence: { toString: 1 } }],
  ];
  for (const [what, message] of malformed) {
    it(`drops and reports ${what}`, () => {
      const wire = connect();
      const reports: string[] = [];
      openHost(wire.host, {}, { onInvalid: (reason) => reports.push(reason) });
      wire.page.post(message);
      assert.equal(reports.length, 1);
      assert.deepEqual(wire.hostPosts, []);
    });
  }

  for (const name of ['eval', 'constructor', '__proto__', 'toString']) {
    it(`reports a question named ${name}, and does not leave the asker waiting`, () => {
      const wire = connect();
      const reports: string[] = [];
      openHost(wire.host, {}, { onInvalid: (reason) => reports.push(reason) });
      wire.page.post({ type: 'ask', id: 'x', name, argument: null });
      assert.match(reports.join(), new RegExp(`Nobody answers "${name}"`));
      assert.deepEqual(wire.hostPosts, [{ type: 'failure', id: 'x', sentence: 'This request was not understood.' }]);
    });
  }

  it('hands no handler an argument that its reader refuses', async () => {
    const wire = connect();
    const reports: string[] = [];
    const handled: unknown[] = [];
    openHost(
      wire.host,
      { greet: (argument) => String(handled.push(argument)) },
      {
        onInvalid: (reason) => reports.push(reason),
        read() {
          throw new Error('name is not a text');
        },
      },
    );
    const page = openPage(wire.page);
    await assert.rejects(page.ask('greet', { name: 'Ada' }), /not understood/);
    assert.deepEqual(handled, []);
    assert.match(reports.join(), /name is not a text/);
  });
});

function join(
  handlers: Partial<Listener<Host>['handlers']>,
  options: Partial<Pick<Listener<Host>, 'describe'>> = {},
): { page: Channel<Host>; host: Channel<Page>; posted: readonly [unknown[], unknown[]] } {
  const wire = connect();
  const host = openHost(wire.host, handlers, options);
  return { page: openPage(wire.page), host, posted: [wire.pagePosts, wire.hostPosts] };
}

function openHost(
  port: Port,
  handlers: Partial<Listener<Host>['handlers']>,
  options: Partial<Omit<Listener<Host>, 'handlers'>> = {},
): Channel<Page> {
  return openChannel<Host, Page>(port, {
    handlers: { greet: ({ name }) => name, wait: () => 'done', ...handlers },
    read: (_, argument) => argument as never,
    describe: (error) => (error instanceof Error ? error.message : String(error)),
    onInvalid: (reason) => assert.fail(reason),
    ...options,
  });
}

function openPage(port: Port): Channel<Host> {
  return openChannel<Page, Host>(port, {
    handlers: { note: () => {} },
    read: (_, argument) => argument as never,
    describe: String,
    onInvalid: (reason) => assert.fail(reason),
  });
}

/** Two ends that deliver at once, as structured clones. */
function connect(): { page: Port; host: Port; pagePosts: unknown[]; hostPosts: unknown[] } {
  const pageListeners = new Set<(message: unknown) => void>();
  const hostListeners = new Set<(message: unknown) => void>();
  const pagePosts: unknown[] = [];
  const hostPosts: unknown[] = [];
  const end = (
    own: Set<(message: unknown) => void>,
    others: Set<(message: unknown) => void>,
    posts: unknown[],
  ): Port => ({
    post(message) {
      posts.push(message);
      for (const receive of others) receive(structuredClone(message));
    },
    listen(receive) {
      own.add(receive);
      return () => own.delete(receive);
    },
  });
  return {
    page: end(pageListeners, hostListeners, pagePosts),
    host: end(hostListeners, pageListeners, hostPosts),
    pagePosts,
    hostPosts,
  };
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
