import { styleText } from 'node:util';
import type { FileChange } from '../agent/changes';
import type { Conversion } from '../agent/database';
import { unreachable } from '../agent/errors';
import type { AgentEvent, EventOf, Notice } from '../agent/events';
import { visible } from '../agent/hiddenCharacters';
import { changesInWords } from './changesText';
import { conversionsText, pendingText, type PendingChanges } from './dbChangesWords';
import { describeFailure } from './describeFailure';
import { shortId } from './pendingRuns';

/** An event of a run, or what is said of its surroundings: how data files were read, and what waits for a decision at the end. */
export type Printed =
  | AgentEvent
  | { readonly type: 'conversions'; readonly conversions: readonly Conversion[] }
  | ({ readonly type: 'database-changes' } & PendingChanges)
  | ChangesLine;

/** What a run in a sandbox has changed: the line before `finished`. */
export interface ChangesLine {
  readonly type: 'changes';
  /** For `agentlm changes`. */
  readonly id: string;
  readonly workspace: string;
  readonly changes: readonly FileChange[];
}

/** Takes the events of a run, in order; `finished` is the last. */
export type Printer = (event: Printed) => void;

/** One JSON object a line. Turns and exchanges stay out: they repeat what deltas and observations said. */
export function jsonPrinter(write: (text: string) => void): Printer {
  return (event) => {
    if (event.type === 'turn' || event.type === 'exchange') return;
    write(`${JSON.stringify(forProgram(event))}\n`);
  };
}

function forProgram(event: Exclude<Printed, { readonly type: 'turn' | 'exchange' }>): unknown {
  if (event.type === 'failure') return describeFailure(event.error);
  if (event.type !== 'notice' || !('reason' in event.notice)) return event;
  return { ...event, notice: { ...event.notice, reason: event.notice.reason.message } };
}

/** The run as a person reads it: thoughts as they come, observations set off, one line at the end. */
export function textPrinter(write: (text: string) => void): Printer {
  return (event) => {
    switch (event.type) {
      case 'started':
        write(`${styleText('bold', visible(event.problem))}\n`);
        break;
      case 'step':
        write(`\n${styleText('dim', `Step ${event.step} of ${event.limit}`)}\n`);
        break;
      case 'delta':
        write(visible(event.text));
        break;
      case 'action':
        write('\n');
        break;
      case 'observation':
        write(`${styleText('dim', indent(visible(event.text)))}\n`);
        break;
      case 'notice':
        write(`\n${styleText('yellow', visible(describeNotice(event.notice)))}\n`);
        break;
      case 'failure':
        write(`\n${styleText('red', visible(describeFailure(event.error).message))}\n`);
        break;
      case 'changes':
        write(describeChanges(event));
        break;
      case 'finished':
        write(`\n${describeEnd(event)}\n`);
        break;
      case 'conversions':
        write(styleText('dim', conversionsText(event.conversions)));
        break;
      case 'database-changes':
        write(`\n${pendingText(event)}`);
        break;
      case 'turn':
      case 'instruction':
      case 'replied':
      case 'exchange':
      case 'context':
      case 'approval':
        break;
      default:
        unreachable(event);
    }
  };
}

/** What is worth knowing besides, in a sentence. */
export function describeNotice(notice: Notice): string {
  switch (notice.code) {
    case 'trimmed':
      return `The window is full: ${notice.omittedTurns} earlier messages are left out.`;
    case 'malformed':
      return `No action: ${notice.problem.sentence}`;
    case 'repetition':
      return 'The model repeats itself. It was told so.';
    case 'interrupted':
      return 'It was interrupted before it had ended.';
    case 'waiting':
      return `${notice.reason.message} It is asked again in ${(notice.waitMs / 1000).toFixed(1)} s.`;
    case 'queued':
      return `The endpoint answers ${notice.ahead} others first.`;
    case 'grammar-rejected':
      return `Replies are no longer held to the action grammar. ${notice.reason.message}`;
    case 'grammar-ignored':
      return 'The server took the action grammar and did not keep to it. Replies are no longer held to it.';
    case 'continued':
      return 'The reply ran into its token limit and was continued.';
    case 'chat-template':
      return 'The server puts the conversation into a format of its own. If it is not that of Llama-2, expect worse replies.';
    case 'copying':
      return `The database is copied: ${Math.floor(100 * notice.share)} %.`;
    case 'tables-shortened':
      return 'The model has no room for all columns of all tables: it is told some of them, and looks the others up. Name the tables that matter with --tables.';
  }
}

const ends: Readonly<Record<EventOf<'finished'>['outcome'], string>> = {
  answered: 'Answer',
  finished: 'Finished',
  'step-limit': 'Stopped at the step limit',
  malformed: 'Ended: the model wrote no action three times in a row',
  repeated: 'Ended: the model went round in circles',
  stopped: 'Stopped',
  failed: 'Failed',
};

function describeEnd({ outcome, answer, steps, usage, time }: EventOf<'finished'>): string {
  const said = answer === null ? '' : `: ${visible(typeof answer === 'string' ? answer : answer.join(', '))}`;
  const seconds = (time.totalMs / 1000).toFixed(1);
  const tokens = usage.promptTokens + usage.completionTokens;
  return `${styleText('bold', `${ends[outcome]}${said}`)}\n${styleText('dim', `${steps} ${steps === 1 ? 'step' : 'steps'}, ${tokens} tokens, ${seconds} s`)}`;
}

function describeChanges({ id, changes }: ChangesLine): string {
  if (changes.length === 0) return '\nNothing in the folder was changed.\n';
  const next = ['show', 'apply', 'discard'].map((verb) => `  agentlm changes ${verb} ${shortId(id)}\n`).join('');
  return `\n${styleText('bold', 'Changed, and waiting to be applied:')}\n${changesInWords(changes)}${styleText('dim', next)}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
