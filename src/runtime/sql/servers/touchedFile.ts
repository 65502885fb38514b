import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { TouchedTable } from '../messages';
import type { WireValue } from './connection';

/** A row that a run changed, as the server sent it before and after; null where there was none. */
export interface TouchedRow {
  readonly kind: 'inserted' | 'updated' | 'deleted';
  readonly before: readonly WireValue[] | null;
  readonly after: readonly WireValue[] | null;
  /** Of a table without a key: how many such rows came or went, and how many there had been. */
  readonly times?: number;
  readonly was?: number;
}

/** The rows that writeTouched (changes/writeTouched.ts) wrote; some thousands of them at a time are in memory. */
export async function* readTouched({ file }: TouchedTable): AsyncGenerator<TouchedRow> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const { before, after, ...rest } = JSON.parse(line) as TouchedLine;
    yield { ...rest, before: before?.map(wireValue) ?? null, after: after?.map(wireValue) ?? null };
  }
}

type Written = null | string | { readonly hex: string };
type TouchedLine = Omit<TouchedRow, 'before' | 'after'> & {
  readonly before: readonly Written[] | null;
  readonly after: readonly Written[] | null;
};

function wireValue(value: Written): WireValue {
  return value !== null && typeof value === 'object' ? Uint8Array.from(Buffer.from(value.hex, 'hex')) : value;
}
