import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../agent/errors';
import { scanColumnType, type ColumnTypeScan } from './columnType';
import { readCsv } from './csvFile';
import { columnNames, tableNames } from './csvNames';

/**
 * Makes a table of each file, in one transaction: INTEGER, REAL or TEXT columns as their values ask for, an empty field
 * NULL. A row shorter than the header is filled with NULL, as spreadsheets leave empty cells away; a longer one is an
 * error, for its values would land in the wrong columns, unless what is too much is empty.
 *
 * @throws {UserError} `database.raggedCsv`, `.emptyCsv`, `.wideCsv` and those of readCsv. The database is then of no use.
 */
export async function loadCsvTables(database: DatabaseSync, files: readonly string[]): Promise<void> {
  database.exec('BEGIN');
  for (const [file, table] of tableNames(files)) await loadTable(database, file, table);
  database.exec('COMMIT');
}

/**
 * The types are known when the last row was seen. So the rows wait as text in a temporary table, and are turned into
 * numbers by the affinity of the columns they are then copied to: once through the file, all in SQLite's own code.
 */
async function loadTable(database: DatabaseSync, file: string, table: string): Promise<void> {
  let columns: readonly Column[] | undefined;
  let insert: (fields: readonly string[]) => void = () => {};
  await readCsv(file, (fields, line) => {
    if (!columns) {
      columns = columnsOf(fields, file);
      insert = stage(database, columns);
      return;
    }
    if (fields.slice(columns.length).some((field) => field !== '')) throw ragged(file, line, fields, columns);
    insert(fields);
  });
  if (!columns) throw new UserError('database.emptyCsv', '{0} is empty: it has no header line.', [file]);
  const declarations = columns.map(({ name, scan }) => `${quoted(name)} ${scan.type()}`);
  database.exec(`
    CREATE TABLE ${quoted(table)} (${declarations.join(', ')});
    INSERT INTO ${quoted(table)} SELECT * FROM temp.staging;
    DROP TABLE temp.staging;
  `);
}

interface Column {
  readonly name: string;
  readonly scan: ColumnTypeScan;
}

/** SQLITE_MAX_COLUMN of every build of Node. */
const maxColumns = 2000;

function columnsOf(header: readonly string[], file: string): Column[] {
  if (header.length > maxColumns) {
    const template = '{0} has {1} columns, and a table has {2} at most. Split the file or leave columns out.';
    throw new UserError('database.wideCsv', template, [file, header.length, maxColumns]);
  }
  return columnNames(header).map((name) => ({ name, scan: scanColumnType() }));
}

function stage(database: DatabaseSync, columns: readonly Column[]): (fields: readonly string[]) => void {
  const places = columns.map((_, index) => `c${index}`);
  database.exec(`CREATE TEMP TABLE staging (${places.join(', ')})`);
  const insert = database.prepare(`INSERT INTO temp.staging VALUES (${places.map(() => '?').join(', ')})`);
  return (fields) => {
    insert.run(
      ...columns.map(({ scan }, index) => {
        const field = fields[index] ?? '';
        scan.see(field);
        return field === '' ? null : field;
      }),
    );
  };
}

function ragged(file: string, line: number, fields: readonly string[], columns: readonly Column[]): UserError {
  const template =
    '{0}, line {1}: the row has {2} fields, but the header names {3} columns. ' +
    'Put fields that hold the separator in double quotes, and try again.';
  return new UserError('database.raggedCsv', template, [file, line, fields.length, columns.length]);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
