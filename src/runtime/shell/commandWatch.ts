import type { Activity } from '../../agent/environment';
import { createTail } from './capture';
import type { CommandTurn } from './keyboard';
import { readFacts, signalProcess } from './processes';
import { readerOf, type Reading } from './reading';
import { plainText } from './render';
import type { StopReason } from './stop';

/** How long a command may go on, in milliseconds; 0 for no limit. */
export interface Times {
  /** In all. */
  readonly commandMs: number;
  /** Waiting for input that nobody types. */
  readonly inputMs: number;
  /** Until somebody may want to know that it takes long. */
  readonly longMs: number;
}

/** Looks after one running command: tells what it does, and settles when it has to be stopped. */
export interface CommandWatch {
  readonly request: Promise<Exclude<StopReason, 'abort'>>;
  /** The name of the interactive shell that was closed, if there was one. */
  readonly closedShell: string | undefined;
  output(bytes: Buffer): void;
  lastLines(count: number): readonly string[];
  /** The time of the command begins anew. */
  keepWaiting(): void;
  stop(): void;
  /** The command has ended, or is none of ours any more. */
  end(): void;
}

export interface Watched {
  readonly times: Times;
  readonly turn: Pick<CommandTurn, 'typedAt'>;
  /** The process that leads the session of the terminal. */
  readonly leader: () => number | undefined;
  readonly write: (keys: string) => void;
  readonly tell: (activity: Activity) => void;
}

/** A command that has printed nothing for so long may be waiting for somebody. */
const quietMs = 400;
/** A glance at all processes takes some milliseconds: a command that runs for long is looked at less often. */
const firstLookMs = 200;
const laterLookMs = 1_000;
/** Bytes of the output that are kept for its last lines. */
const tailLength = 4 * 1024;
/** An interactive shell gets Ctrl-D when it was seen at its prompt so often, and is killed if that does not help. */
const looksUntilEnd = 2;
const looksUntilKill = 4;

export function watchCommand({ times, turn, leader, write, tell }: Watched): CommandWatch {
  const since = Date.now();
  const request = Promise.withResolvers<Exclude<StopReason, 'abort'>>();
  const tail = createTail(tailLength);
  let printedAt = performance.now();
  let waitingSince: number | undefined;
  let state: Activity['state'] | undefined;
  let idleShell = { pid: 0, looks: 0 };
  let closedShell: string | undefined;
  let ended = false;

  let timesOut: NodeJS.Timeout | undefined;
  let begunAt = printedAt;
  beginTime();
  let nextLook = setTimeout(look, firstLookMs);
  show('running');

  function beginTime(): void {
    begunAt = performance.now();
    clearTimeout(timesOut);
    if (times.commandMs > 0) timesOut = setTimeout(() => request.resolve('timeout'), times.commandMs);
  }

  function show(next: Exclude<Activity['state'], 'idle'>): void {
    if (next === state) return;
    state = next;
    tell({ state, since });
  }

  function look(): void {
    void judgeReading().then(() => {
      const pause = Math.max(firstLookMs, Math.min(laterLookMs, (performance.now() - begunAt) / 4));
      if (!ended) nextLook = setTimeout(look, pause);
    });
  }

  async function judgeReading(): Promise<void> {
    const session = leader();
    // `suspend`, or `kill -STOP $$`: nobody else would wake it.
    if (session !== undefined && readFacts(session)?.state === 'T') signalProcess(session, 'SIGCONT');
    const quiet = performance.now() - printedAt >= quietMs;
    const reading = quiet && session !== undefined ? await readerOf(session, lastLine()) : undefined;
    if (ended) return;
    if (reading === undefined) return goesOn();
    const now = performance.now();
    waitingSince ??= now;
    show(reading.kind === 'secret' ? 'waiting-for-secret' : 'waiting-for-input');
    const askedSince = Math.max(waitingSince, turn.typedAt ?? 0);
    if (times.inputMs > 0 && now - askedSince >= times.inputMs) request.resolve('input');
    if (reading.shell !== undefined && turn.typedAt === undefined) closeShell(reading.shell);
  }

  function goesOn(): void {
    waitingSince = undefined;
    show(times.longMs > 0 && performance.now() - begunAt >= times.longMs ? 'long' : 'running');
  }

  function closeShell({ pid, name }: NonNullable<Reading['shell']>): void {
    idleShell = { pid, looks: pid === idleShell.pid ? idleShell.looks + 1 : 1 };
    if (idleShell.looks < looksUntilEnd) return;
    closedShell = name;
    if (idleShell.looks < looksUntilKill) write('\x04');
    else signalProcess(pid, 'SIGKILL');
  }

  function lastLine(): string {
    return plainText(tail.bytes()).split('\n').at(-1) ?? '';
  }

  return {
    request: request.promise,
    get closedShell() {
      return closedShell;
    },
    output(bytes) {
      tail.append(bytes);
      printedAt = performance.now();
    },
    lastLines: (count) => plainText(tail.bytes()).replace(/\n+$/, '').split('\n').slice(-count),
    keepWaiting() {
      beginTime();
      if (state === 'long') show('running');
    },
    stop: () => request.resolve('person'),
    end() {
      ended = true;
      clearTimeout(timesOut);
      clearTimeout(nextLook);
    },
  };
}
