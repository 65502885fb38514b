import { quoted } from '../identifier';
import { MysqlError, noSuchTable } from '../mysqlErrors';
import { compare } from './comparison';
import type { Context, ResultColumn } from './context';
import { translate } from './expressions';
import { informationTable } from './informationSchema';
import { findColumn, type Scope, type Source, type SourceColumn } from './scope';
import type { TableReference } from './syntax';
import { type Typed } from './typed';
import type { TableInfo } from './catalog';

/** The tables of a FROM. */
export interface From {
  readonly sql: string;
  readonly sources: readonly Source[];
  /** Columns that USING or NATURAL made one of two, by small letters. */
  readonly merged: ReadonlyMap<string, Typed>;
  /** How they are written. */
  readonly mergedNames: ReadonlyMap<string, string>;
}

export function translateFrom(reference: TableReference, context: Context): From {
  const from = read(reference, context);
  const seen = new Set<string>();
  for (const { alias } of from.sources) {
    if (seen.has(alias.toLowerCase())) throw new MysqlError(`1066 (42000): Not unique table/alias: '${alias}'`);
    seen.add(alias.toLowerCase());
  }
  return from;
}

function read(reference: TableReference, context: Context): From {
  switch (reference.kind) {
    case 'table':
      return readTable(reference, context);
    case 'derived':
      return readDerived(reference, context);
    case 'join':
      return readJoin(reference, context);
  }
}

function single(sql: string, source: Source): From {
  return { sql: `${sql} AS ${quoted(source.alias)}`, sources: [source], merged: new Map(), mergedNames: new Map() };
}

function readTable({ table, alias = table.name }: Extract<TableReference, { kind: 'table' }>, context: Context): From {
  const { database, name } = table;
  const common = database === undefined ? context.commonTables.get(name.toLowerCase()) : undefined;
  if (common) return single(quoted(name), { alias, columns: common, table: undefined });
  if (database?.toLowerCase() === 'information_schema') {
    const { sql, columns } = informationTable(name, context.catalog);
    return single(`(${sql})`, { alias, columns: columns.map(visible), table: undefined });
  }
  if (context.target !== undefined && context.target === name.toLowerCase()) {
    throw new MysqlError(`1093 (HY000): You can't specify target table '${name}' for update in FROM clause`);
  }
  const found = findTable(table, context);
  return single(quoted(found.name), { alias, columns: sourceColumns(found), table: found });
}

/** @throws {MysqlError} 1146 */
export function findTable(
  { database, name }: { database: string | undefined; name: string },
  { catalog }: Context,
): TableInfo {
  const isHere = database === undefined || /^(main|temp)$/i.test(database);
  const found = isHere ? catalog.table(name) : undefined;
  if (!found) throw new MysqlError(noSuchTable(database === undefined ? name : `${database}.${name}`));
  return found;
}

export function sourceColumns({ columns }: TableInfo): SourceColumn[] {
  return columns.map(({ name, type, hidden, declared }) => ({
    name,
    type,
    hidden,
    isExact: / binary$/i.test(declared),
  }));
}

function visible(column: ResultColumn): SourceColumn {
  return { ...column, hidden: false };
}

/** What is derived is computed by itself: it may read the table that the statement changes. */
function readDerived(
  { query, alias, columns: names }: Extract<TableReference, { kind: 'derived' }>,
  context: Context,
): From {
  const { sql, columns } = context.translateQuery(query, { ...context, target: undefined });
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name.toLowerCase())) throw new MysqlError(`1060 (42S21): Duplicate column name '${name}'`);
    seen.add(name.toLowerCase());
  }
  if (names.length === 0) return single(`(${sql})`, { alias, columns: columns.map(visible), table: undefined });
  const renamed = columns.map((column, index) => visible({ ...column, name: names[index] ?? column.name }));
  const list = renamed.map(({ name }) => quoted(name)).join(', ');
  const inner = `(WITH ${quoted(alias)}(${list}) AS (${sql}) SELECT * FROM ${quoted(alias)})`;
  return single(inner, { alias, columns: renamed, table: undefined });
}

function readJoin(reference: Extract<TableReference, { kind: 'join' }>, context: Context): From {
  const { type, natural, left: first, right: second, on, using } = reference;
  const [left, right] = [read(first, context), read(second, context)];
  const sources = [...left.sources, ...right.sources];
  const names = natural ? commonNames(left, right) : using;
  const merged = new Map([...left.merged, ...right.merged]);
  const mergedNames = new Map([...left.mergedNames, ...right.mergedNames]);
  const conditions = names.map((name) => {
    const [a, b] = [sharedColumn(left, name), sharedColumn(right, name)];
    merged.set(name.toLowerCase(), type === 'RIGHT' ? b : a);
    mergedNames.set(name.toLowerCase(), name);
    return compare('=', a, b).sql;
  });
  if (on) {
    const scope: Scope = { sources, merged, aliases: new Map(), outer: context.scope };
    conditions.push(translate(on, { ...context, scope, clause: 'on clause', allowsAggregates: false }).sql);
  }
  const condition = conditions.length > 0 ? ` ON ${conditions.join(' AND ')}` : '';
  const inner = second.kind === 'join' ? `(${right.sql})` : right.sql;
  const join = type === 'INNER' ? 'JOIN' : `${type} JOIN`;
  return { sql: `${left.sql} ${join} ${inner}${condition}`, sources, merged, mergedNames };
}

function sharedColumn(side: From, name: string): Typed {
  const scope: Scope = { sources: side.sources, merged: side.merged, aliases: new Map(), outer: undefined };
  const [column, second] = findColumn(scope, [name]);
  if (!column) throw new MysqlError(`1054 (42S22): Unknown column '${name}' in 'from clause'`);
  if (second) throw new MysqlError(`1052 (23000): Column '${name}' in from clause is ambiguous`);
  return column;
}

function commonNames(left: From, right: From): string[] {
  const inRight = new Set(right.sources.flatMap(({ columns }) => columns.map(({ name }) => name.toLowerCase())));
  const names = left.sources.flatMap(({ columns }) => columns.filter(({ hidden }) => !hidden).map(({ name }) => name));
  return [...new Set(names)].filter((name) => inRight.has(name.toLowerCase()));
}
