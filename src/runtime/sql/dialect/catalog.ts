import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { declaredType, type ValueType } from '../mysqlType';

export interface ColumnInfo {
  readonly name: string;
  readonly declared: string;
  readonly type: ValueType;
  readonly notNull: boolean;
  /** The default as SQL, undefined for none. */
  readonly default: string | undefined;
  /** Its place in the primary key from 1 on, 0 for none. */
  readonly keyPlace: number;
  /** Hidden columns of virtual tables are no part of `*`. */
  readonly hidden: boolean;
  readonly generated: boolean;
  /** SQLite numbers it by itself. */
  readonly autoIncrement: boolean;
}

export interface TableInfo {
  /** As it was made; statements may write it in other case. */
  readonly name: string;
  readonly columns: readonly ColumnInfo[];
  readonly isView: boolean;
  readonly withoutRowid: boolean;
}

export interface IndexInfo {
  readonly name: string;
  readonly unique: boolean;
  /** `c` made by CREATE INDEX, `u` by UNIQUE, `pk` by PRIMARY KEY. */
  readonly origin: string;
  /** Of an expression, the empty text. */
  readonly columns: readonly string[];
}

/** What tables there are, asked anew for each statement. */
export interface Catalog {
  table(name: string): TableInfo | undefined;
  indexes(table: string): IndexInfo[];
  /** The CREATE statement as SQLite keeps it. */
  definition(name: string): string | undefined;
  /** The statements that made its indexes and triggers. */
  belongings(table: string): string[];
  /** Whether SQLite itself has such a function. */
  hasFunction(name: string): boolean;
  tableNames(): string[];
}

export function openCatalog(database: DatabaseSync): Catalog {
  const all = (sql: string, ...values: string[]) => database.prepare(sql).all(...values);
  const known = new Map<string, TableInfo | undefined>();

  function read(name: string): TableInfo | undefined {
    const [listed] = all(
      `SELECT name, type, wr FROM pragma_table_list WHERE lower(name) = lower(?) AND schema IN ('temp', 'main')
       ORDER BY schema = 'main'`,
      name,
    );
    if (!listed) return undefined;
    const withoutRowid = listed['wr'] === 1;
    const rows = all(
      'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid',
      text(listed['name']),
    );
    const keys = rows.filter(({ pk }) => pk !== 0).length;
    const columns = rows.map((row): ColumnInfo => {
      const declared = text(row['type']);
      return {
        name: text(row['name']),
        declared,
        type: declaredType(declared),
        notNull: row['notnull'] === 1 || (withoutRowid && row['pk'] !== 0),
        default: row['dflt_value'] === null ? undefined : text(row['dflt_value']),
        keyPlace: Number(row['pk']),
        hidden: row['hidden'] === 1,
        generated: row['hidden'] === 2 || row['hidden'] === 3,
        autoIncrement: keys === 1 && row['pk'] === 1 && !withoutRowid && /^integer$/i.test(declared),
      };
    });
    return { name: text(listed['name']), columns, isView: listed['type'] === 'view', withoutRowid };
  }

  return {
    table(name) {
      // SQLite lists it under its newer name only.
      const key = name.toLowerCase().replace(/^sqlite_master$/, 'sqlite_schema');
      if (!known.has(key)) known.set(key, read(key));
      return known.get(key);
    },
    indexes: (table) =>
      all('SELECT name, "unique", origin FROM pragma_index_list(?) ORDER BY seq DESC', table).map((row) => ({
        name: text(row['name']),
        unique: row['unique'] === 1,
        origin: text(row['origin']),
        columns: all('SELECT name FROM pragma_index_info(?) ORDER BY seqno', text(row['name'])).map(({ name }) =>
          text(name),
        ),
      })),
    definition: (name) => {
      const [row] = all('SELECT sql FROM sqlite_schema WHERE lower(name) = lower(?)', name);
      return row ? text(row['sql']) : undefined;
    },
    belongings: (table) =>
      all(
        "SELECT sql FROM sqlite_schema WHERE lower(tbl_name) = lower(?) AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid",
        table,
      ).map(({ sql }) => text(sql)),
    hasFunction: (name) =>
      !/^mysql_/i.test(name) &&
      all('SELECT 1 FROM pragma_function_list WHERE name = lower(?) LIMIT 1', name).length > 0,
    tableNames: () =>
      all(
        `SELECT name FROM pragma_table_list
         WHERE schema IN ('main', 'temp') AND type <> 'shadow' AND name NOT GLOB 'sqlite_*' ORDER BY name`,
      ).map(({ name }) => text(name)),
  };
}

function text(value: SQLOutputValue | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}
