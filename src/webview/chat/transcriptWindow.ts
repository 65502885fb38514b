import type { Batch } from '../../protocol/messages';
import { emptyTranscript, receive, type Transcript } from './transcriptModel';

/**
 * What the page holds of a run, however long that is: its last steps, always, and the steps that are drawn, which are
 * the same ones where the end is read.
 */
export interface TranscriptWindow {
  readonly live: Transcript;
  readonly shown: Transcript;
}

export const emptyWindow: TranscriptWindow = { live: emptyTranscript, shown: emptyTranscript };

/** Entries that are drawn at most, give or take a step; when there are more, so many stay. */
const mostEntries = 240;
const keptEntries = 160;

/** The window of a run of which nothing is known yet. */
export function windowOf(runId: string | undefined): TranscriptWindow {
  const transcript = { ...emptyTranscript, runId };
  return { live: transcript, shown: transcript };
}

export function isAtEnd({ live, shown }: TranscriptWindow): boolean {
  return shown.next === live.next;
}

export function isAtBeginning({ shown }: TranscriptWindow): boolean {
  return shown.first === 0;
}

/**
 * The window after a batch of what happens now; undefined when events are missing in between, so that all must be asked
 * for. Who reads the end goes on with it; who reads above it keeps what they read, and what comes below it waits.
 */
export function hear(window: TranscriptWindow, batch: Batch, readsEnd: boolean): TranscriptWindow | undefined {
  const { live, shown } = window;
  const heard = receive(live, batch);
  if (!heard) return undefined;
  const now = withoutOldest(heard);
  if (batch.opens) return { live: now, shown: now };
  if (!isAtEnd(window) || (!readsEnd && shown.entries.length >= mostEntries)) return { live: now, shown };
  const goneOn = shown === live ? heard : (receive(shown, batch) ?? shown);
  return { live: now, shown: readsEnd ? withoutOldest(goneOn) : goneOn };
}

/** The window with steps more, above or below what is shown; the same one when they no longer adjoin it. */
export function withPart(window: TranscriptWindow, part: Batch): TranscriptWindow {
  const { live, shown } = window;
  const end = part.first + part.events.length;
  if (part.runId !== shown.runId || part.events.length === 0) return window;
  if (end === shown.first) return { live, shown: withoutNewest(above(shown, part)) };
  if (part.first === shown.next) return { live, shown: withoutOldest(receive(shown, part) ?? shown) };
  return window;
}

/** The window opened at other steps, in the place of what is shown. */
export function openedAt({ live, shown }: TranscriptWindow, part: Batch): TranscriptWindow {
  return { live, shown: (part.runId === shown.runId && receive(emptyTranscript, { ...part, opens: true })) || shown };
}

/** Back to what happens now. */
export function atEnd({ live }: TranscriptWindow): TranscriptWindow {
  return { live, shown: live };
}

function above(shown: Transcript, part: Batch): Transcript {
  const earlier = receive(emptyTranscript, { ...part, opens: true });
  return earlier ? { ...shown, first: earlier.first, entries: [...earlier.entries, ...shown.entries] } : shown;
}

function withoutOldest(transcript: Transcript): Transcript {
  const { entries } = transcript;
  if (entries.length <= mostEntries) return transcript;
  const first = stepAt(entries, entries.length - keptEntries);
  if (first === undefined) return transcript;
  return { ...transcript, first, entries: entries.filter(({ seq }) => seq >= first) };
}

function withoutNewest(transcript: Transcript): Transcript {
  const { entries } = transcript;
  if (entries.length <= mostEntries) return transcript;
  const next = stepAt(entries, keptEntries);
  if (next === undefined) return transcript;
  return { ...transcript, next, entries: entries.filter(({ seq }) => seq < next) };
}

/** The event with which the first step begins that is drawn at or after an entry. */
function stepAt(entries: Transcript['entries'], index: number): number | undefined {
  return entries.slice(index).find(({ type }) => type === 'reply')?.seq;
}
