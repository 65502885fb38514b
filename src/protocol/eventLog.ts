import type { AgentEvent, Batch, PageEvent, TimedEvent } from './messages';

export interface EventLogOptions {
  readonly runId: string;
  /** Milliseconds since the run was asked for. */
  readonly now: () => number;
  /** What a failure is for a person, and its code where it has one. Called once for each. */
  readonly describe: (error: unknown) => { readonly message: string; readonly code: string | undefined };
  /** Calls back once, a frame later; returns the way to call it off. */
  readonly schedule: (callback: () => void) => () => void;
  readonly post: (batch: Batch) => void;
}

/** The events of one run on their way to a page that may be slow, hidden, or not there yet. */
export interface EventLog {
  /** Of the run, as `EventLogOptions` names it. */
  readonly id: string;
  /** @param at when it happened, on the clock of `now`; now unless told */
  hear(event: AgentEvent, at?: number): void;
  /** The beginning of the run, for a page that has nothing; the rest follows through `post`, as if it happened now. */
  snapshot(): Batch;
  /** Nothing is posted from here on. */
  close(): void;
}

/** JSON units in a post: at three bytes each, the most that UTF-8 needs, they stay below 64 KB. */
const batchLimit = 20_000;

/** Posts one batch a frame at most, and each event once. A single event that is longer than the limit travels alone. */
export function createEventLog({ runId, now, describe, schedule, post }: EventLogOptions): EventLog {
  let events: TimedEvent[] = [];
  let next = 0;
  let callOff: (() => void) | undefined;
  let closed = false;

  function flush(): void {
    callOff = undefined;
    post(take());
    if (next < events.length) callOff = schedule(flush);
  }

  function take(): Batch {
    const first = next;
    let size = 0;
    for (; next < events.length; next++) {
      size += JSON.stringify(events[next]).length;
      if (size > batchLimit && next > first) break;
    }
    return { runId, first, events: events.slice(first, next), now: now() };
  }

  return {
    id: runId,
    hear(event, at = now()) {
      const told = pageEvent(event, describe);
      if (!told || closed) return;
      add(events, { at, event: told }, next);
      callOff ??= schedule(flush);
    },
    snapshot() {
      callOff?.();
      next = 0;
      const said = events;
      events = [];
      for (const timed of said) add(events, timed, next);
      const beginning = take();
      callOff = next < events.length ? schedule(flush) : undefined;
      return beginning;
    },
    close() {
      closed = true;
      callOff?.();
    },
  };
}

function pageEvent(event: AgentEvent, describe: EventLogOptions['describe']): PageEvent | undefined {
  switch (event.type) {
    case 'turn':
    case 'exchange':
      return undefined;
    case 'failure':
      return { type: 'failure', ...describe(event.error) };
    case 'notice': {
      const { notice } = event;
      if (!('reason' in notice)) return { type: 'notice', notice };
      return { type: 'notice', notice: { ...notice, reason: describe(notice.reason).message } };
    }
    default:
      return event;
  }
}

/** Appends an event, as part of the last one where both are pieces of a reply and that one is not `sent` yet. */
function add(events: TimedEvent[], timed: TimedEvent, sent: number): void {
  const last = events.length > sent ? events.at(-1) : undefined;
  const joined = last && join(last, timed.event);
  if (joined) events[events.length - 1] = joined;
  else events.push(timed);
}

function join({ at, event: first }: TimedEvent, second: PageEvent): TimedEvent | undefined {
  if (first.type !== 'delta' || second.type !== 'delta') return undefined;
  // Longer than this, two of them would not fit one batch.
  if (first.text.length + second.text.length > batchLimit / 2) return undefined;
  return { at, event: { type: 'delta', text: first.text + second.text } };
}
