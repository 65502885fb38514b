import { UserError } from '../../agent/errors';

/** A value of a file, or what is wrong with the bytes where one should be. */
export type FileValue =
  { readonly place: FilePlace; readonly value: unknown } | { readonly place: FilePlace; readonly unreadable: string };

/** Row and line count from 1; a file without lines (Parquet) has no line. */
export interface FilePlace {
  readonly file: string;
  readonly row: number;
  readonly line: number | undefined;
  /** Of an element of a JSON array. */
  readonly bytes?: { readonly start: number; readonly end: number };
}

/** Longer rows are named and passed over: no conversation is that long, and memory is not without bounds. */
export const longestRow = 64 * 1024 * 1024;

export const tooLong = `is longer than ${longestRow / 1024 / 1024} MB`;

/** The failure of a file as a whole. */
export function unreadableFile(file: string, cause: unknown): UserError {
  return new UserError(
    'dataset.unreadable',
    'The file {0} cannot be read: {1}. Check the path and that it is a JSON, JSONL or Parquet file.',
    [file, cause instanceof Error ? cause.message : String(cause)],
    { cause },
  );
}

/** The failure of a file that should be written. */
export function unwritableFile(file: string, cause: unknown): UserError {
  return new UserError(
    'dataset.unwritable',
    '{0} cannot be written: {1}. Choose another folder, or free some space.',
    [file, cause instanceof Error ? cause.message : String(cause)],
    { cause },
  );
}
