import type { TrajectoryStatistics } from '../agent/trajectoryStatistics';
import type { StatisticsStrings } from './statisticsStrings';
import type { TrajectoryStrings } from './trajectoryStrings';
import type { StateHostApi } from './statePage';

export type { Counted, Histogram, StatisticsLine, TrajectoryStatistics } from '../agent/trajectoryStatistics';

/** What the page of statistics shows. */
export interface StatisticsState {
  /** Of what, in words. */
  readonly subject: string;
  readonly phase: 'counting' | 'ready';
  /** Rows that were counted. */
  readonly counted: number;
  /** Undefined until there are any. */
  readonly statistics: TrajectoryStatistics | undefined;
  /** The language of numbers and dates. */
  readonly language: string;
}

/** What the extension answers to the page of statistics. */
export interface StatisticsHostApi extends StateHostApi<StatisticsState, TrajectoryStrings & StatisticsStrings> {
  /** Shows what was counted so far. */
  stop(argument: null): void;
  /** Counts again. */
  refresh(argument: null): void;
  /** Shows the trajectories in which a rule fired. */
  showErrors(argument: { readonly rule: string; readonly model: string | null }): void;
}
