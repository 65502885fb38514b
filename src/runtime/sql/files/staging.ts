import type { DatabaseSync } from 'node:sqlite';
import type { Conversion } from '../../../agent/database';
import { UserError } from '../../../agent/errors';
import { maxColumns, quoted } from '../identifier';

/** A value as it is handed to SQLite. */
export type StagedValue = null | number | bigint | string | Uint8Array;

export type ColumnType = 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB';

/** What became of a column: how it is declared, and which of its values had to change for it. */
export interface ColumnResult {
  readonly name: string;
  readonly type: ColumnType;
  readonly conversions: readonly Pick<Conversion, 'from' | 'to' | 'values'>[];
}

/** Takes the rows of one file. */
export interface Staging {
  /** Columns may also be added when rows are there already: those have NULL in it. */
  addColumn(): void;
  insert(values: readonly StagedValue[]): void;
  /** Turns the rows into the table. */
  finish(table: string, columns: readonly ColumnResult[]): void;
}

/** Reads a file into the staging table. @param onRead is told how many bytes of the file were read */
export type Loader = (file: string, staging: Staging, onRead: (bytes: number) => void) => Promise<ColumnResult[]>;

/**
 * The types are known when the last row was seen. So the rows wait in a temporary table, and are turned into what is
 * asked for by the affinity of the columns they are then copied to: once through the file, all in SQLite's own code.
 */
export function stage(database: DatabaseSync, file: string): Staging {
  let width = 0;
  let insert: ReturnType<DatabaseSync['prepare']> | undefined;
  const requireRoom = (columns: number): void => {
    if (columns <= maxColumns) return;
    const template = '{0} has {1} columns or more, and a table has {2} at most. Split the file or leave columns out.';
    throw new UserError('database.wideFile', template, [file, columns, maxColumns]);
  };
  return {
    addColumn() {
      requireRoom(width + 1);
      const column = `c${width}`;
      database.exec(width === 0 ? `CREATE TEMP TABLE staging (${column})` : `ALTER TABLE temp.staging ADD ${column}`);
      width += 1;
      insert = undefined;
    },
    insert(values) {
      insert ??= database.prepare(`INSERT INTO temp.staging VALUES (${Array(width).fill('?').join(', ')})`);
      insert.run(...values);
    },
    finish(table, columns) {
      const declarations = columns.map(({ name, type }) => `${quoted(name)} ${type}`);
      database.exec(`
        CREATE TABLE ${quoted(table)} (${declarations.join(', ')});
        INSERT INTO ${quoted(table)} SELECT * FROM temp.staging;
        DROP TABLE temp.staging;
      `);
    },
  };
}
