import { DialogueError, readDialogue } from '../../agent/conversation';
import type { Outcome } from '../../agent/events';
import { isRecord } from '../../agent/json';
import { reviewed, reviewedTurns, unreviewed, type Replacement, type ReviewLine } from '../../agent/runReview';
import type { About, Place, Row, Unreadable } from '../row';

/** A line of a recorded run (agent/runRecord.ts), of this version or another. */
type Line = Readonly<Record<string, unknown>> & { readonly run: string; readonly type: string };

/** Whether a value is such a line. */
export function isRecordLine(value: unknown): value is Line {
  return isRecord(value) && typeof value['run'] === 'string' && typeof value['type'] === 'string';
}

/** Puts the runs of a file together out of its lines. Holds their conversations, not their exchanges. */
export class RecordReader {
  private readonly runs = new Map<string, Run>();

  add(place: Place, line: Line): void {
    const run = this.runs.get(line.run) ?? new Run(line.run, place);
    this.runs.set(line.run, run);
    run.hear(line);
  }

  /** A row for each run, in the order in which they began. */
  rows(): (Row | Unreadable)[] {
    return [...this.runs.values()].map((run) => run.row());
  }
}

class Run {
  private readonly turns: unknown[] = [];
  private review = unreviewed;
  private about: { -readonly [Key in keyof About]: About[Key] } = {};
  private version: unknown;

  constructor(
    private readonly id: string,
    private readonly place: Place,
  ) {}

  hear(line: Line): void {
    const { turn, model, outcome, askedAt } = line;
    switch (line.type) {
      case 'begun':
        this.version = line['version'];
        if (typeof askedAt === 'number') this.about.at = askedAt;
        break;
      case 'started':
        if (typeof model === 'string') this.about.model = model;
        break;
      case 'turn':
        this.turns.push(turn);
        break;
      case 'finished':
        if (isOutcome(outcome)) this.about.outcome = outcome;
        break;
      default: {
        const said = readReviewLine(line);
        if (said) this.review = reviewed(this.review, said);
      }
    }
  }

  row(): Row | Unreadable {
    const { id, place, review } = this;
    if (this.version !== 1) {
      return { place, unreadable: `belongs to the run ${id}, which has no first line of version 1` };
    }
    try {
      const { conversations } = readDialogue({ id, conversations: this.turns });
      const { turns, corrections } = reviewedTurns(conversations, review);
      const about: About = {
        ...this.about,
        ...(review.verdict !== 'undecided' && { verdict: review.verdict }),
        ...(review.reward !== undefined && { reward: review.reward }),
        ...(corrections.length > 0 && { corrections }),
        ...(review.kept.length > 0 && { kept: review.kept }),
        ...(review.tags.length > 0 && { tags: review.tags }),
        ...(review.note !== '' && { note: review.note }),
      };
      return { place, format: 'recorded', dialogue: { id, conversations: turns }, about };
    } catch (error) {
      if (error instanceof DialogueError) return { place, unreadable: `belongs to the run ${id}: ${error.message}` };
      throw error;
    }
  }
}

/** What was said of the run; undefined for what is no such line, or holds something else than it should. */
function readReviewLine(line: Line): ReviewLine | undefined {
  const { verdict, reward, by, turn, loss, value, replaced, kept, tags, note } = line;
  switch (line.type) {
    case 'verdict':
      return isVerdict(verdict) ? { type: 'verdict', verdict } : undefined;
    case 'reward':
      return typeof reward === 'number' && reward >= 0 && reward <= 1
        ? { type: 'reward', reward, by: by === 'check' ? by : 'person' }
        : undefined;
    case 'loss':
      return typeof turn === 'number' && typeof loss === 'boolean' ? { type: 'loss', turn, loss } : undefined;
    case 'correction':
      return typeof turn === 'number' && typeof value === 'string' ? { type: 'correction', turn, value } : undefined;
    case 'redaction':
      return isListOf(replaced, isReplacement) && isListOf(kept, isText)
        ? { type: 'redaction', replaced, kept }
        : undefined;
    case 'remark':
      return isListOf(tags, isText) && isText(note) ? { type: 'remark', tags, note } : undefined;
    default:
      return undefined;
  }
}

const outcomes = ['answered', 'finished', 'step-limit', 'malformed', 'repeated', 'stopped', 'failed'] as const;

function isOutcome(value: unknown): value is Outcome {
  return (outcomes as readonly unknown[]).includes(value);
}

function isVerdict(value: unknown): value is 'undecided' | 'accepted' | 'rejected' {
  return value === 'undecided' || value === 'accepted' || value === 'rejected';
}

function isReplacement(value: unknown): value is Replacement {
  return (
    isRecord(value) && [value['kind'], value['secret'], value['replacement']].every(isText) && value['secret'] !== ''
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf<T>(value: unknown, isOne: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every((item) => isOne(item));
}
