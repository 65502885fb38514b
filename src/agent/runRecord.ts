import { UserError } from './errors';
import type { AgentEvent } from './events';
import { reviewed, unreviewed, type ReviewLine, type RunReview } from './runReview';
import { unstarted, type RunRequest } from './session';

/** What is known of a run before anything happens in it. No key and no address of a server stands in it. */
export interface RunHeader extends RunRequest {
  /** Of this format; raised when a field changes its meaning. */
  readonly version: 1;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  /** Of the software that ran it, e.g. `0.1.0`. */
  readonly product: string;
}

/** An event and when it happened, in milliseconds since the run was asked for. */
export interface RecordedEvent {
  readonly at: number;
  readonly event: AgentEvent;
}

/**
 * A line of a record, `*.trajectory.jsonl`: one JSON object, appended while the run goes on and never changed. Each line
 * names its run, so several runs may share a file.
 *
 *     begun  event*  review*
 *
 * The events are those of events.ts, the pieces of a reply as one. A line of an unknown type is passed over: a newer
 * version may have written it.
 */
export type RecordLine =
  | ({ readonly run: string; readonly type: 'begun' } & RunHeader)
  | ({ readonly run: string; readonly at: number } & (AgentEvent | ReviewLine));

/** A run as it is kept, whether it has ended or not. */
export interface RunRecord {
  readonly header: RunHeader;
  readonly events: readonly RecordedEvent[];
  readonly review: RunReview;
}

/** The record of a run that nobody carries on: one that was interrupted gets the end that it lacks. */
export function ended(record: RunRecord): RunRecord {
  const { events } = record;
  if (events.some(({ event }) => event.type === 'finished')) return record;
  const at = events.at(-1)?.at ?? 0;
  const steps = events.filter(({ event }) => event.type === 'step').length;
  const finished: AgentEvent = { ...unstarted({ aborted: true }), steps };
  return { ...record, events: [...events, { at, event: interrupted }, { at, event: finished }] };
}

const interrupted: AgentEvent = { type: 'notice', notice: { code: 'interrupted' } };

/** One line of JSON, without its line break. What `readLine` makes of an event tells a surface all that the event did. */
export function writeLine(line: RecordLine): string {
  return JSON.stringify(line, (_, value: unknown) => (value instanceof Error ? writtenError(value) : value));
}

/** Undefined for what is no line of this version. */
export function readLine(json: string): RecordLine | undefined {
  try {
    const value: unknown = JSON.parse(json, (_, part: unknown) => (isWrittenError(part) ? readError(part) : part));
    return isRecordLine(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value out of a file is such a line. What the fields of its type hold is believed. */
export function isRecordLine(value: unknown): value is RecordLine {
  if (typeof value !== 'object' || value === null) return false;
  const { run, type, at, version, kind, problem, place, askedAt } = value as Readonly<Record<string, unknown>>;
  if (typeof run !== 'string' || typeof type !== 'string') return false;
  if (type !== 'begun') return typeof at === 'number';
  if (version !== 1 || (kind !== 'os' && kind !== 'db' && kind !== 'chat') || typeof askedAt !== 'number') return false;
  return typeof problem === 'string' && typeof place === 'string';
}

/** The record that the lines of one run make; undefined where its first line is missing. */
export function readRecord(lines: readonly RecordLine[]): RunRecord | undefined {
  let header: RunHeader | undefined;
  let review = unreviewed;
  const events: RecordedEvent[] = [];
  for (const line of lines) {
    if (line.type === 'begun') {
      header ??= headerOf(line);
      continue;
    }
    if (isReviewLine(line)) review = reviewed(review, line);
    else if (Object.hasOwn(eventTypes, line.type)) events.push(eventOf(line));
  }
  return header && { header, events, review };
}

function headerOf(line: Extract<RecordLine, { readonly type: 'begun' }>): RunHeader {
  const { version, kind, problem, place, askedAt, product } = line;
  return { version, kind, problem, place, askedAt, product };
}

function eventOf(line: { readonly run: string; readonly at: number } & AgentEvent): RecordedEvent {
  const { run: _run, at, ...event } = line;
  return { at, event };
}

const eventTypes: Readonly<Record<AgentEvent['type'], true>> = {
  started: true,
  turn: true,
  step: true,
  context: true,
  delta: true,
  exchange: true,
  action: true,
  approval: true,
  observation: true,
  instruction: true,
  replied: true,
  notice: true,
  failure: true,
  finished: true,
};

const reviewTypes: Readonly<Record<ReviewLine['type'], true>> = {
  verdict: true,
  reward: true,
  loss: true,
  correction: true,
  redaction: true,
  remark: true,
};

/** Whether a line was said after the run, by a person or a check. */
export function isReviewLine<L extends { readonly type: string }>(line: L): line is L & ReviewLine {
  return Object.hasOwn(reviewTypes, line.type);
}

/** How errors stand in a record: those for a person as the template they are made of, bugs as what they say. */
interface WrittenError {
  readonly $error: { readonly code: string; readonly template: string; readonly values: readonly (string | number)[] };
}

const bug = 'run.bug';

function writtenError(error: Error): WrittenError {
  if (!UserError.is(error)) return { $error: { code: bug, template: '{0}', values: [error.message] } };
  const { code, template, values } = error;
  return { $error: { code, template, values } };
}

function readError({ $error: { code, template, values } }: WrittenError): Error {
  return code === bug ? new Error(String(values[0])) : new UserError(code, template, values);
}

function isWrittenError(value: unknown): value is WrittenError {
  if (typeof value !== 'object' || value === null || !('$error' in value)) return false;
  const { $error: error } = value as WrittenError;
  return typeof error?.code === 'string' && typeof error.template === 'string' && Array.isArray(error.values);
}
