import type { Dialogue } from '../agent/conversation';
import type { Outcome } from '../agent/events';
import type { Correction } from '../agent/runReview';

/** Where a row stands, for a person who looks for it. */
export interface Place {
  readonly file: string;
  /** From 1, of the file. */
  readonly row: number;
  /** From 1, of the first line; undefined in a file without lines (Parquet). */
  readonly line: number | undefined;
}

/** A value as it stood in a file, or what was wrong with the bytes there. */
export type RawValue = { readonly place: Place; readonly value: unknown } | Unreadable;

/** A row that could not be read. The rest of its file could. */
export interface Unreadable {
  readonly place: Place;
  /** What is wrong, as the end of a sentence: "is not valid JSON". */
  readonly unreadable: string;
}

/** The shapes of rows that are read. */
export type RowFormat = 'agentinstruct' | 'sharegpt' | 'openai' | 'mini-swe-agent' | 'swe-agent' | 'recorded';

/** What is known of a row beside its conversation. */
export interface About {
  readonly model?: string;
  readonly outcome?: Outcome;
  /** From 0 to 1. */
  readonly reward?: number;
  readonly verdict?: Verdict;
  /** Replies that a person wrote anew: the index of the turn and what the model had said. */
  readonly corrections?: readonly Correction[];
  /** Texts that look like secrets and stay on purpose. */
  readonly kept?: readonly string[];
  readonly tags?: readonly string[];
  readonly note?: string;
  /** When the run was asked for, in milliseconds since 1970. */
  readonly at?: number;
}

export type Verdict = 'accepted' | 'rejected';

/** A conversation out of somebody's file. */
export interface Row {
  readonly place: Place;
  readonly format: RowFormat;
  readonly dialogue: Dialogue;
  readonly about: About;
}

/** `file:line` where there are lines, else `file, row n`. */
export function placeText({ file, row, line }: Place): string {
  return line === undefined ? `${file}, row ${row}` : `${file}:${line}`;
}

/** Whether a row was read. */
export function isRow(row: Row | Unreadable): row is Row {
  return 'dialogue' in row;
}
