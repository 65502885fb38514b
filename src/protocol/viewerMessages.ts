import type { TrajectoryFilter } from '../agent/library';
import type { LossView, RowHead, RowView, Trainer } from '../agent/trajectoryFile';
import type { TrajectoryStrings } from './trajectoryStrings';

export type { TrajectoryFilter, TrajectorySummary } from '../agent/library';
export { rawLength, trainers } from '../agent/trajectoryFile';
export { errorRules } from '../agent/trajectoryStatistics';
export type { LossStretch, LossView, RowHead, RowView, Trainer, TurnView } from '../agent/trajectoryFile';

/** How far the viewer is with its file. Sent whole whenever any of it changes. */
export interface ViewerState {
  readonly name: string;
  readonly phase: 'reading' | 'filtering' | 'ready' | 'stopped';
  /** Of the file that was seen in this phase, from 0 to 1. */
  readonly share: number;
  /** Rows that were found. */
  readonly rows: number;
  readonly filter: TrajectoryFilter;
  /** Rows that pass the filter; all of them without one. */
  readonly matches: number;
  /** Whether the file is other on the disk than it was read. */
  readonly stale: boolean;
}

export interface ViewerSnapshot {
  readonly state: ViewerState;
  readonly strings: TrajectoryStrings;
  /** The place in the list that is to be shown. */
  readonly select: number;
}

/** Places in the list that are asked for at once. */
export const pageSize = 50;

/** What the extension answers to the viewer. `place` counts the rows that pass the filter, `position` those of the file. */
export interface ViewerHostApi {
  ready(argument: null): ViewerSnapshot;
  heads(argument: { readonly place: number; readonly count: number }): readonly RowHead[];
  row(argument: { readonly position: number }): RowView | null;
  turn(argument: { readonly position: number; readonly turn: number }): string;
  loss(argument: { readonly position: number; readonly trainer: Trainer }): LossView | null;
  filter(argument: TrajectoryFilter): void;
  stop(argument: null): void;
  reload(argument: null): void;
  openAsText(argument: null): void;
  statistics(argument: null): void;
}

export interface ViewerPageApi {
  state(argument: ViewerState): void;
  /** Shows a row, by its place in the list. */
  select(argument: number): void;
}

/** Two trajectories side by side. */
export interface ComparisonSnapshot {
  readonly rows: readonly [RowView, RowView];
  readonly strings: TrajectoryStrings;
}

export interface CompareHostApi {
  ready(argument: null): ComparisonSnapshot;
}

export interface ComparePageApi {
  /** Nothing is told to this page. */
  never(argument: null): void;
}
