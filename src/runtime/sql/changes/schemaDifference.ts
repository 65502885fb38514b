import type { DatabaseSync } from 'node:sqlite';
import type { SchemaChange } from '../../../agent/database';
import { readShape, type Place, type TableShape } from './tableShape';

/** An entry of sqlite_schema that somebody made by a statement. */
export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
  readonly rootPage: number;
  /** A table that a virtual table keeps its data in; it comes and goes with that one. */
  readonly isShadow: boolean;
}

/** A table before and after, and what has to be done for the one to become the other. */
export interface TablePair {
  readonly before: TableShape | undefined;
  readonly after: TableShape | undefined;
  /**
   * `rows`: only rows differ. `replace`: the table was made, altered or renamed, and is filled anew. `drop`: it is gone.
   */
  readonly how: 'rows' | 'replace' | 'drop';
  readonly isShadow: boolean;
}

export interface SchemaDifference {
  readonly changes: readonly SchemaChange[];
  /** Tables whose rows are to be compared; virtual ones stand aside for the tables behind them. */
  readonly pairs: readonly TablePair[];
  readonly before: readonly SchemaObject[];
  readonly after: readonly SchemaObject[];
}

export function compareSchemas(database: DatabaseSync): SchemaDifference {
  const before = readObjects(database, 'base');
  const after = readObjects(database, 'scratch');
  const visible = ({ isShadow }: SchemaObject): boolean => !isShadow;
  const renamed = findRenamed(database, before, after);
  const changes = changesBetween(before.filter(visible), after.filter(visible), renamed);
  return { changes, pairs: pairTables(database, before, after, renamed), before, after };
}

/** In the order in which they were made. */
export function readObjects(database: DatabaseSync, place: Place): SchemaObject[] {
  return database
    .prepare(
      `SELECT made.type, made.name, made.tbl_name, made.sql, made.rootpage, listed.type IS 'shadow' AS shadow
       FROM ${place}.sqlite_schema AS made
       LEFT JOIN pragma_table_list AS listed ON listed.schema = '${place}' AND listed.name = made.name
       WHERE made.sql IS NOT NULL AND made.name NOT GLOB 'sqlite_*'
       ORDER BY made.rowid`,
    )
    .all()
    .map((row) => ({
      type: String(row['type']),
      name: String(row['name']),
      table: String(row['tbl_name']),
      sql: String(row['sql']),
      rootPage: Number(row['rootpage']),
      isShadow: row['shadow'] === 1,
    }));
}

/** The object of the same type and name. */
export function findIn(objects: readonly SchemaObject[], { type, name }: SchemaObject): SchemaObject | undefined {
  return objects.find((other) => other.type === type && other.name.toLowerCase() === name.toLowerCase());
}

/** Without rows of its own in the file: SQLite gives it no page. */
function isVirtual({ type, rootPage }: SchemaObject): boolean {
  return type === 'table' && rootPage === 0;
}

/** Tables before, by tables after that stand on the same page of the file and have the same columns. */
function findRenamed(
  database: DatabaseSync,
  before: readonly SchemaObject[],
  after: readonly SchemaObject[],
): ReadonlyMap<SchemaObject, SchemaObject> {
  const renamed = new Map<SchemaObject, SchemaObject>();
  for (const made of after) {
    if (made.type !== 'table' || isVirtual(made) || made.isShadow || findIn(before, made)) continue;
    const old = before.find(({ type, rootPage }) => type === 'table' && rootPage === made.rootPage);
    if (!old || findIn(after, old)) continue;
    const columns = (place: Place, { name }: SchemaObject): string =>
      readShape(database, place, name).columns.join('\0');
    if (columns('base', old) === columns('scratch', made)) renamed.set(made, old);
  }
  return renamed;
}

function changesBetween(
  before: readonly SchemaObject[],
  after: readonly SchemaObject[],
  renamed: ReadonlyMap<SchemaObject, SchemaObject>,
): SchemaChange[] {
  const oldNames = new Set(renamed.values());
  const dropped = before
    .filter((old) => !findIn(after, old) && !oldNames.has(old))
    .map(({ type, name, sql }): SchemaChange => ({ kind: 'dropped', type, name, before: sql, after: null }));
  const others = after.flatMap((made): SchemaChange[] => {
    const { type, name, sql } = made;
    const old = renamed.get(made);
    if (old) return [{ kind: 'renamed', type, name, oldName: old.name, before: old.sql, after: sql }];
    const same = findIn(before, made);
    if (!same) return [{ kind: 'created', type, name, before: null, after: sql }];
    return same.sql === sql ? [] : [{ kind: 'altered', type, name, before: same.sql, after: sql }];
  });
  return [...dropped, ...others];
}

function pairTables(
  database: DatabaseSync,
  before: readonly SchemaObject[],
  after: readonly SchemaObject[],
  renamed: ReadonlyMap<SchemaObject, SchemaObject>,
): TablePair[] {
  const hasRows = (object: SchemaObject): boolean => object.type === 'table' && !isVirtual(object);
  const oldNames = new Set(renamed.values());
  const gone = before
    .filter((old) => hasRows(old) && !findIn(after, old) && !oldNames.has(old))
    .map(({ name, isShadow }): TablePair => {
      return { before: readShape(database, 'base', name), after: undefined, how: 'drop', isShadow };
    });
  const here = after.filter(hasRows).map((made): TablePair => {
    const old = findIn(before, made) ?? renamed.get(made);
    const owner = made.isShadow ? ownerOf(made, after) : made;
    const isSame = owner !== undefined && findIn(before, owner)?.sql === owner.sql;
    return {
      before: old && readShape(database, 'base', old.name),
      after: readShape(database, 'scratch', made.name),
      how: isSame ? 'rows' : 'replace',
      isShadow: made.isShadow,
    };
  });
  return [...gone, ...here];
}

/** The virtual table that a shadow table belongs to: SQLite names the one after the other, `search_data` after `search`. */
function ownerOf({ name }: SchemaObject, objects: readonly SchemaObject[]): SchemaObject | undefined {
  return objects
    .filter((object) => isVirtual(object) && name.toLowerCase().startsWith(`${object.name.toLowerCase()}_`))
    .sort((a, b) => b.name.length - a.name.length)[0];
}
