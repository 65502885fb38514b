import { quoted } from '../identifier';
import { MysqlError } from '../mysqlErrors';
import type { TableInfo } from './catalog';
import { typed, type Typed } from './typed';
import type { ValueType } from '../mysqlType';

/** One table of a FROM, under the name by which columns refer to it. */
export interface Source {
  readonly alias: string;
  readonly columns: readonly SourceColumn[];
  /** The table itself; undefined for a derived one. */
  readonly table: TableInfo | undefined;
}

export interface SourceColumn {
  readonly name: string;
  readonly type: ValueType;
  readonly hidden: boolean;
  readonly isExact?: boolean;
  /** What stands for it, where that is not its name behind that of its table. */
  readonly sql?: string;
}

/** What the names in a part of a statement can mean. */
export interface Scope {
  readonly sources: readonly Source[];
  /** Columns that USING or NATURAL made one of two: by small letters, what stands for them. */
  readonly merged: ReadonlyMap<string, Typed>;
  /** What the select list calls by a name, by small letters. */
  readonly aliases: ReadonlyMap<string, Typed>;
  /** Of the query around this one. */
  readonly outer: Scope | undefined;
}

export const emptyScope: Scope = { sources: [], merged: new Map(), aliases: new Map(), outer: undefined };

/** Where in a statement a name stands, in MySQL's words. */
export type Clause = 'field list' | 'where clause' | 'on clause' | 'group statement' | 'having clause' | 'order clause';

/**
 * What a name means, from the innermost query outwards: a column, or where the clause may use it an alias of the select
 * list. ORDER BY and HAVING ask for an alias first, GROUP BY for a column.
 * @throws {MysqlError} 1054 when there is none, 1052 when there are two
 */
export function resolveColumn(scope: Scope, path: readonly string[], clause: Clause): Typed {
  const written = path.join('.');
  const alias = path.length === 1 ? scope.aliases.get(written.toLowerCase()) : undefined;
  if (alias && (clause === 'order clause' || clause === 'having clause')) return alias;
  for (let around: Scope | undefined = scope; around; around = around.outer) {
    const found = findColumn(around, path);
    if (found.length > 1) throw new MysqlError(`1052 (23000): Column '${written}' in ${clause} is ambiguous`);
    if (found[0]) return found[0];
    if (around === scope && alias && clause === 'group statement') return alias;
  }
  throw new MysqlError(`1054 (42S22): Unknown column '${written}' in '${clause}'`);
}

/** Every column of this one query that the name could mean. */
export function findColumn(scope: Scope, path: readonly string[]): Typed[] {
  const name = path.at(-1)?.toLowerCase() ?? '';
  const table = path.at(-2)?.toLowerCase();
  const merged = table === undefined ? scope.merged.get(name) : undefined;
  if (merged) return [merged];
  const found: Typed[] = [];
  for (const source of scope.sources) {
    if (table !== undefined && source.alias.toLowerCase() !== table) continue;
    const column = source.columns.find((candidate) => candidate.name.toLowerCase() === name);
    if (column) found.push(columnOf(source, column));
    else if (rowidNames.has(name) && source.table && !source.table.isView && !source.table.withoutRowid) {
      found.push(typed(`${quoted(source.alias)}.${name}`, { kind: 'integer' }));
    }
  }
  return found;
}

/** SQLite's own names of the number of a row. */
const rowidNames = new Set(['rowid', '_rowid_']);

const bareName = /^"(?:[^"]|"")*"$/;

export function columnOf(source: Source, column: SourceColumn): Typed {
  if (column.sql !== undefined) return { ...typed(column.sql, column.type), isColumn: bareName.test(column.sql) };
  const sql = `${quoted(source.alias)}.${quoted(column.name)}`;
  return { sql, type: column.type, isColumn: true, isExact: column.isExact === true };
}
