import { UserError } from '../../../agent/errors';
import { scanColumnType, type ColumnTypeScan } from './columnType';
import { readCsv } from './csvFile';
import { columnNames } from './names';
import type { ColumnResult, Loader } from './staging';

/**
 * INTEGER, REAL or TEXT columns as their values ask for, an empty field NULL. A row shorter than the header is filled with
 * NULL, as spreadsheets leave empty cells away; a longer one is an error, for its values would land in the wrong columns,
 * unless what is too much is empty.
 *
 * @throws {UserError} `database.raggedCsv`, `.emptyFile`, `.wideFile` and those of readCsv
 */
export const loadCsv: Loader = async (file, staging, onRead) => {
  let columns: readonly Column[] | undefined;
  await readCsv(file, onRead, (fields, line) => {
    if (!columns) {
      columns = columnNames(fields).map((name) => ({ name, scan: scanColumnType() }));
      for (const _ of columns) staging.addColumn();
      return;
    }
    if (fields.slice(columns.length).some((field) => field !== '')) throw ragged(file, line, fields, columns);
    staging.insert(
      columns.map(({ scan }, index) => {
        const field = fields[index] ?? '';
        scan.see(field);
        return field === '' ? null : field;
      }),
    );
  });
  if (!columns) throw new UserError('database.emptyFile', '{0} is empty: it has no header line.', [file]);
  return columns.map(resultOf);
};

interface Column {
  readonly name: string;
  readonly scan: ColumnTypeScan;
}

function resultOf({ name, scan }: Column): ColumnResult {
  const type = scan.type();
  const { values, empty } = scan.counts();
  return {
    name,
    type,
    conversions: [
      ...(type === 'TEXT' ? [] : [{ from: 'text', to: type, values } as const]),
      ...(empty === 0 ? [] : [{ from: 'empty', to: 'NULL', values: empty } as const]),
    ],
  };
}

function ragged(file: string, line: number, fields: readonly string[], columns: readonly Column[]): UserError {
  const template =
    '{0}, line {1}: the row has {2} fields, but the header names {3} columns. ' +
    'Put fields that hold the separator in double quotes, and try again.';
  return new UserError('database.raggedCsv', template, [file, line, fields.length, columns.length]);
}
