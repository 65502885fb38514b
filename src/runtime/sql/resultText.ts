import { pythonTuple, type SqlValue } from './pythonLiteral';
import type { ValueType } from './mysqlType';

/** The rows of a statement as text. */
export interface ResultText {
  /** `[('Elly', 'Koss'), ('Kim', None)]`, or as much of its head as `limit` allows. */
  readonly output: string;
  /** UTF-8 bytes that were left out; for rows that were not read to their end, what is known of them, at least 1. */
  readonly omittedBytes: number;
}

/**
 * Words rows as Python prints a list of tuples, holding no more than one row and `limit` UTF-16 units at a time.
 * @param columns types of the values, where they are known
 * @param toTheEnd whether the rows are read on when nothing more fits, because reading them is what does the work
 */
export function resultText(
  rows: Iterable<readonly SqlValue[]>,
  limit: number,
  toTheEnd: boolean,
  columns: readonly ValueType[] = [],
): ResultText {
  let output = '[';
  let omittedBytes = 0;
  for (const row of rows) {
    const shortened = row.map((value) => shorten(value, limit));
    const values = shortened.map(({ value }) => value);
    const text = (output === '[' ? '' : ', ') + pythonTuple(values, columns);
    const head = headOf(text, omittedBytes === 0 ? limit - output.length : 0);
    output += head;
    omittedBytes += Buffer.byteLength(text.slice(head.length));
    for (const { cutBytes } of shortened) omittedBytes += cutBytes;
    if (omittedBytes > 0 && !toTheEnd) break;
  }
  return { output: omittedBytes > 0 ? output : `${output}]`, omittedBytes };
}

/** A value longer than the whole text may be is cut before it is worded: a literal can be four times as long as its value. */
function shorten(value: SqlValue, limit: number): { readonly value: SqlValue; readonly cutBytes: number } {
  if (typeof value === 'string' && value.length > limit) {
    const head = headOf(value, limit);
    return { value: head, cutBytes: Buffer.byteLength(value.slice(head.length)) };
  }
  if (value instanceof Uint8Array && value.length > limit) {
    return { value: value.subarray(0, limit), cutBytes: value.length - limit };
  }
  return { value, cutBytes: 0 };
}

/** The first `length` units of a text, without half a character at the end. */
function headOf(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}
