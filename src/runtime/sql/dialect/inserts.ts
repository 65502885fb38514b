import { quoted } from '../identifier';
import { MysqlError, noDefault } from '../mysqlErrors';
import type { ColumnInfo, TableInfo } from './catalog';
import type { Context } from './context';
import { translate } from './expressions';
import { findTable, sourceColumns } from './from';
import type { Plan } from './plan';
import { emptyScope, type Scope, type SourceColumn } from './scope';
import { translateItems } from './selects';
import { defaultOf, storedIn } from './storing';
import type { Insert } from './statements';
import type { Expression, Query } from './syntax';
import { typed, type Typed } from './typed';

/** INSERT and REPLACE. */
export function translateInsert(insert: Insert, context: Context): Plan {
  const info = findTable(insert.table, context);
  const columns = insert.columns.length > 0 ? insert.columns.map((name) => columnNamed(info, name)) : writable(info);
  refuseTwice(columns);
  const left = writable(info).filter((column) => !columns.includes(column));
  const isStrict = !insert.ignore;
  // `VALUES ()` leaves out all columns.
  const isEmpty = Array.isArray(insert.source) && insert.columns.length === 0 && insert.source[0]?.length === 0;
  const missing = (isEmpty ? columns : left).find((column) => isStrict && needsValue(column));
  if (missing) throw new MysqlError(noDefault(missing.name));

  const verb = insert.verb === 'REPLACE' ? 'REPLACE' : insert.ignore ? 'INSERT OR IGNORE' : 'INSERT';
  const head = `${verb} INTO ${quoted(info.name)}`;
  const list = `(${columns.map(({ name }) => quoted(name)).join(', ')})`;
  const tail = onDuplicate(insert, info, context) + returning(insert, info, context);
  const result = { kind: 'statements', reads: false, columns: returned(insert, info, context) } as const;
  if (isEmpty) return { ...result, steps: [`${head} DEFAULT VALUES${tail}`] };
  if (!isRows(insert.source)) {
    return { ...result, steps: [`${head} ${list} ${fromQuery(insert.source, columns, isStrict, context)}${tail}`] };
  }
  const rows = insert.source.map((row, index) =>
    writeRow(row, index, columns, isStrict, { ...context, target: info.name.toLowerCase() }),
  );
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
  const written = rows.map((row) => new Map(row.map((sql, index) => [columns[index]?.name.toLowerCase() ?? '', sql])));
  return {
    ...result,
    steps: [`${head} ${list} VALUES ${values}${tail}`],
    written: { table: info.name, rows: written },
  };
}

function isRows(source: Insert['source']): source is readonly (readonly Expression[])[] {
  return Array.isArray(source);
}

/** The columns that `INSERT INTO t VALUES` fills. */
function writable({ columns }: TableInfo): ColumnInfo[] {
  return columns.filter(({ hidden, generated }) => !hidden && !generated);
}

/** @throws {MysqlError} 1054 */
export function columnNamed({ columns }: TableInfo, name: string): ColumnInfo {
  const found = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (!found) throw new MysqlError(`1054 (42S22): Unknown column '${name}' in 'field list'`);
  return found;
}

function refuseTwice(columns: readonly ColumnInfo[]): void {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice) throw new MysqlError(`1110 (42000): Column '${twice.name}' specified twice`);
}

function needsValue({ notNull, keyPlace, default: standard, autoIncrement }: ColumnInfo): boolean {
  return (notNull || keyPlace > 0) && standard === undefined && !autoIncrement;
}

function writeRow(
  row: readonly Expression[],
  index: number,
  columns: readonly ColumnInfo[],
  isStrict: boolean,
  context: Context,
): string[] {
  if (row.length !== columns.length) {
    throw new MysqlError(`1136 (21S01): Column count doesn't match value count at row ${index + 1}`);
  }
  return columns.map((column, place) => {
    const expression = row[place];
    if (!expression) return 'NULL';
    return stored(column, translate(expression, withDefault(context, column, columns)), isStrict);
  });
}

