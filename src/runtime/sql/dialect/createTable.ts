import { quoted } from '../identifier';
import { MysqlError } from '../mysqlErrors';
import { scaleOf, type ValueType } from '../mysqlType';
import { tokenize } from '../tokens';
import type { Catalog } from './catalog';
import { columnSql, constraintSql, resultColumn, tableWriting } from './columnText';
import type { Context } from './context';
import { findTable } from './from';
import { nothing, type Plan } from './plan';
import type { ColumnDefinition, CreateTable, TableConstraint } from './statements';
import type { Query, TableName } from './syntax';

/** CREATE TABLE, in all its forms. */
export function translateCreateTable(statement: CreateTable, context: Context): Plan {
  const { table, temporary, ifNotExists, replace, like, as } = statement;
  refuseElsewhere(table);
  const existing = context.catalog.table(table.name);
  if (existing && ifNotExists) return nothing;
  if (existing && !replace) throw tableExists(table.name);
  const dropping = existing ? [`DROP TABLE ${quoted(existing.name)}`] : [];
  const head = `CREATE ${temporary ? 'TEMP ' : ''}TABLE ${quoted(table.name)}`;
  const plan = { kind: 'statements', columns: [], reads: false, isDefinition: true } as const;
  if (like) return { ...plan, steps: [...dropping, ...copyOf(like, table.name, head, context)] };
  if (as) return { ...plan, steps: [...dropping, ...fromQuery(statement, as, head, context)] };
  const { columns, constraints } = statement;
  return {
    ...plan,
    steps: [
      ...dropping,
      `${head} (${linesOf(columns, constraints, table.name, context).join(', ')})`,
      ...indexesOf(table.name, constraints, context.catalog),
    ],
  };
}

export function tableExists(name: string): MysqlError {
  return new MysqlError(`1050 (42S01): Table '${name}' already exists`);
}

export function refuseElsewhere({ database }: TableName): void {
  if (database !== undefined && !/^(main|temp)$/i.test(database)) {
    throw new MysqlError(`1049 (42000): Unknown database '${database}'`);
  }
}

/** The lines of a CREATE TABLE. An AUTO_INCREMENT column becomes the row number of SQLite, and is the primary key itself. */
export function linesOf(
  columns: readonly ColumnDefinition[],
  constraints: readonly TableConstraint[],
  table: string,
  context: Context,
): string[] {
  refuseTwice(columns.map(({ name }) => name));
  const inline = columns.filter(({ primaryKey }) => primaryKey).map(({ name }) => name);
  const apart = constraints.flatMap((constraint) => (constraint.kind === 'primary-key' ? [constraint.columns] : []));
  if (inline.length + apart.length > 1) throw new MysqlError('1068 (42000): Multiple primary key defined');
  const primaryKey = (apart[0] ?? inline).map((name) => name.toLowerCase());
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  for (const constraint of constraints) {
    const keys = 'columns' in constraint ? constraint.columns : [];
    const unknown = keys.find((name) => !names.has(name.toLowerCase()));
    if (unknown !== undefined) throw new MysqlError(`1072 (42000): Key column '${unknown}' doesn't exist in table`);
  }
  const automatic = columns.filter(({ autoIncrement }) => autoIncrement);
  const [numbered] = automatic;
  if (numbered) refuseUnnumbered(numbered, automatic.length, constraints, primaryKey);
  const writing = tableWriting(table, columns.map(resultColumn), 0, context);
  const lines = columns.map((column) => {
    const isKey = primaryKey.includes(column.name.toLowerCase());
    return columnSql(
      {
        ...column,
        primaryKey: isKey && (column.autoIncrement || inline.length > 0),
        nullable: isKey ? false : column.nullable,
      },
      writing,
    );
  });
  if (apart[0] && !numbered) lines.push(`PRIMARY KEY (${apart[0].map(quoted).join(', ')})`);
  return [...lines, ...constraints.flatMap((constraint) => constraintSql(constraint, writing))];
}

