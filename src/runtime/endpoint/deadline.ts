/** An abort signal that follows another one and can also run out. */
interface Deadline {
  readonly signal: AbortSignal;
  /** Aborts with this error after so many milliseconds, counted from now; 0 means never. Replaces what was set before. */
  set(milliseconds: number, failure: () => Error): void;
  clear(): void;
  /** Leaves no timer and no listener, and aborts: whatever still uses the signal ends. */
  close(): void;
}

export function createDeadline(parent: AbortSignal): Deadline {
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  let timer: NodeJS.Timeout | undefined;

  return {
    signal: controller.signal,
    set(milliseconds, failure) {
      clearTimeout(timer);
      if (milliseconds > 0) timer = setTimeout(() => controller.abort(failure()), milliseconds);
    },
    clear: () => clearTimeout(timer),
    close() {
      clearTimeout(timer);
      parent.removeEventListener('abort', follow);
      controller.abort();
    },
  };
}
