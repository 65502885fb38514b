import type { TrajectoryFilter, TrajectorySummary } from './library';
import type { Speaker } from './conversation';

/** A file of trajectories of any size, of which a stretch is read at a time. Positions count its rows from 0. */
export interface TrajectoryFile {
  /** Rows that are known so far. */
  readonly count: number;
  /**
   * Finds all rows. Those that were found can be looked at meanwhile.
   * @param onProgress told the share of the file that was seen, from 0 to 1
   */
  scan(onProgress: (share: number) => void, signal: AbortSignal): Promise<void>;
  /** The rows of a list, without their conversations. */
  heads(positions: readonly number[], signal: AbortSignal): Promise<readonly RowHead[]>;
  /** Positions that pass a filter, which also looks into the conversations for words; told as they are found. */
  find(
    filter: TrajectoryFilter,
    onFound: (positions: readonly number[], share: number) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Undefined where the row cannot be read. */
  row(position: number, signal: AbortSignal): Promise<RowView | undefined>;
  /** The whole text of a turn. */
  turn(position: number, turn: number, signal: AbortSignal): Promise<string>;
  /** What a trainer makes of a row; undefined where it cannot be read. */
  loss(position: number, trainer: Trainer, signal: AbortSignal): Promise<LossView | undefined>;
  /** The first row of this id, among those that are known so far. */
  positionOf(id: string, signal: AbortSignal): Promise<number | undefined>;
}

export type OpenTrajectoryFile = (file: string) => Promise<TrajectoryFile>;

/** A row in a list. */
export type RowHead = {
  readonly position: number;
  /** For a person: `file:line`. */
  readonly place: string;
} & ({ readonly summary: TrajectorySummary } | { readonly unreadable: string });

/** A row with its conversation. */
export interface RowView {
  readonly position: number;
  readonly place: string;
  /** The shape in which it stands in its file. */
  readonly format: string;
  readonly summary: TrajectorySummary;
  /** In the Llama-2 format. */
  readonly tokens: number;
  readonly turns: readonly TurnView[];
  /** The row as JSON, as far as `rawLength` goes. */
  readonly raw: string;
}

export interface TurnView {
  readonly from: Speaker;
  readonly loss: boolean | null;
  /** As far as `turnLength` goes. */
  readonly text: string;
  /** Of the whole text, in characters. */
  readonly length: number;
  readonly tokens: number;
  /** What the reply does; null for a human turn, and where nothing is done. */
  readonly action: { readonly kind: string; readonly text: string } | null;
  /** Whether it was given before the task began: instruction, primer, example. */
  readonly given: boolean;
  /** Rules of the error analysis that fired at it. */
  readonly errors: readonly string[];
  /** What the model had said, where a person wrote the reply anew. */
  readonly original: string | null;
}

/** Characters of a turn, and of a row as JSON, that are shown at first. */
export const turnLength = 20_000;
export const rawLength = 200_000;

/** Whose way of reading a row is shown. */
export const trainers = ['agentinstruct', 'fastchat', 'llama-factory', 'axolotl', 'openai'] as const;
export type Trainer = (typeof trainers)[number];

/** What a trainer puts before the model, example by example; or why it would not, or would learn something else. */
export type LossView =
  | { readonly examples: readonly (readonly LossStretch[])[]; readonly learntTokens: number; readonly tokens: number }
  | { readonly refused: { readonly turn: number | null; readonly detail: string } };

export interface LossStretch {
  readonly text: string;
  readonly learnt: boolean;
  /** Null for what the template adds. */
  readonly turn: number | null;
}
