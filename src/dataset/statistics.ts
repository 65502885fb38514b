import type { Turn } from '../agent/conversation';
import type { StatisticsLine } from '../agent/trajectoryStatistics';
import { actionOf } from './actions';
import { hash53 } from './hash';
import { isKept } from './kept';
import type { Row } from './row';
import { problemOf, splitOf, type Split } from './split';

export interface TableLine extends StatisticsLine {
  readonly task: Split;
}

/** How a length is spread over the rows. */
export interface Spread {
  readonly total: number;
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
  readonly largest: number;
}

export interface Statistics {
  readonly table: readonly TableLine[];
  /** Of whole conversations in the Llama-2 format. */
  readonly tokens: Spread;
  /** Of the replies to be learnt. */
  readonly learntTokens: number;
  readonly overLimit: number;
  readonly turns: Spread;
  /** Learnt actions by kind: bash, sql, answer, finish, other, none. */
  readonly actions: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly unreadable: number;
}

export interface StatisticsOptions {
  readonly maxTokens: number;
  readonly countTokens: (turns: readonly Turn[]) => number;
}

/** Counts rows one by one. Memory: 50 bytes for each different task. */
export class StatisticsCounter {
  private readonly groups = new Map<string, Group>();
  private readonly tokens = new Histogram();
  private readonly turns = new Histogram();
  private readonly actions = new Map<string, number>();
  private readonly outcomes = new Map<string, number>();
  private learntTokens = 0;
  private overLimit = 0;
  private unreadable = 0;

  constructor(private readonly options: StatisticsOptions) {}

  addUnreadable(): void {
    this.unreadable++;
  }

  add(row: Row): void {
    const { dialogue, about } = row;
    const { conversations } = dialogue;
    const split = splitOf(dialogue);
    const learnt = conversations.filter(({ from, loss }) => from === 'gpt' && loss === true);
    this.group(split, about.model ?? null).add(
      hash53(problemOf(dialogue, split)),
      learnt.length,
      isKept(row, split),
      row.format !== 'recorded' && about.reward === undefined,
    );

    const tokens = this.options.countTokens(conversations);
    this.tokens.add(tokens);
    if (tokens > this.options.maxTokens) this.overLimit++;
    this.learntTokens += learnt.reduce((sum, turn) => sum + this.options.countTokens([turn]), 0);
    this.turns.add(learnt.length);
    for (const { value } of learnt) count(this.actions, actionName(value, split));
    if (about.outcome !== undefined) count(this.outcomes, about.outcome);
  }

  result(): Statistics {
    const table = [...this.groups.values()].map((group) => group.line()).sort(byTask);
    const { learntTokens, overLimit, unreadable } = this;
    return {
      table,
      tokens: this.tokens.spread(),
      learntTokens,
      overLimit,
      turns: this.turns.spread(),
      actions: Object.fromEntries(this.actions),
      outcomes: Object.fromEntries(this.outcomes),
      unreadable,
    };
  }

  private group(task: Split, model: string | null): Group {
    const key = JSON.stringify([task, model]);
    const group = this.groups.get(key) ?? new Group(task, model);
    this.groups.set(key, group);
    return group;
  }
}

class Group {
  private readonly instructions = new Set<number>();
  private rows = 0;
  private kept = 0;
  private keptTurns = 0;
  /** Whether every row was kept before it came here, so that nobody knows of how many. */
  private published = true;

  constructor(
    private readonly task: Split,
    private readonly model: string | null,
  ) {}

  add(instruction: number, turns: number, kept: boolean | undefined, published: boolean): void {
    this.instructions.add(instruction);
    this.rows++;
    this.published &&= published;
    if (kept !== true) return;
    this.kept++;
    this.keptTurns += turns;
  }

  line(): TableLine {
    const { task, model, rows, kept } = this;
    return {
      task,
      model,
      instructions: this.instructions.size,
      rows,
      kept,
      averageTurns: kept === 0 ? null : this.keptTurns / kept,
      keptRatio: this.published ? null : kept / this.instructions.size,
    };
  }
}

class Histogram {
  private readonly rowsOf = new Map<number, number>();
  private rows = 0;
  private total = 0;
  private largest = 0;

  add(length: number): void {
    this.rowsOf.set(length, (this.rowsOf.get(length) ?? 0) + 1);
    this.rows++;
    this.total += length;
    this.largest = Math.max(this.largest, length);
  }

  spread(): Spread {
    const { rows, total, largest } = this;
    return {
      total,
      mean: rows === 0 ? 0 : total / rows,
      median: this.quantile(0.5),
      p95: this.quantile(0.95),
      largest,
    };
  }

  private quantile(share: number): number {
    let seen = 0;
    for (const [length, rows] of [...this.rowsOf].sort(([a], [b]) => a - b)) {
      seen += rows;
      if (seen >= share * this.rows) return length;
    }
    return 0;
  }
}

function actionName(reply: string, split: Split): string {
  const action = actionOf(reply, split);
  return action === undefined || 'problem' in action ? 'none' : action.kind;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function byTask(a: TableLine, b: TableLine): number {
  return a.task.localeCompare(b.task) || (a.model ?? '').localeCompare(b.model ?? '');
}
