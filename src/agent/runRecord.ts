import { UserError } from './errors';
import type { AgentEvent } from './events';
import { unstarted, type RunRequest } from './session';

/** What is known of a run before anything happens in it. */
export interface RunHeader extends RunRequest {
  /** Of this format; raised when a field changes its meaning. */
  readonly version: 1;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
}

/** An event and when it happened, in milliseconds since the run was asked for. */
export interface RecordedEvent {
  readonly at: number;
  readonly event: AgentEvent;
}

/** What a person says of a finished run. */
export type RunVerdict = 'undecided' | 'accepted' | 'rejected';

/** A run as it is kept, whether it has ended or not. */
export interface RunRecord {
  readonly header: RunHeader;
  readonly events: readonly RecordedEvent[];
  readonly verdict: RunVerdict;
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

/** How errors stand in a record: those for a person as the template they are made of, bugs as what they say. */
interface WrittenError {
  readonly $error: { readonly code: string; readonly template: string; readonly values: readonly (string | number)[] };
}

const bug = 'run.bug';

/** One line of JSON, without its line break. What `readEvent` makes of it tells a surface all that the event did. */
export function writeEvent(recorded: RecordedEvent): string {
  return JSON.stringify(recorded, (_, value: unknown) => (value instanceof Error ? writtenError(value) : value));
}

/** Undefined for what is no event. */
export function readEvent(json: string): RecordedEvent | undefined {
  try {
    const value: unknown = JSON.parse(json, (_, part: unknown) => (isWrittenError(part) ? readError(part) : part));
    return isRecordedEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

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

function isRecordedEvent(value: unknown): value is RecordedEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { at, event } = value as Partial<RecordedEvent>;
  return typeof at === 'number' && typeof event === 'object' && event !== null && typeof event.type === 'string';
}
