import type {
  Batch,
  Decision,
  Obstacle,
  Outcome,
  PageEvent,
  PageNotice,
  RunningCommand,
  RunState,
  TimedEvent,
} from '../../protocol/messages';
import type { Grid } from '../../protocol/reviewMessages';

/**
 * What consecutive events of a run look like. Entries are replaced, never changed, so identity tells what to draw again.
 */
export interface Transcript {
  readonly runId: string | undefined;
  /** The number of the event that it begins with. */
  readonly first: number;
  /** The number of the event that comes next. */
  readonly next: number;
  readonly entries: readonly Numbered<Entry>[];
  readonly context: ContextUse | undefined;
}

/** Tokens. */
export interface ContextUse {
  readonly prompt: number;
  readonly reserved: number;
  readonly window: number;
}

/** An entry and the number of the event that it began with. */
export type Numbered<E> = E & { readonly seq: number };

export type Entry =
  ReplyEntry | ActionEntry | InstructionEntry | NoticeEntry | AnswerEntry | FailureEntry | OutcomeEntry;

/** A reply of the model: its raw text while it arrives, its thought once the action is known. */
export interface ReplyEntry {
  readonly type: 'reply';
  readonly step: number;
  readonly limit: number;
  readonly since: number;
  readonly text: string;
  readonly progress: 'waiting' | 'streaming' | 'done';
}

/** A command or a statement, and what became of it. */
export interface ActionEntry {
  readonly type: 'action';
  readonly step: number;
  readonly language: 'bash' | 'sql';
  readonly text: string;
  readonly fate:
    | { readonly is: 'proposed' }
    | { readonly is: 'running'; readonly since: number }
    | { readonly is: 'done'; readonly milliseconds: number; readonly observation: Observation }
    | { readonly is: 'skipped'; readonly reason: string }
    | { readonly is: 'stopped' };
  /** What was run instead. */
  readonly edited: string | undefined;
}

export type Observation = Extract<PageEvent, { readonly type: 'observation' }>;

/** What the user said to the agent at work, once it has read it. */
export interface InstructionEntry {
  readonly type: 'instruction';
  readonly text: string;
}

export interface NoticeEntry {
  readonly type: 'notice';
  readonly notice: PageNotice;
}

export interface AnswerEntry {
  readonly type: 'answer';
  readonly answer: string | readonly string[];
  /** The last statement that gave rows, where there was one. */
  readonly query: Query | undefined;
}

/** A statement as it was run, and its rows. */
export interface Query {
  readonly text: string;
  readonly result: Grid;
}

export interface FailureEntry {
  readonly type: 'failure';
  readonly message: string;
  readonly code: string | undefined;
}

export interface OutcomeEntry {
  readonly type: 'outcome';
  readonly outcome: Outcome;
  readonly steps: number;
  readonly milliseconds: number;
}

export const emptyTranscript: Transcript = {
  runId: undefined,
  first: 0,
  next: 0,
  entries: [],
  context: undefined,
};

/** The transcript with a batch more; undefined when events are missing in between, so that all must be asked for. */
export function receive(transcript: Transcript, batch: Batch): Transcript | undefined {
  const { runId, first, events } = batch;
  const before = batch.opens ? { ...emptyTranscript, runId, first, next: first } : transcript;
  if (before.runId !== runId || before.next !== first) return undefined;
  const entries = [...before.entries];
  let { context } = before;
  for (const [index, timed] of events.entries()) {
    extend(entries, timed, first + index);
    context = contextUse(timed.event) ?? context;
  }
  return { runId, first: before.first, next: first + events.length, entries, context };
}

/** What a run is doing right now. */
export type Phase = 'idle' | 'opening' | 'waiting' | 'streaming' | 'approval' | 'running' | 'listening' | 'ended';

export function phaseOf(run: RunState, { entries }: Transcript): Phase {
  if (run.phase !== 'running') return run.phase;
  if (run.listening) return 'listening';
  const last = entries.findLast(({ type }) => type !== 'notice');
  if (last?.type === 'action' && last.fate.is === 'running') return 'running';
  if (awaits(run, last)) return 'approval';
  return last?.type === 'reply' && last.progress === 'streaming' ? 'streaming' : 'waiting';
}

/** True for the action whose approval is asked. */
export function awaits(run: RunState, entry: Entry | undefined): boolean {
  if (run.phase !== 'running' || entry?.type !== 'action') return false;
  return entry.fate.is === 'proposed' && entry.step === run.awaiting;
}

/** What is known of the command of an action while it runs. */
export function commandOf(run: RunState, entry: Entry): RunningCommand | undefined {
  return run.phase === 'running' && entry.type === 'action' && entry.fate.is === 'running' ? run.command : undefined;
}

/** Whether the run can be accepted or rejected, and what keeps it from being accepted. */
export function judgement(run: RunState, { entries }: Transcript): readonly Obstacle[] | undefined {
  if (run.phase !== 'ended' || run.kind === 'chat') return undefined;
  const judged = entries.some((entry) => entry.type === 'outcome' && entry.outcome !== 'failed');
  return judged ? run.obstacles : undefined;
}