/** Zero asks for the next number, as NULL does. */
function stored(column: ColumnInfo, value: Typed, isStrict: boolean): string {
  const sql = storedIn(column, value, isStrict);
  return column.autoIncrement && sql !== 'NULL' && !/^[1-9]\d*$/.test(sql) ? `nullif(${sql}, 0)` : sql;
}

/** DEFAULT, and DEFAULT(column), of the column that is filled. */
export function withDefault(context: Context, own: ColumnInfo, columns: readonly ColumnInfo[]): Context {
  return {
    ...context,
    defaultOf: (name) => {
      const column =
        name === undefined ? own : (columns.find((each) => each.name.toLowerCase() === name.toLowerCase()) ?? own);
      if (needsValue(column)) throw new MysqlError(noDefault(column.name));
      return defaultOf(column);
    },
  };
}

/** The condition keeps SQLite from taking ON CONFLICT for the ON of a join. */
function fromQuery(query: Query, columns: readonly ColumnInfo[], isStrict: boolean, context: Context): string {
  const { sql, columns: given } = context.translateQuery(query, context);
  if (given.length !== columns.length) {
    throw new MysqlError("1136 (21S01): Column count doesn't match value count at row 1");
  }
  const names = columns.map((_, index) => quoted(`c${index}`));
  const items = columns.map((column, index) =>
    stored(column, typed(names[index] ?? '', given[index]?.type ?? { kind: 'any' }), isStrict),
  );
  return `WITH inserted(${names.join(', ')}) AS (${sql}) SELECT ${items.join(', ')} FROM inserted WHERE true`;
}

function onDuplicate({ onDuplicate, rowAlias }: Insert, info: TableInfo, context: Context): string {
  if (onDuplicate.length === 0) return '';
  const proposed = sourceColumns(info).map((column): SourceColumn => ({
    ...column,
    sql: `excluded.${quoted(column.name)}`,
  }));
  const own = { alias: info.name, columns: sourceColumns(info), table: info };
  const news = rowAlias === undefined ? [] : [{ alias: rowAlias, columns: proposed, table: undefined }];
  const plain: Scope = { ...emptyScope, sources: [own] };
  const assignments = onDuplicate.map(({ path, value }) => {
    const column = columnNamed(info, path.at(-1) ?? '');
    const within: Context = {
      ...withDefault(context, column, info.columns),
      scope: usesAlias(value, rowAlias) ? { ...plain, sources: [own, ...news] } : plain,
      proposed: (name) => {
        const found = columnNamed(info, name);
        return typed(`excluded.${quoted(found.name)}`, found.type);
      },
    };
    return `${quoted(column.name)} = ${storedIn(column, translate(value, within), true)}`;
  });
  return ` ON CONFLICT DO UPDATE SET ${assignments.join(', ')}`;
}

/** The new row's columns go by the alias only, so that a bare name stays that of the old row. */
function usesAlias(value: Expression, alias: string | undefined): boolean {
  return alias !== undefined && JSON.stringify(value).includes(`"path":[${JSON.stringify(alias)},`);
}

function returning({ returning: items }: Insert, info: TableInfo, context: Context): string {
  if (items.length === 0) return '';
  const list = returnedItems(items, info, context).map(({ name, value }) => `${value.sql} AS ${quoted(name)}`);
  return ` RETURNING ${list.join(', ')}`;
}

function returned({ returning: items }: Insert, info: TableInfo, context: Context) {
  return returnedItems(items, info, context).map(({ name, value }) => ({ name, type: value.type }));
}

/** RETURNING knows the columns by their bare names only. */
export function returnedItems(items: Insert['returning'], info: TableInfo, context: Context) {
  if (items.length === 0) return [];
  const columns = sourceColumns(info).map((column): SourceColumn => ({ ...column, sql: quoted(column.name) }));
  const sources = [{ alias: info.name, columns, table: info }];
  const from = { sql: '', sources, merged: new Map<string, Typed>(), mergedNames: new Map<string, string>() };
  return translateItems(items, { ...context, scope: { ...emptyScope, sources } }, from);
}
