import type { NextFrame } from './framedPort';
import { postLimit } from './framedPort';
import type { AgentEvent, Batch, PageEvent, Place, TimedEvent } from './messages';

export interface EventLogOptions {
  readonly runId: string;
  /** Milliseconds since the run was asked for. */
  readonly now: () => number;
  /** What a failure is for a person, and its code where it has one. Called once for each. */
  readonly describe: (error: unknown) => { readonly message: string; readonly code: string | undefined };
  readonly nextFrame: NextFrame;
  readonly post: (batch: Batch) => void;
}

/** The events of one run on their way to a page that may be slow, hidden, or not there yet. */
export interface EventLog {
  /** Of the run, as `EventLogOptions` names it. */
  readonly id: string;
  /** @param at when it happened, on the clock of `now`; now unless told */
  hear(event: AgentEvent, at?: number): void;
  /**
   * The last steps of the run, for a page that has nothing; the rest follows through `post`, as if it happened now.
   * Events are counted anew from here on.
   */
  snapshot(): Batch;
  /** Some steps of what has been posted, or stands before it. Empty where there is nothing. */
  part(place: Place): Batch;
  /** Nothing is posted from here on. */
  close(): void;
}

/** Posts one batch a frame at most, and each event once. A single event that is longer than a post travels alone. */
export function createEventLog({ runId, now, describe, nextFrame, post }: EventLogOptions): EventLog {
  let events: TimedEvent[] = [];
  /** Where the steps begin among the events. */
  let steps: number[] = [];
  /** The event that is posted next. */
  let next = 0;
  let callOff: (() => void) | undefined;
  let closed = false;

  function flush(): void {
    callOff = undefined;
    const first = next;
    next = endOfPost(first);
    post(batch(first, next));
    if (next < events.length) callOff = nextFrame(flush);
  }

  function endOfPost(first: number): number {
    let size = 0;
    let end = first;
    for (; end < events.length; end++) {
      size += sizeOf(end);
      if (size > postLimit && end > first) break;
    }
    return end;
  }

  function batch(first: number, end: number): Batch {
    return { runId, first, events: events.slice(first, end), now: now() };
  }

  function sizeOf(index: number): number {
    return JSON.stringify(events[index]).length;
  }

  /** Appends an event, as part of the last one where both are pieces of a reply and that one is not posted yet. */
  function add(timed: TimedEvent): void {
    const last = events.length > next ? events.at(-1) : undefined;
    const joined = last && join(last, timed.event);
    if (joined) {
      events[events.length - 1] = joined;
      return;
    }
    if (timed.event.type === 'step') steps.push(events.length);
    events.push(timed);
  }

  /** The beginning of the whole steps that stand before an event and fit a post; that of one step at least. */
  function beginningBefore(end: number): number {
    let size = 0;
    let beginning = end;
    for (let index = end - 1; index >= 0; index--) {
      size += sizeOf(index);
      if (size > postLimit && beginning < end) break;
      if (index === 0 || events[index]?.event.type === 'step') beginning = index;
    }
    return beginning;
  }

  /** The end of the whole steps that begin at an event and fit a post; that of one step at least. */
  function endAfter(first: number): number {
    let size = 0;
    let end = first;
    for (let index = first; index < next; index++) {
      size += sizeOf(index);
      if (size > postLimit && end > first) break;
      if (index + 1 === next || events[index + 1]?.event.type === 'step') end = index + 1;
    }
    return end;
  }

  return {
    id: runId,
    hear(event, at = now()) {
      const told = pageEvent(event, describe);
      if (!told || closed) return;
      add({ at, event: told });
      callOff ??= nextFrame(flush);
    },
    snapshot() {
      callOff?.();
      const said = events;
      [events, steps, next] = [[], [], 0];
      for (const timed of said) add(timed);
      const first = beginningBefore(events.length);
      next = endOfPost(first);
      callOff = next < events.length ? nextFrame(flush) : undefined;
      return { ...batch(first, next), opens: true };
    },
    part(place) {
      if ('before' in place) {
        const end = Math.min(place.before, next);
        return batch(beginningBefore(end), end);
      }
      const first = 'from' in place ? place.from : (steps[place.step - 1] ?? steps.at(-1) ?? 0);
      return batch(first, endAfter(first));
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

function join({ at, event: first }: TimedEvent, second: PageEvent): TimedEvent | undefined {
  if (first.type !== 'delta' || second.type !== 'delta') return undefined;
  // Longer than this, two of them would not fit one post.
  if (first.text.length + second.text.length > postLimit / 2) return undefined;
  return { at, event: { type: 'delta', text: first.text + second.text } };
}
