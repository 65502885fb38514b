/** Anything with two ends that carries structured clones: a webview, a worker, a test. */
export interface Port {
  post(message: unknown): void;
  /** Returns the way to stop listening. */
  listen(receive: (message: unknown) => void): () => void;
}

/** What one side can be asked: functions of one argument. */
export type Api<A> = { readonly [K in keyof A]: (argument: never) => unknown };
type Name<A> = keyof A & string;
type Argument<A extends Api<A>, K extends keyof A> = Parameters<A[K]>[0];
type Answer<A extends Api<A>, K extends keyof A> = ReturnType<A[K]>;

/** One end of a conversation, as the side that speaks sees it. */
export interface Channel<Theirs extends Api<Theirs>> {
  /** Rejects with the other side's sentence when it fails there, and when this end closes before the answer. */
  ask<K extends Name<Theirs>>(name: K, argument: Argument<Theirs, K>): Promise<Answer<Theirs, K>>;
  /** Says something that wants no answer. A side that is not there yet or any more never hears it. */
  tell<K extends Name<Theirs>>(name: K, argument: Argument<Theirs, K>): void;
  /** Stops listening and rejects what is open. Safe to call twice. */
  close(): void;
}

/** How one end answers. */
export interface Listener<Mine extends Api<Mine>> {
  readonly handlers: {
    readonly [K in keyof Mine]: (argument: Argument<Mine, K>) => Answer<Mine, K> | Promise<Answer<Mine, K>>;
  };
  /** Returns the argument when it is one, else throws: the other side may be anybody. */
  read<K extends Name<Mine>>(name: K, argument: unknown): Argument<Mine, K>;
  /** The sentence that a failure of a handler becomes on the other side. */
  describe(error: unknown): string;
  /** A message that no handler saw, and why. */
  onInvalid(reason: string): void;
}

/** `id` is unlike that of any other page's request: an answer can outlive the page that asked. */
type Message =
  | { readonly type: 'ask'; readonly id: string; readonly name: string; readonly argument: unknown }
  | { readonly type: 'tell'; readonly name: string; readonly argument: unknown }
  | { readonly type: 'answer'; readonly id: string; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: string; readonly sentence: string };

interface Question {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Answers `Mine` at this end of the port, asks `Theirs` at the other. No question stays open: a failure there rejects here. */
export function openChannel<Mine extends Api<Mine>, Theirs extends Api<Theirs>>(
  port: Port,
  listener: Listener<Mine>,
): Channel<Theirs> {
  const open = new Map<string, Question>();
  const origin = Math.random().toString(36).slice(2);
  let asked = 0;
  let closed = false;

  const stopListening = port.listen((message) => {
    if (!isMessage(message)) {
      listener.onInvalid('The message has no known form.');
      return;
    }
    switch (message.type) {
      case 'ask':
        answer(message.id, message.name, message.argument);
        break;
      case 'tell':
        // Nobody waits for it: a failure rises to whoever delivers the messages.
        handling(message.name, message.argument)?.();
        break;
      case 'answer':
        take(message.id)?.resolve(message.value);
        break;
      case 'failure':
        take(message.id)?.reject(new Error(message.sentence));
        break;
    }
  });

  /** An answer that is there at once is given at once: nothing that is told after it arrives before it. */
  function answer(id: string, name: string, argument: unknown): void {
    const answered = (value: unknown): void => post({ type: 'answer', id, value });
    const failed = (error: unknown): void => post({ type: 'failure', id, sentence: listener.describe(error) });
    const run = handling(name, argument);
    if (!run) {
      post({ type: 'failure', id, sentence: 'This request was not understood.' });
      return;
    }
    try {
      const value = run();
      if (value instanceof Promise) value.then(answered, failed);
      else answered(value);
    } catch (error) {
      failed(error);
    }
  }

  /** Undefined, and reported, when the name or the argument is not one of ours. */
  function handling(name: string, argument: unknown): (() => unknown) | undefined {
    try {
      if (!isName(name)) throw new Error(`Nobody answers "${name.slice(0, 40)}".`);
      const { [name]: handler } = listener.handlers;
      const read = listener.read(name, argument);
      return () => handler(read);
    } catch (error) {
      listener.onInvalid(String(error));
      return undefined;
    }
  }

  function isName(name: string): name is Name<Mine> {
    return Object.hasOwn(listener.handlers, name);
  }

  function take(id: string): Question | undefined {
    const question = open.get(id);
    open.delete(id);
    return question;
  }

  function post(message: Message): void {
    if (!closed) port.post(message);
  }

  return {
    ask<K extends Name<Theirs>>(name: K, argument: Argument<Theirs, K>): Promise<Answer<Theirs, K>> {
      return new Promise((resolve, reject) => {
        if (closed) throw new Error(goneSentence);
        const id = `${origin}.${asked++}`;
        open.set(id, { resolve, reject });
        post({ type: 'ask', id, name, argument });
      });
    },
    tell(name, argument) {
      post({ type: 'tell', name, argument });
    },
    close() {
      closed = true;
      stopListening();
      for (const question of open.values()) question.reject(new Error(goneSentence));
      open.clear();
    },
  };
}

const goneSentence = 'The view was closed before the answer came.';

function isMessage(message: unknown): message is Message {
  if (typeof message !== 'object' || message === null) return false;
  const { type, id, name, sentence } = message as Readonly<Record<string, unknown>>;
  switch (type) {
    case 'ask':
      return typeof id === 'string' && typeof name === 'string';
    case 'tell':
      return typeof name === 'string';
    case 'answer':
      return typeof id === 'string';
    case 'failure':
      return typeof id === 'string' && typeof sentence === 'string';
    default:
      return false;
  }
}
