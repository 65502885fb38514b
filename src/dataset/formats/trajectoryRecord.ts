import { DialogueError, readDialogue, type Turn } from '../../agent/conversation';
import type { Decision } from '../../agent/approval';
import type { EventOf } from '../../agent/events';
import type { TaskKind } from '../../agent/task';
import type { About, Correction, Place, Row, Unreadable, Verdict } from '../row';
import { isRecord } from './shape';

/**
 * A session's record, `*.trajectory.jsonl`: one JSON object a line, appended while the run goes on and never changed
 * afterwards. Each line names its run, so several runs may write to one file and what a person decides later is
 * appended too. Where two lines speak of the same thing the later one holds.
 *
 *     begun  ( turn | exchange | decision | execution )*  finished?  ( verdict | reward | loss | correction | remark )*
 *
 * A line of an unknown type is passed over: a newer version may have written it.
 */
export type RecordLine = { readonly run: string } & (
  | Begun
  | { readonly type: 'turn'; readonly turn: Turn }
  | Exchange
  | { readonly type: 'decision'; readonly step: number; readonly proposed: string; readonly decision: Decision }
  | {
      readonly type: 'execution';
      readonly step: number;
      readonly exitCode: number | null;
      readonly cwd: string | null;
      readonly truncated: boolean;
      readonly milliseconds: number;
    }
  | EventOf<'finished'>
  | { readonly type: 'verdict'; readonly verdict: Verdict; readonly at: string }
  | { readonly type: 'reward'; readonly reward: number; readonly by: string }
  /** Whether a reply is to be learnt, as a person set it. `turn` is an index. */
  | { readonly type: 'loss'; readonly turn: number; readonly loss: boolean }
  /** A reply that a person wrote anew. What the model said stays in its `turn` line. */
  | { readonly type: 'correction'; readonly turn: number; readonly value: string }
  | { readonly type: 'remark'; readonly tags: readonly string[]; readonly note: string }
);

/** The first line of a run. No key, no host, no user name stands in it. */
export interface Begun {
  readonly type: 'begun';
  /** Of this format; raised when a field changes its meaning. */
  readonly version: 1;
  readonly kind: TaskKind;
  readonly problem: string;
  readonly model: string;
  readonly engine: string;
  /** Where the instruction came from, and the SHA-256 of its turns as AgentInstruct writes them. */
  readonly prompt: { readonly source: 'own' | 'trained'; readonly sha256: string };
  /** ISO 8601. */
  readonly at: string;
  /** Of the product. */
  readonly product: string;
}

/** What was sent to the model and what came back, to the byte. */
export interface Exchange {
  readonly type: 'exchange';
  readonly step: number;
  readonly prompt: string;
  readonly reply: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly milliseconds: number;
}

/** Whether a value is a line of a recorded session, of this version or another. */
export function isRecordLine(
  value: unknown,
): value is Readonly<Record<string, unknown>> & { run: string; type: string } {
  return isRecord(value) && typeof value['run'] === 'string' && typeof value['type'] === 'string';
}

/** Puts the runs of a session together out of its lines. Holds the conversations of one file, not their exchanges. */
export class RecordReader {
  private readonly runs = new Map<string, Run>();

  add(place: Place, line: Readonly<Record<string, unknown>> & { run: string; type: string }): void {
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
  private readonly losses = new Map<number, boolean>();
  private readonly corrections = new Map<number, string>();
  private about: { -readonly [Key in keyof About]: About[Key] } = {};
  private version: unknown;

  constructor(
    private readonly id: string,
    private readonly place: Place,
  ) {}

  hear(line: Readonly<Record<string, unknown>> & { type: string }): void {
    const { turn, model, outcome, verdict, reward, loss, value } = line;
    switch (line.type) {
      case 'begun':
        this.version = line['version'];
        if (typeof model === 'string') this.about.model = model;
        break;
      case 'turn':
        this.turns.push(turn);
        break;
      case 'finished':
        if (isOutcome(outcome)) this.about.outcome = outcome;
        break;
      case 'verdict':
        if (verdict === 'accepted' || verdict === 'rejected') this.about.verdict = verdict;
        break;
      case 'reward':
        if (typeof reward === 'number' && reward >= 0 && reward <= 1) this.about.reward = reward;
        break;
      case 'loss':
        if (typeof turn === 'number' && typeof loss === 'boolean') this.losses.set(turn, loss);
        break;
      case 'correction':
        if (typeof turn === 'number' && typeof value === 'string') this.corrections.set(turn, value);
        break;
      default:
    }
  }

  row(): Row | Unreadable {
    const { id, place } = this;
    if (this.version !== 1) {
      return { place, unreadable: `belongs to the run ${id}, which has no first line of version 1` };
    }
    try {
      const { conversations } = readDialogue({ id, conversations: this.turns });
      const corrections: Correction[] = [];
      const turns = conversations.map((turn, index): Turn => {
        if (turn.from !== 'gpt') return turn;
        const value = this.corrections.get(index);
        const corrected = value !== undefined && value !== turn.value;
        if (corrected) corrections.push({ turn: index, original: turn.value });
        // What a person wrote is meant to be learnt, unless that person said otherwise.
        return { from: 'gpt', loss: this.losses.get(index) ?? (corrected || turn.loss), value: value ?? turn.value };
      });
      const about: About = { ...this.about, ...(corrections.length > 0 && { corrections }) };
      return { place, format: 'recorded', dialogue: { id, conversations: turns }, about };
    } catch (error) {
      if (error instanceof DialogueError) return { place, unreadable: `belongs to the run ${id}: ${error.message}` };
      throw error;
    }
  }
}

const outcomes = ['answered', 'finished', 'step-limit', 'malformed', 'repeated', 'stopped', 'failed'] as const;

function isOutcome(value: unknown): value is EventOf<'finished'>['outcome'] {
  return (outcomes as readonly unknown[]).includes(value);
}
