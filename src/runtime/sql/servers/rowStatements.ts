import type { WireValue } from './connection';
import type { ChangeDialect } from './changeDialect';
import type { ServerTable } from './serverTable';
import type { TouchedRow } from './touchedFile';

/** One statement, with what stands for its values: parameters, or texts of a script. */
export interface RowStatement {
  readonly sql: string;
  readonly parameters: readonly WireValue[];
}

/** Values of one statement on their way into its text. */
type Put = (value: WireValue) => string;

/** The statements that change rows of a table, once as parameters and once as a script. */
export interface RowStatements {
  /** The rows with these keys, all stored columns of them, locked. */
  readonly find: (rows: readonly (readonly WireValue[])[]) => RowStatement;
  /** As many rows as are of this content, one column each, locked. */
  readonly count: (row: readonly WireValue[]) => RowStatement;
  /** What makes the change, or takes it back. */
  readonly change: (row: TouchedRow) => readonly RowStatement[];
  readonly undo: (row: TouchedRow) => readonly string[];
}

/**
 * @param table as the server has it now
 * @param columns of the touched rows, in their order
 */
export function rowStatements(dialect: ChangeDialect, table: ServerTable, columns: readonly string[]): RowStatements {
  const { identifier, key } = table;
  const { quote } = dialect;
  const stored = columns.map((name) => {
    const column = table.columns.find((each) => each.name === name);
    if (!column) throw new Error(`${table.name} has no column ${name}.`);
    return column;
  });
  const keyPlaces = key.map((name) => columns.indexOf(name));
  const selected = stored.map(({ select }) => select).join(', ');

  const prepared = (build: (put: Put) => string): RowStatement => {
    const parameters: WireValue[] = [];
    const sql = build((value) => dialect.placeholder(parameters.push(value)));
    return { sql, parameters };
  };
  const script = (build: (put: Put) => string): string => `${build(dialect.literal)};`;

  const hasKey = (row: readonly WireValue[], put: Put): string =>
    keyPlaces.map((place, index) => `${quote(key[index] ?? '')} = ${put(row[place] ?? null)}`).join(' AND ');
  const hasContent = (row: readonly WireValue[], put: Put): string =>
    stored.map(({ equals }, index) => equals(put(row[index] ?? null))).join(' AND ');

  const insert = (row: readonly WireValue[]) => (put: Put) => {
    const names = columns.map(quote).join(', ');
    return `INSERT INTO ${identifier} (${names}) ${dialect.beforeValues}VALUES (${row.map(put).join(', ')})`;
  };
  const remove = (row: readonly WireValue[], times: number) => (put: Put) =>
    key.length > 0
      ? `DELETE FROM ${identifier} WHERE ${hasKey(row, put)}`
      : dialect.deleteSome(table, hasContent(row, put), times);
  const update = (from: readonly WireValue[], to: readonly WireValue[]) => (put: Put) => {
    const changed = to.flatMap((value, place) => (isSame(value, from[place] ?? null) ? [] : [place]));
    const values = changed.map((place) => `${quote(columns[place] ?? '')} = ${put(to[place] ?? null)}`);
    return `UPDATE ${identifier} SET ${values.join(', ')} WHERE ${hasKey(from, put)}`;
  };
  const builds = ({ before, after, times = 1 }: Pick<TouchedRow, 'before' | 'after' | 'times'>) => {
    if (before && after) return [update(before, after)];
    if (before) return [remove(before, times)];
    return after ? Array.from({ length: times }, () => insert(after)) : [];
  };
  return {
    find: (rows) =>
      prepared((put) => {
        const keys = rows.map((row) => `(${keyPlaces.map((place) => put(row[place] ?? null)).join(', ')})`);
        return `SELECT ${selected} FROM ${identifier} WHERE (${key.map(quote).join(', ')}) IN (${keys.join(', ')})${dialect.lockRows}`;
      }),
    count: (row) => prepared((put) => `SELECT 1 FROM ${identifier} WHERE ${hasContent(row, put)}${dialect.lockRows}`),
    change: (row) => builds(row).map(prepared),
    undo: (row) => builds({ ...row, before: row.after, after: row.before }).map(script),
  };
}

/** The same text, or the same bytes. */
export function isSame(one: WireValue, other: WireValue): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  return one === other;
}
