import { renameSync, rmSync } from 'node:fs';
import { createCsv, type CsvWriter } from './exportCsv';
import type { SqlValue } from './pythonLiteral';
import type { KeepRows } from './statementRows';

/** Characters that are kept of a result, about. */
const characterLimit = 32 * 1024 * 1024;
/** Milliseconds for which rows are read that nobody but the keeper wants. */
const patience = 1000;

/** Keeps the rows of one statement as they pass by. */
export interface RowKeeper {
  readonly keep: KeepRows;
  /**
   * Call it once, at the end of the statement.
   * @param isWanted whether the statement gave rows; what was kept of an earlier one stays if not
   * @returns how many rows the file has now; undefined where not all of them could be kept
   */
  finish(isWanted: boolean): number | undefined;
}

/**
 * Writes the rows of a statement to a CSV file while they are read, so that they can be had when the tables have changed.
 * What cannot be kept never harms the statement.
 */
export function keepRows(file: string): RowKeeper {
  const unfinished = `${file}.new`;
  let csv: CsvWriter | undefined;
  let isWhole = false;
  let count = 0;
  let characters = 0;

  /** Does nothing any more once something went wrong. */
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch {
      giveUp();
    }
  };
  const giveUp = (): void => {
    const failed = csv;
    csv = undefined;
    try {
      failed?.close();
    } catch {
      // A full disk: the rows are not kept.
    }
  };
  const see = (row: readonly SqlValue[]): void => {
    if (!csv) return;
    count += 1;
    for (const value of row) characters += sizeOf(value);
    if (characters > characterLimit) return giveUp();
    attempt(() => csv?.add(row));
  };

  function* watch(names: readonly string[], rows: Iterable<readonly SqlValue[]>): Generator<readonly SqlValue[]> {
    attempt(() => (csv = createCsv(names, unfinished)));
    const iterator = rows[Symbol.iterator]();
    // False while a step is taken: one that fails must not be taken again.
    let goesOn = false;
    const step = (): IteratorResult<readonly SqlValue[]> => {
      goesOn = false;
      const next = iterator.next();
      if (next.done === true) isWhole = true;
      else {
        goesOn = true;
        see(next.value);
      }
      return next;
    };
    try {
      for (let next = step(); next.done !== true; next = step()) yield next.value;
    } finally {
      const until = Date.now() + patience;
      const isWanted = (): boolean => goesOn && csv !== undefined && Date.now() < until;
      while (isWanted()) step();
      iterator.return?.();
    }
  }

  return {
    keep: ({ names, rows }) => ({ names, rows: watch(names, rows) }),
    finish(isWanted) {
      attempt(() => csv?.close());
      const isKept = csv !== undefined && isWhole && isWanted;
      if (isKept) attempt(() => renameSync(unfinished, file));
      else rmSync(unfinished, { force: true });
      return isKept && csv ? count : undefined;
    },
  };
}

function sizeOf(value: SqlValue): number {
  if (value instanceof Uint8Array) return value.length * 2;
  return typeof value === 'string' ? value.length : 8;
}
