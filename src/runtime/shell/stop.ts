import { waitFor } from './waiting';

/** Milliseconds that a command is given to end. */
export interface Patience {
  /** After its time is up: after Ctrl-C, after Ctrl-\, and after its process group was killed. */
  readonly interruptMs: number;
  readonly quitMs: number;
  readonly killMs: number;
  /** Where somebody waits for it: after each of these. */
  readonly abortMs: number;
}

export const defaultPatience: Patience = { interruptMs: 1_000, quitMs: 500, killMs: 500, abortMs: 250 };

/**
 * Why a command was made to end: it ran too long, it waited for input that did not come, a person stopped it, or the
 * whole run was stopped.
 */
export type StopReason = 'timeout' | 'input' | 'person' | 'abort';

/** What can be done to a running command, from mild to harsh. */
export interface Means {
  interrupt(): void;
  quit(): void;
  /** SIGKILL for the process group that has the terminal, the shell's own excepted. */
  killForeground(): Promise<void>;
  /** SIGKILL for the shell and everything it ever started; settles when they are gone. */
  killAll(): Promise<void>;
}

export interface Occasions {
  /** Settles where the command is to end; the shell should survive it. */
  readonly request: Promise<Exclude<StopReason, 'abort'>>;
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

interface Rung {
  readonly act: () => void | Promise<void>;
  readonly waitMs: number;
}

/**
 * Waits for a command to end (`ended` never rejects). On request and on abort, makes it end, climbing from mild to harsh
 * as far as it takes: patiently where its time was up, fast where somebody waits.
 * @returns why the command had to be stopped; undefined if it ended by itself.
 */
export async function waitOrStop(
  ended: Promise<unknown>,
  means: Means,
  { request, signal, patience }: Occasions,
): Promise<StopReason | undefined> {
  let reason: StopReason | undefined;
  const requested = request.then((why) => (reason ??= why));
  if ((await waitFor(Promise.race([ended, requested]), 0, signal)) === 'aborted') reason = 'abort';
  if (reason === undefined) return undefined;

  const interrupt = { act: () => means.interrupt() };
  const quit = { act: () => means.quit() };
  const killForeground = { act: async () => means.killForeground() };
  const { interruptMs, quitMs, killMs, abortMs } = patience;
  const patiently: Rung[] = [
    { ...interrupt, waitMs: interruptMs },
    { ...quit, waitMs: quitMs },
    { ...killForeground, waitMs: killMs },
  ];
  const fast: Rung[] = [
    { ...interrupt, waitMs: abortMs },
    { ...killForeground, waitMs: abortMs },
  ];

  let waited = reason === 'abort' ? 'aborted' : await climb(reason === 'person' ? fast : patiently, ended, signal);
  if (waited === 'aborted') waited = await climb([{ ...interrupt, waitMs: abortMs }], ended);
  if (waited !== 'settled') await means.killAll();
  return reason;
}

/** Tries one rung after the other until the command has ended; an abort breaks off. */
async function climb(ladder: readonly Rung[], ended: Promise<unknown>, signal?: AbortSignal) {
  let waited: Awaited<ReturnType<typeof waitFor>> = 'timeout';
  for (const { act, waitMs } of ladder) {
    if (waited !== 'timeout') break;
    await act();
    waited = await waitFor(ended, waitMs, signal);
  }
  return waited;
}
