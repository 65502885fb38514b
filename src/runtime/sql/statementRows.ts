import type { StatementSync } from 'node:sqlite';
import type { Grid } from '../../agent/grid';
import type { ValueType } from './mysqlType';
import type { SqlValue } from './pythonLiteral';
import { collectGrid } from './resultGrid';
import { resultText, type ResultText } from './resultText';

/** Far more than the 800 characters the model reads, and enough for a person to look at. */
const outputLimit = 64 * 1024;

/** What became of a statement. */
export interface Executed extends ResultText {
  /** Of a statement that gave rows. */
  readonly result?: Grid;
  /** What the output does not show. */
  readonly note?: string;
}

/** Rows on their way, under the names of their columns. */
export interface NamedRows {
  readonly names: readonly string[];
  readonly rows: Iterable<readonly SqlValue[]>;
}

/** Lets rows pass and keeps them, maybe. */
export type KeepRows = (rows: NamedRows) => NamedRows;

/** A statement without rows did what it did: `[]`. */
export const noRows: Executed = resultText([], outputLimit, false);

/**
 * Rows as the model reads them and as the user sees them.
 * @param types of the columns, where they are known
 * @param reads whether the rows are of use only as far as they fit
 */
export function wordRows({ names, rows }: NamedRows, types: readonly ValueType[], reads: boolean): Executed {
  const collector = collectGrid(names, types);
  const text = resultText(collector.watch(rows), outputLimit, !reads, types);
  return { ...text, result: collector.grid() };
}

/** Runs a prepared statement; undefined for one that gives no rows. */
export function runPrepared(statement: StatementSync, ...parameters: string[]): NamedRows | undefined {
  const names = statement.columns().map(({ name }) => name);
  if (names.length > 0) return { names, rows: rowsOf(statement, ...parameters) };
  statement.run(...parameters);
  return undefined;
}

/** Rows as arrays, integers as bigint. */
export function rowsOf(statement: StatementSync, ...parameters: string[]): Iterable<readonly SqlValue[]> {
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  // The types of Node 22 know rows as objects only; setReturnArrays makes them arrays.
  return statement.iterate(...parameters) as Iterable<unknown> as Iterable<readonly SqlValue[]>;
}
