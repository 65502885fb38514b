import { mysqlColumn, type MysqlColumn } from '../sql/servers/mysqlValues';
import { resultText } from '../sql/resultText';

/** What the model may be shown of a result, in UTF-16 units; it reads 800 characters of it. */
const outputLimit = 64 * 1024;

/** As mysql2 hands them out when it is told to leave long numbers and dates alone. */
export type MysqlValue = null | number | string | Buffer;

/** Rows as Python's MySQL client prints them; dates and long numbers come as text. */
export function mysqlRows(
  rows: readonly (readonly MysqlValue[])[],
  columns: readonly Omit<MysqlColumn, 'name'>[],
): string {
  const known = columns.map((column) => mysqlColumn({ ...column, name: '' }));
  const values = rows.map((row) =>
    row.map((value, index) => {
      if (value === null) return null;
      return known[index]?.parse(Buffer.isBuffer(value) ? value : String(value)) ?? null;
    }),
  );
  return resultText(
    values,
    outputLimit,
    false,
    known.map(({ type }) => type),
  ).output;
}
