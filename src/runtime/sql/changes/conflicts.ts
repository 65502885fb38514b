import type { DatabaseSync } from 'node:sqlite';
import type { RowConflict, RowCounts } from '../../../agent/database';
import type { Cell } from '../../../agent/grid';
import { UserError } from '../../../agent/errors';
import { toCell } from '../resultGrid';
import { rowsOf } from '../statementRows';
import { shapeOf } from './readChanges';
import type { TablePair } from './schemaDifference';
import { differs, keyOf, sameKey, valueOf, type Place, type TableShape } from './tableShape';
import { tableOf, type TouchedRows } from './touchedRows';

/**
 * Holds the touched rows against the original, which is `main`, and writes what was found into their `state`:
 * - `ready`: the row is as the run found it, and can be changed
 * - `already`: it is as the run left it; somebody made the same change, or applying ended before it could say so
 * - `elsewhere`: the place of a new row was taken meanwhile, but any other will do
 * - `conflict`: it is neither
 */
export function judgeRows(database: DatabaseSync, { pair, list, key }: TouchedRows): void {
  const { before, after } = pair;
  const shape = after ?? before;
  if (pair.how !== 'rows' || !shape) return;
  const now = tableOf('main', shape, 'm');
  const isNow = sameKey(keyOf(shape, 'm'), key);
  const exists = `EXISTS (SELECT 1 FROM ${now} WHERE ${isNow})`;
  const isAsIn = (place: Place, other: TableShape): string => `EXISTS (
    SELECT 1 FROM ${now} JOIN ${tableOf(place, other, 'o')} ON ${sameKey(keyOf(other, 'o'), key)}
    WHERE ${isNow} AND NOT ${differs(shape.columns.map((name) => [valueOf(shape, 'm', name), valueOf(other, 'o', name)]))})`;
  const asFound = before ? isAsIn('base', before) : 'FALSE';
  const asLeft = after ? isAsIn('scratch', after) : 'FALSE';
  database.exec(`
    UPDATE ${list} AS t SET state = CASE kind
      WHEN 'deleted' THEN CASE WHEN NOT ${exists} THEN 'already' WHEN ${asFound} THEN 'ready' ELSE 'conflict' END
      WHEN 'updated' THEN CASE WHEN ${asFound} THEN 'ready' WHEN ${asLeft} THEN 'already' ELSE 'conflict' END
      ELSE CASE WHEN NOT ${exists} THEN 'ready' WHEN ${asLeft} THEN 'already'
        ELSE '${shape.isKeyHidden ? 'elsewhere' : 'conflict'}' END
    END`);
}

/** How many of the touched rows are in this state. */
export function countState(database: DatabaseSync, { list }: TouchedRows, state: string): number {
  return Number(database.prepare(`SELECT count(*) AS n FROM ${list} WHERE state = ?`).get(state)?.['n']);
}

/** How many rows of each kind can be changed. */
export function countReady(database: DatabaseSync, { list }: TouchedRows): RowCounts {
  const counts = { inserted: 0, updated: 0, deleted: 0 };
  const rows = database
    .prepare(`SELECT kind, count(*) AS n FROM ${list} WHERE state IN ('ready', 'elsewhere') GROUP BY kind`)
    .all();
  for (const { kind, n } of rows) counts[kind as keyof RowCounts] = Number(n);
  return counts;
}

/** The first conflicts of a table, with the three versions of each row. */
export function readConflicts(database: DatabaseSync, touched: TouchedRows, limit: number): RowConflict[] {
  const { pair, list } = touched;
  const shape = shapeOf(touched);
  const { name: table, columns } = shape;
  const found = database
    .prepare(`SELECT rowid FROM ${list} WHERE state = 'conflict' ORDER BY rowid LIMIT ?`)
    .all(limit);
  const versionOf = (place: Place, other: TableShape | undefined, entry: number): readonly Cell[] | null => {
    if (!other) return null;
    const values = columns.map((column) => valueOf(other, 'r', column));
    const select = database.prepare(`
      SELECT ${values.join(', ')} FROM ${list} AS t
      CROSS JOIN ${tableOf(place, other, 'r')} ON ${sameKey(keyOf(other, 'r'), touched.key)}
      WHERE t.rowid = ${entry}`);
    const [row] = rowsOf(select);
    return row ? row.map(toCell) : null;
  };
  return found.map(({ rowid }) => ({
    table,
    columns,
    found: versionOf('base', pair.before, Number(rowid)),
    left: versionOf('scratch', pair.after, Number(rowid)),
    now: versionOf('main', shape, Number(rowid)),
  }));
}

/**
 * A table that is dropped or made anew must be as the run found it, whole: a row that came meanwhile would be lost.
 * @throws {UserError} `database.tableChanged`
 */
export function requireUnchanged(database: DatabaseSync, { before, how }: TablePair): void {
  if (how === 'rows' || !before) return;
  if (haveSameRows(database, before, 'base', 'main')) return;
  const template =
    'The table {0} was altered or dropped by the run, and somebody changed its rows meanwhile. Nothing was applied. ' +
    'Discard the changes and run the task again.';
  throw new UserError('database.tableChanged', template, [before.name]);
}

/** Whether a table has exactly the same rows in both databases. */
export function haveSameRows(database: DatabaseSync, shape: TableShape, one: Place, other: Place): boolean {
  const a = tableOf(one, shape, 'a');
  const b = tableOf(other, shape, 'b');
  const match = sameKey(keyOf(shape, 'b'), keyOf(shape, 'a'));
  const pairs = shape.columns.map((name) => [valueOf(shape, 'a', name), valueOf(shape, 'b', name)] as const);
  const difference = database
    .prepare(
      `SELECT 1 FROM ${a} LEFT JOIN ${b} ON ${match} WHERE ${keyOf(shape, 'b')[0]} IS NULL OR ${differs(pairs)}
       UNION ALL
       SELECT 1 FROM ${b} WHERE NOT EXISTS (SELECT 1 FROM ${a} WHERE ${sameKey(keyOf(shape, 'a'), keyOf(shape, 'b'))})
       LIMIT 1`,
    )
    .get();
  return difference === undefined;
}