function refuseUnnumbered(
  { name, primaryKey, unique }: ColumnDefinition,
  count: number,
  constraints: readonly TableConstraint[],
  keys: readonly string[],
): void {
  const isKey =
    primaryKey ||
    unique ||
    constraints.some(
      (constraint) => 'columns' in constraint && constraint.columns[0]?.toLowerCase() === name.toLowerCase(),
    );
  if (count > 1 || !isKey) {
    throw new MysqlError(
      '1075 (42000): Incorrect table definition; there can be only one auto column and it must be defined as a key',
    );
  }
  if (keys.length > 0 && (keys.length > 1 || keys[0] !== name.toLowerCase())) {
    throw new MysqlError(
      "1235 (42000): This version of MySQL doesn't yet support 'AUTO_INCREMENT beside another primary key'",
    );
  }
}

function refuseTwice(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw new MysqlError(`1060 (42S21): Duplicate column name '${name}'`);
    seen.add(name.toLowerCase());
  }
}

/** The statements that make the indexes named in a CREATE TABLE. */
export function indexesOf(table: string, constraints: readonly TableConstraint[], catalog: Catalog): string[] {
  const taken = new Set<string>();
  return constraints.flatMap((constraint) => {
    if (constraint.kind !== 'index') return [];
    const name = freeIndexName(constraint.name ?? constraint.columns[0] ?? '', table, catalog, taken);
    return [createIndex(name, table, constraint.columns, constraint.unique)];
  });
}

export function createIndex(name: string, table: string, columns: readonly string[], unique: boolean): string {
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoted(name)} ON ${quoted(table)} (${columns.map(quoted).join(', ')})`;
}

/** Each table of MySQL has index names of its own; SQLite has them in common with tables. */
export function freeIndexName(wanted: string, table: string, catalog: Catalog, taken = new Set<string>()): string {
  const isFree = (name: string) =>
    catalog.definition(name) === undefined &&
    !taken.has(name.toLowerCase()) &&
    name.toLowerCase() !== table.toLowerCase();
  let name = wanted;
  for (let number = 1; !isFree(name); number += 1)
    name = number === 1 ? `${table}_${wanted}` : `${table}_${wanted}_${number}`;
  taken.add(name.toLowerCase());
  return name;
}

/** LIKE: the same lines and the same indexes, under new names. */
function copyOf(like: TableName, name: string, head: string, context: Context): string[] {
  const model = findTable(like, context);
  const text = context.catalog.definition(model.name) ?? '';
  const bracket = tokenize(text).find((token) => token.text === '(');
  if (model.isView || !bracket) throw new MysqlError(`1347 (HY000): 'main.${model.name}' is not BASE TABLE`);
  const taken = new Set<string>();
  const indexes = context.catalog.indexes(model.name).filter(({ origin }) => origin === 'c');
  return [
    `${head} ${text.slice(bracket.at)}`,
    ...indexes.map((index) =>
      createIndex(freeIndexName(index.name, name, context.catalog, taken), name, index.columns, index.unique),
    ),
  ];
}

/** AS: columns of the types that the query gives, behind those that are declared. */
function fromQuery(statement: CreateTable, query: Query, head: string, context: Context): string[] {
  const { sql, columns } = context.translateQuery(query, context);
  const known = new Set(statement.columns.map(({ name }) => name.toLowerCase()));
  const found = columns.filter(({ name }) => !known.has(name.toLowerCase()));
  refuseTwice(columns.map(({ name }) => name));
  const table = statement.table.name;
  const lines = linesOf(statement.columns, [], table, context);
  const more = found.map(({ name, type }) => `${quoted(name)} ${typeFor(type)}`);
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  return [
    `${head} (${[...lines, ...more].join(', ')})`,
    `INSERT INTO ${quoted(table)} (${names}) ${sql}`,
    ...indexesOf(table, statement.constraints, context.catalog),
  ];
}

function typeFor(type: ValueType): string {
  switch (type.kind) {
    case 'integer':
      return 'bigint';
    case 'unsigned':
      return '"bigint unsigned"';
    case 'decimal':
      return `decimal(65,${scaleOf(type)})`;
    case 'text':
      return 'text COLLATE NOCASE';
    case 'binary':
      return 'blob';
    case 'null':
      return 'binary(0)';
    case 'any':
      return '';
    case 'double':
    case 'year':
    case 'date':
    case 'datetime':
    case 'time':
    case 'json':
      return type.kind;
  }
}
