import type { Turn } from '../agent/conversation';
import type { Counted, Histogram, TrajectoryStatistics } from '../agent/trajectoryStatistics';
import { ErrorCounter, runErrors } from './errorAnalysis';
import { isRow, type Row, type Unreadable } from './row';
import { StatisticsCounter } from './statistics';

const dayMilliseconds = 86_400_000;
const tokensWidth = 256;

/** Counts rows for a page about them: the paper's table, its error analysis, and how all of it is spread. */
export class Overview {
  private readonly statistics: StatisticsCounter;
  private readonly errors = new ErrorCounter();
  private readonly lengths = new Map<number, number>();
  private readonly turns = new Map<number, number>();
  private readonly days = new Map<number, Map<string, number>>();
  rows = 0;

  constructor(
    private readonly options: {
      readonly maxTokens: number;
      readonly countTokens: (turns: readonly Turn[]) => number;
    },
  ) {
    this.statistics = new StatisticsCounter(options);
  }

  add(row: Row | Unreadable): void {
    if (!isRow(row)) {
      this.statistics.addUnreadable();
      return;
    }
    this.rows++;
    this.statistics.add(row);
    this.errors.add(row, runErrors(row, this.options));
    const { conversations } = row.dialogue;
    const tokens = this.options.countTokens(conversations);
    count(this.lengths, tokensWidth * Math.floor(tokens / tokensWidth));
    count(this.turns, conversations.filter(({ loss }) => loss === true).length);
    const { at, outcome } = row.about;
    if (at === undefined) return;
    const day = dayMilliseconds * Math.floor(at / dayMilliseconds);
    const outcomes = this.days.get(day) ?? new Map<string, number>();
    this.days.set(day, outcomes);
    count(outcomes, outcome ?? 'unknown');
  }

  /** @param partial whether rows are missing */
  result({ partial }: Pick<TrajectoryStatistics, 'partial'>): TrajectoryStatistics {
    const { table, tokens, learntTokens, overLimit, actions, outcomes, unreadable } = this.statistics.result();
    return {
      rows: this.rows,
      unreadable,
      partial,
      table,
      tokens: {
        total: tokens.total,
        learnt: learntTokens,
        median: tokens.median,
        p95: tokens.p95,
        limit: this.options.maxTokens,
        overLimit,
      },
      lengths: histogram(this.lengths, tokensWidth),
      turns: histogram(this.turns, 1),
      actions: counted(Object.entries(actions)),
      outcomes: counted(Object.entries(outcomes)),
      days: [...this.days]
        .toSorted(([a], [b]) => a - b)
        .map(([day, byOutcome]) => ({ day, outcomes: counted(byOutcome) })),
      errors: this.errors.lines().map(({ rule, model, rows, of, times }) => ({ rule, model, rows, of, times })),
    };
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The most frequent first. */
function counted(counts: Iterable<readonly [string, number]>): Counted[] {
  return [...counts].map(([name, many]) => ({ name, count: many })).sort((a, b) => b.count - a.count);
}

/** Every bucket from the first to the last, also those in which nothing is. */
function histogram(counts: ReadonlyMap<number, number>, width: number): Histogram {
  const starts = [...counts.keys()];
  if (starts.length === 0) return { width, buckets: [] };
  const first = Math.min(...starts);
  const many = (Math.max(...starts) - first) / width + 1;
  // A single row of a million tokens is no reason to draw as many bars.
  const shown = Math.min(many, mostBuckets);
  const buckets = Array.from({ length: shown }, (_, index) => {
    const from = first + index * width;
    return { from, rows: counts.get(from) ?? 0 };
  });
  const beyond = starts.filter((start) => start >= first + shown * width);
  const rest = beyond.reduce((sum, start) => sum + (counts.get(start) ?? 0), 0);
  return { width, buckets: rest === 0 ? buckets : [...buckets, { from: first + shown * width, rows: rest }] };
}

const mostBuckets = 100;
