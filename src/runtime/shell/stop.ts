import { waitFor } from './waiting';

/** Milliseconds that a command is given to end. */
export interface Patience {
  /** After a timeout: after Ctrl-C, after Ctrl-\, and after its process group was killed. */
  readonly interruptMs: number;
  readonly quitMs: number;
  readonly killMs: number;
  /** After an abort: after Ctrl-C. Somebody waits. */
  readonly abortMs: number;
}

export const defaultPatience: Patience = { interruptMs: 1_000, quitMs: 500, killMs: 500, abortMs: 250 };

/** What can be done to a running command, from mild to harsh. */
export interface Means {
  interrupt(): void;
  quit(): void;
  /** SIGKILL for the process group that has the terminal, the shell's own excepted. */
  killForeground(): Promise<void>;
  /** SIGKILL for the shell and everything it ever started; settles when they are gone. */
  killAll(): Promise<void>;
}

export interface Limits {
  /** 0: none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

/**
 * Waits for a command to end (`ended` never rejects). When its time is up, or on abort, makes it end, climbing from mild
 * to harsh as far as it takes: after a timeout so that the shell may survive, after an abort fast.
 * @returns why the command had to be stopped; undefined if it ended by itself.
 */
export async function waitOrStop(
  ended: Promise<unknown>,
  means: Means,
  { timeoutMs, signal, patience }: Limits,
): Promise<'timeout' | 'abort' | undefined> {
  let waited = await waitFor(ended, timeoutMs, signal);
  const reason = waited === 'timeout' ? 'timeout' : waited === 'aborted' ? 'abort' : undefined;

  const ladder: { act: () => void | Promise<void>; waitMs: number }[] = [
    { act: () => means.interrupt(), waitMs: patience.interruptMs },
    { act: () => means.quit(), waitMs: patience.quitMs },
    { act: async () => means.killForeground(), waitMs: patience.killMs },
  ];
  for (const { act, waitMs } of ladder) {
    if (waited !== 'timeout') break;
    await act();
    waited = await waitFor(ended, waitMs, signal);
  }
  if (waited === 'aborted') {
    means.interrupt();
    waited = await waitFor(ended, patience.abortMs);
  }
  if (waited !== 'settled') await means.killAll();
  return reason;
}
