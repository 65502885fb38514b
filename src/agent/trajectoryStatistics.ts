/** What many trajectories come to. */
export interface TrajectoryStatistics {
  readonly rows: number;
  readonly unreadable: number;
  /** Whether somebody stopped the counting before its end. */
  readonly partial: boolean;
  /** The paper's table. */
  readonly table: readonly StatisticsLine[];
  readonly tokens: {
    readonly total: number;
    readonly learnt: number;
    readonly median: number;
    readonly p95: number;
    /** Tokens that the model reads, and rows that have more. */
    readonly limit: number;
    readonly overLimit: number;
  };
  /** Rows by their tokens: `from` and up to `bucket` more. */
  readonly lengths: Histogram;
  /** Rows by the replies to be learnt. */
  readonly turns: Histogram;
  readonly actions: readonly Counted[];
  readonly outcomes: readonly Counted[];
  /** Rows whose time is known, by day, the first one first. */
  readonly days: readonly {
    /** Milliseconds since 1970, at midnight UTC. */
    readonly day: number;
    readonly outcomes: readonly Counted[];
  }[];
  /** The paper's error analysis. */
  readonly errors: readonly ErrorsOfRule[];
}

/** A line of the paper's table: what was asked, what was kept of it, how long that is. */
export interface StatisticsLine {
  readonly task: string;
  /** Null where the file does not say. */
  readonly model: string | null;
  /** Different tasks. */
  readonly instructions: number;
  readonly rows: number;
  readonly kept: number;
  /** Learnt replies of a kept row, on average; null where nothing was kept. */
  readonly averageTurns: number | null;
  /** Kept rows by instructions; null where only kept rows are in the file, as in published ones. */
  readonly keptRatio: number | null;
}

export interface Histogram {
  readonly width: number;
  readonly buckets: readonly { readonly from: number; readonly rows: number }[];
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** The error classes of the paper's analysis, and what the environment could not do. */
export const errorRules = [
  'invalid-action',
  'repeated-action',
  'context-limit',
  'step-limit',
  'wrong-answer',
  'environment-error',
] as const;

export type ErrorRule = (typeof errorRules)[number];

/** In how many rows of a model a rule fired. */
export interface ErrorsOfRule {
  readonly rule: string;
  readonly model: string | null;
  readonly rows: number;
  readonly of: number;
  readonly times: number;
}

/**
 * Counts the trajectories of these files.
 * @param onProgress told how many rows were counted
 * @returns what was counted so far, when it is aborted
 */
export type CountTrajectories = (
  files: readonly string[],
  onProgress: (rows: number) => void,
  signal: AbortSignal,
) => Promise<TrajectoryStatistics>;
