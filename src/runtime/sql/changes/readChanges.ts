import type { DatabaseSync } from 'node:sqlite';
import type { DatabaseChanges, RowChange, TableChanges } from '../../../agent/database';
import type { Cell } from '../../../agent/grid';
import type { Copies } from '../messages';
import type { NodeSqlite } from '../nodeSqlite';
import { toCell } from '../resultGrid';
import { rowsOf } from '../statementRows';
import { attachCopies } from './copies';
import { compareSchemas } from './schemaDifference';
import { keyOf, sameKey, valueOf, type TableShape } from './tableShape';
import { findTouched, tableOf, type TouchedRows } from './touchedRows';

/** Compares the scratch copy with its base. @param rowLimit how many rows of each table are read */
export function readChanges(sqlite: NodeSqlite, copies: Copies, rowLimit: number): DatabaseChanges {
  const database = new sqlite.DatabaseSync(':memory:');
  try {
    attachCopies(sqlite, database, copies);
    const { changes, pairs } = compareSchemas(database);
    const tables = pairs.map((pair, number) => findTouched(database, pair, number));
    return {
      schema: changes,
      tables: tables.filter(isTouched).map((touched) => tableChanges(database, touched, rowLimit)),
    };
  } finally {
    database.close();
  }
}

export function isTouched({ inserted, updated, deleted }: TouchedRows): boolean {
  return inserted + updated + deleted > 0;
}

function tableChanges(database: DatabaseSync, touched: TouchedRows, rowLimit: number): TableChanges {
  const { pair, inserted, updated, deleted } = touched;
  const shown = shapeOf(touched);
  const rows: RowChange[] = [];
  for (const kind of ['deleted', 'updated', 'inserted'] as const) {
    const limit = rowLimit - rows.length;
    const read = (place: 'base' | 'scratch', shape: TableShape | undefined): Cell[][] =>
      shape ? readRows(database, place, shape, shown.columns, touched, kind, limit) : [];
    const before = kind === 'inserted' ? [] : read('base', pair.before);
    const after = kind === 'deleted' ? [] : read('scratch', pair.after);
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      rows.push({ kind, before: before[index] ?? null, after: after[index] ?? null } as RowChange);
    }
  }
  return { table: shown.name, columns: shown.columns, inserted, updated, deleted, rows };
}

/** The table as it is now, or as it was where it is gone. */
export function shapeOf({ pair: { before, after } }: TouchedRows): TableShape {
  const shape = after ?? before;
  if (!shape) throw new Error('A table is neither before nor after.');
  return shape;
}

function readRows(
  database: DatabaseSync,
  place: 'base' | 'scratch',
  shape: TableShape,
  columns: readonly string[],
  { list, key }: TouchedRows,
  kind: string,
  limit: number,
): Cell[][] {
  const values = columns.map((name) => valueOf(shape, 'r', name));
  const select = database.prepare(`
    SELECT ${values.join(', ')}
    FROM ${list} AS t CROSS JOIN ${tableOf(place, shape, 'r')} ON ${sameKey(keyOf(shape, 'r'), key)}
    WHERE t.kind = '${kind}' ORDER BY t.rowid LIMIT ${limit}`);
  return Array.from(rowsOf(select), (row) => row.map(toCell));
}
