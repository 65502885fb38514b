import type { Cell, ColumnKind, Grid, GridColumn } from '../../agent/grid';
import type { ValueType } from './mysqlType';
import { decimalDigits, type SqlValue } from './pythonLiteral';

const rowLimit = 1000;
const characterLimit = 128 * 1024;
const cellLimit = 1000;

/** Collects what the user sees of the rows that pass by. */
export interface GridCollector {
  /** The same rows; once nobody wants more of them, it reads on itself until the grid is full. */
  watch(rows: Iterable<readonly SqlValue[]>): Generator<readonly SqlValue[]>;
  grid(): Grid;
}

/**
 * A grid of 1,000 rows at most, and of 128 KB of text.
 * @param types of the columns, where they are known; else a column is what its values are
 */
export function collectGrid(names: readonly string[], types: readonly ValueType[] = []): GridCollector {
  const kinds: ColumnKind[] = names.map(() => 'unknown');
  const rows: (readonly Cell[])[] = [];
  let rowCount = 0;
  let characters = 0;
  let complete = false;
  const isFull = (): boolean => rows.length >= rowLimit || characters >= characterLimit;
  const see = (row: readonly SqlValue[]): void => {
    rowCount += 1;
    if (isFull()) return;
    for (const [index, value] of row.entries()) kinds[index] = joined(kinds[index] ?? 'unknown', value);
    const cells = row.map((value, index) => typedCell(value, types[index]));
    for (const cell of cells) characters += sizeOf(cell);
    rows.push(cells);
  };
  return {
    *watch(source) {
      const iterator = source[Symbol.iterator]();
      // True from the start of each step to its end: one that fails must not be taken again.
      let ended = false;
      const isWanted = (): boolean => !ended && !isFull();
      const step = (): IteratorResult<readonly SqlValue[]> => {
        ended = true;
        const next = iterator.next();
        if (next.done === true) complete = true;
        else {
          ended = false;
          see(next.value);
        }
        return next;
      };
      try {
        for (let next = step(); next.done !== true; next = step()) yield next.value;
      } finally {
        while (isWanted()) step();
        iterator.return?.();
      }
    },
    grid: () => ({
      columns: names.map((name, index): GridColumn => ({ name, kind: kindOfType(types[index], kinds[index]) })),
      rows,
      rowCount,
      complete,
    }),
  };
}

/** A decimal with all of its digits, though SQLite holds a float for it. */
function typedCell(value: SqlValue, type: ValueType | undefined): Cell {
  if (type?.kind !== 'decimal' || (typeof value !== 'number' && typeof value !== 'bigint')) return toCell(value);
  return decimalDigits(value, type.scale ?? 0);
}

function kindOfType(type: ValueType | undefined, seen: ColumnKind = 'unknown'): ColumnKind {
  switch (type?.kind) {
    case 'decimal':
    case 'json':
    case 'date':
    case 'time':
    case 'datetime':
      return seen === 'unknown' ? 'unknown' : type.kind;
    default:
      return seen;
  }
}

/** A value of SQLite as a person looks at it, with no more of it than a grid shows. */
export function toCell(value: SqlValue): Cell {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : { integer: value.toString() };
  }
  if (typeof value === 'string') {
    return value.length > cellLimit ? { text: value.slice(0, cellLimit), length: value.length } : value;
  }
  if (value instanceof Uint8Array) {
    return { bytes: Buffer.from(value.subarray(0, cellLimit / 2)).toString('hex'), length: value.length };
  }
  // JSON has no form for the infinities.
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function sizeOf(cell: Cell): number {
  if (cell === null) return 4;
  if (typeof cell !== 'object') return String(cell).length;
  if ('integer' in cell) return cell.integer.length;
  return 'text' in cell ? cell.text.length : cell.bytes.length;
}

function joined(known: ColumnKind, value: SqlValue): ColumnKind {
  if (value === null) return known;
  const kind = kindOf(value);
  return known === 'unknown' || known === kind ? kind : 'mixed';
}

function kindOf(value: Exclude<SqlValue, null>): ColumnKind {
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return 'real';
  return typeof value === 'string' ? 'text' : 'bytes';
}