function extend(entries: Numbered<Entry>[], { at, event }: TimedEvent, seq: number): void {
  const push = (entry: Entry): void => void entries.push({ ...entry, seq });
  switch (event.type) {
    case 'step':
      // A run that goes on from another one has its steps, and none of its ends.
      settle(entries);
      push({ type: 'reply', step: event.step, limit: event.limit, since: at, text: '', progress: 'waiting' });
      break;
    case 'delta':
      replaceLast(entries, 'reply', (reply) => ({
        ...reply,
        text: reply.text + event.text,
        progress: 'streaming',
      }));
      break;
    case 'action':
      replaceLast(entries, 'reply', (reply) => ({ ...reply, text: event.thought, progress: 'done' }));
      if (event.kind === 'bash' || event.kind === 'sql') {
        const { step, kind: language, text } = event;
        push({ type: 'action', step, language, text, fate: { is: 'proposed' }, edited: undefined });
      }
      break;
    case 'approval':
      replaceLast(entries, 'action', (action) => decided(action, event.decision, at));
      break;
    case 'observation':
      replaceLast(entries, 'action', (action) => observed(action, event, at));
      break;
    case 'notice':
      if (event.notice.code === 'malformed') finishReply(entries);
      remark(entries, { ...event, seq });
      break;
    case 'replied':
      finishReply(entries);
      break;
    case 'instruction':
      push({ type: 'instruction', text: event.text });
      break;
    case 'failure':
      settle(entries);
      push(event);
      break;
    case 'finished':
      settle(entries);
      if (event.answer !== null) push({ type: 'answer', answer: event.answer, query: lastQuery(entries) });
      push({
        type: 'outcome',
        outcome: event.outcome,
        steps: event.steps,
        // Without the time that a person took to decide.
        milliseconds: event.time.modelMs + event.time.environmentMs + event.time.overheadMs,
      });
      break;
    case 'started':
      if (isCopying(entries.at(-1))) entries.pop();
      break;
    case 'context':
      break;
  }
}

function remark(entries: Numbered<Entry>[], entry: Numbered<NoticeEntry>): void {
  // What is said about a prompt stands above the reply to it.
  const at = isWaiting(entries.at(-1)) ? entries.length - 1 : entries.length;
  // A server that loads its model for minutes has one line, and so has a copy that is made.
  const before = entries[at - 1];
  const { code } = entry.notice;
  const again = (code === 'waiting' || code === 'copying') && before?.type === 'notice' && before.notice.code === code;
  entries.splice(again ? at - 1 : at, again ? 1 : 0, entry);
}

function contextUse(event: PageEvent): ContextUse | undefined {
  if (event.type !== 'context') return undefined;
  return { prompt: event.promptTokens, reserved: event.reservedTokens, window: event.contextLength };
}

function decided(action: ActionEntry, decision: Decision, at: number): ActionEntry {
  switch (decision.verdict) {
    case 'run':
      return { ...action, fate: { is: 'running', since: at } };
    case 'edit':
      return { ...action, fate: { is: 'running', since: at }, edited: decision.text };
    case 'skip':
      return { ...action, fate: { is: 'skipped', reason: decision.reason } };
    case 'stop':
      return { ...action, fate: { is: 'stopped' } };
  }
}

/** What the model reads of a skipped action is not an output. */
function observed(action: ActionEntry, observation: Observation, at: number): ActionEntry {
  if (action.fate.is !== 'running') return action;
  return { ...action, fate: { is: 'done', milliseconds: at - action.fate.since, observation } };
}

/** With the run, whatever was still going on in it has ended. */
function settle(entries: Numbered<Entry>[]): void {
  finishReply(entries);
  replaceLast(entries, 'action', (action) =>
    action.fate.is === 'proposed' || action.fate.is === 'running' ? { ...action, fate: { is: 'stopped' } } : action,
  );
}

function finishReply(entries: Numbered<Entry>[]): void {
  replaceLast(entries, 'reply', (reply) => ({ ...reply, progress: 'done' }));
}

function lastQuery(entries: readonly Entry[]): Query | undefined {
  for (const entry of entries.toReversed()) {
    if (entry.type !== 'action' || entry.fate.is !== 'done') continue;
    const { result } = entry.fate.observation;
    if (result && result.rows.length > 0) return { text: entry.edited ?? entry.text, result };
  }
  return undefined;
}

function isCopying(entry: Entry | undefined): boolean {
  return entry?.type === 'notice' && entry.notice.code === 'copying';
}

function isWaiting(entry: Entry | undefined): boolean {
  return entry?.type === 'reply' && entry.progress === 'waiting';
}

/** Whatever is done to an entry is done before another one of its type follows. */
function replaceLast<T extends Entry['type']>(
  entries: Numbered<Entry>[],
  type: T,
  replace: (entry: Extract<Entry, { readonly type: T }>) => Entry,
): void {
  const index = entries.findLastIndex((entry) => entry.type === type);
  const last = entries[index];
  if (last && isOf(type, last)) entries[index] = { ...replace(last), seq: last.seq };
}

function isOf<T extends Entry['type'], E extends Entry>(
  type: T,
  entry: E,
): entry is E & Extract<Entry, { readonly type: T }> {
  return entry.type === type;
}
