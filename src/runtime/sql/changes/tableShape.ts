import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../../agent/errors';
import { quoted } from '../identifier';

/** The databases of one connection: the original, and the two copies. */
export type Place = 'main' | 'base' | 'scratch';

/** A table as its rows are compared. */
export interface TableShape {
  readonly name: string;
  /** What is stored: generated columns are left out. */
  readonly columns: readonly string[];
  /** What tells a row apart: the rowid, by a name that no column has taken, or the columns of the primary key. */
  readonly key: readonly string[];
  /** Whether the key says nothing to anybody: a rowid that no column shows, so that a row may have any other. */
  readonly isKeyHidden: boolean;
}

/** @throws {UserError} `database.noRowKey` for a table whose rows cannot be told apart */
export function readShape(database: DatabaseSync, place: Place, name: string): TableShape {
  const columns = database
    .prepare('SELECT name, pk FROM pragma_table_xinfo(?, ?) WHERE hidden = 0 ORDER BY cid')
    .all(name, place)
    .map((column) => ({ name: String(column['name']), pk: Number(column['pk']) }));
  const primary = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const names = columns.map((column) => column.name);
  const shape = { name, columns: names };
  if (isWithoutRowid(database, place, name)) {
    return { ...shape, key: primary.map((column) => quoted(column.name)), isKeyHidden: false };
  }
  const taken = new Set(names.map((column) => column.toLowerCase()));
  const rowid = ['rowid', '_rowid_', 'oid'].find((word) => !taken.has(word));
  const isAlias = primary.length === 1 && !hasPrimaryIndex(database, place, name);
  if (rowid !== undefined) return { ...shape, key: [rowid], isKeyHidden: !isAlias };
  if (isAlias) return { ...shape, key: primary.map((column) => quoted(column.name)), isKeyHidden: false };
  const template =
    'The rows of {0} cannot be told apart: its columns take every name that SQLite has for the number of a row. ' +
    'Rename one of the columns rowid, oid and _rowid_.';
  throw new UserError('database.noRowKey', template, [name]);
}

/** The column as an expression, `NULL` where the table has none of that name. */
export function valueOf({ columns }: TableShape, alias: string, name: string): string {
  const own = columns.find((column) => column.toLowerCase() === name.toLowerCase());
  return own === undefined ? 'NULL' : `${alias}.${quoted(own)}`;
}

/** Whether two rows are of the same key, as a condition. */
export function sameKey(one: readonly string[], other: readonly string[]): string {
  return one.map((column, index) => `${column} = ${other[index]}`).join(' AND ');
}

export function keyOf({ key }: TableShape, alias: string): string[] {
  return key.map((column) => `${alias}.${column}`);
}

/** Whether two values differ, as a condition: exactly, so 1 is neither 1.0 nor '1', and 'a' is not 'A'. */
export function differs(pairs: readonly (readonly [string, string])[]): string {
  const half = Math.ceil(pairs.length / 2);
  const [first, ...more] = pairs;
  if (first === undefined) return 'FALSE';
  if (more.length === 0) {
    const [a, b] = first;
    return `(${a} COLLATE BINARY IS NOT ${b} COLLATE BINARY OR typeof(${a}) <> typeof(${b}))`;
  }
  // In halves, for SQLite limits how deep an expression goes.
  return `(${differs(pairs.slice(0, half))} OR ${differs(pairs.slice(half))})`;
}

function isWithoutRowid(database: DatabaseSync, place: Place, name: string): boolean {
  const found = database.prepare('SELECT wr FROM pragma_table_list WHERE schema = ? AND name = ?').get(place, name);
  return found?.['wr'] === 1;
}

/** A primary key that is the rowid itself has no index (SQLite, ROWIDs and the INTEGER PRIMARY KEY). */
function hasPrimaryIndex(database: DatabaseSync, place: Place, name: string): boolean {
  const indexes = database.prepare("SELECT 1 FROM pragma_index_list(?, ?) WHERE origin = 'pk'").get(name, place);
  return indexes !== undefined;
}
