import type { DatabaseSync } from 'node:sqlite';
import type { Table } from '../../agent/environment';
import { sqliteCode } from './nodeSqlite';

/** Tables and views in the order of their making, with their columns; SQLite's own and those behind virtual tables left out. */
export function readTables(database: DatabaseSync): Table[] {
  const names = database
    .prepare(
      `SELECT listed.name
       FROM pragma_table_list AS listed JOIN sqlite_schema AS made
         ON made.name = listed.name AND made.type IN ('table', 'view')
       WHERE listed.schema = 'main' AND listed.type <> 'shadow' AND listed.name NOT GLOB 'sqlite_*'
       ORDER BY made.rowid`,
    )
    .all()
    .map(({ name }) => String(name));
  return names.flatMap((name) => {
    const columns = columnsOf(database, name);
    return columns ? [{ name, columns }] : [];
  });
}

/** What MySQL shows for SHOW TABLES. */
export const showTables = `
  SELECT name FROM pragma_table_list
  WHERE schema = 'main' AND type <> 'shadow' AND name NOT GLOB 'sqlite_*'
  ORDER BY name`;

/** What MySQL shows for DESCRIBE, of the table bound to it: field, type, nullable, key, default, extra. No rows: no such table. */
export const describeTable = `
  SELECT name, lower(type), iif("notnull" OR pk, 'NO', 'YES'), iif(pk, 'PRI', ''),
    nullif(trim(dflt_value, ''''), 'NULL'), ''
  FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid`;

/** Undefined for a view of tables that are gone or a virtual table of an unknown module: no statement could read them. */
function columnsOf(database: DatabaseSync, table: string): string[] | undefined {
  try {
    return database
      .prepare('SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid')
      .all(table)
      .map(({ name }) => String(name));
  } catch (error) {
    if (sqliteCode(error) !== 1) throw error; // SQLITE_ERROR
    return undefined;
  }
}
