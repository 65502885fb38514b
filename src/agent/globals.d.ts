/** The one thing of its host that agent/ knows: a signal that says "stop". The same object in Node and in a browser. */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}
