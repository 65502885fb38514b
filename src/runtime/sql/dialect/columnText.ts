import { quoted } from '../identifier';
import { MysqlError } from '../mysqlErrors';
import { declaredType } from '../mysqlType';
import type { Context, ResultColumn } from './context';
import { translate } from './expressions';
import { emptyScope, type SourceColumn } from './scope';
import type { ColumnDefinition, TableConstraint } from './statements';
import type { Expression, TypeName } from './syntax';
import { quotedText } from './typed';

/** What the lines of one table are written with. */
export interface TableWriting {
  /** In which conditions and formulas may name the columns. */
  readonly context: Context;
  /** MySQL numbers the conditions that have no name. */
  readonly checkName: () => string;
}

/**
 * @param columns that the table is going to have
 * @param checks conditions without a name that it has already
 */
export function tableWriting(
  table: string,
  columns: readonly ResultColumn[],
  checks: number,
  context: Context,
): TableWriting {
  const bare = columns.map(({ name, type }): SourceColumn => ({ name, type, hidden: false, sql: quoted(name) }));
  const scope = { ...emptyScope, sources: [{ alias: table, columns: bare, table: undefined }] };
  let number = checks;
  return {
    context: { ...context, clause: 'field list', allowsAggregates: false, isStored: true, scope },
    checkName: () => `${table}_chk_${(number += 1)}`,
  };
}

/** The column as conditions know it. */
export function resultColumn({ name, type }: ColumnDefinition): ResultColumn {
  return { name, type: declaredType(declaredName(type)) };
}

/** One column as SQLite declares it. Its type keeps the words of MySQL, in quotes where SQLite would not read them. */
export function columnSql(column: ColumnDefinition, { context, checkName }: TableWriting): string {
  const { name, type, autoIncrement, primaryKey, nullable, unique, generated, checks, references } = column;
  const declared = declaredName(type);
  const parts = [quoted(name)];
  if (autoIncrement) parts.push('INTEGER PRIMARY KEY AUTOINCREMENT');
  else {
    parts.push(/^[a-z]+(\(\d+(,\d+)?\))?$/.test(declared) ? declared : quoted(declared));
    if (primaryKey) parts.push('PRIMARY KEY');
    if (nullable === false) parts.push('NOT NULL');
    const standard = defaultSql(column, context);
    if (standard !== undefined) parts.push(`DEFAULT ${standard}`);
    if (unique && !primaryKey) parts.push('UNIQUE');
    if (isCollated(type)) parts.push('COLLATE NOCASE');
  }
  if (type.name === 'enum')
    parts.push(
      `CONSTRAINT ${quoted(`enum ${name}`)} CHECK (${quoted(name)} IN (${type.arguments.map(quotedText).join(', ')}))`,
    );
  for (const check of checks) parts.push(`CONSTRAINT ${quoted(checkName())} CHECK (${kept(check, context)})`);
  if (references) parts.push(referencesSql(references));
  if (generated)
    parts.push(
      `GENERATED ALWAYS AS (${kept(generated.expression, context)}) ${generated.stored ? 'STORED' : 'VIRTUAL'}`,
    );
  return parts.join(' ');
}

function isCollated({ name, exact }: TypeName): boolean {
  return !exact && /^(char|varchar|enum|set|(tiny|medium|long)?text)$/.test(name);
}

/** @throws {MysqlError} for a type that nobody knows */
function declaredName({ name, arguments: sizes, unsigned, exact }: TypeName): string {
  const size = sizes.join(',');
  const ending = `${unsigned ? ' unsigned' : ''}${exact ? ' binary' : ''}`;
  switch (name) {
    case 'bool':
    case 'boolean':
      return 'tinyint(1)';
    case 'tinyint':
      return (size === '1' ? 'tinyint(1)' : 'tinyint') + ending;
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
    case 'year':
      return name + ending;
    case 'decimal':
      return `decimal(${sizes[0] ?? '10'},${sizes[1] ?? '0'})${ending}`;
    case 'char':
    case 'bit':
      return `${name}(${size || '1'})${ending}`;
    case 'varchar':
    case 'varbinary':
      return `${name}(${size})${ending}`;
    case 'enum':
    case 'set':
      return `${name}(${sizes.map(quotedText).join(',')})`;
    default:
      if (!plainTypes.has(name)) throw new MysqlError(`4161 (HY000): Unknown data type: '${name}'`);
      return (size ? `${name}(${size})` : name) + ending;
  }
}

const plainTypes = new Set([
  'float',
  'double',
  'date',
  'datetime',
  'timestamp',
  'time',
  'json',
  'binary',
  'blob',
  'tinyblob',
  'mediumblob',
  'longblob',
  'text',
  'tinytext',
  'mediumtext',
  'longtext',
]);

function defaultSql(column: ColumnDefinition, context: Context): string | undefined {
  if (!column.default || column.default.kind === 'null') return undefined;
  const value = kept(column.default, { ...context, scope: emptyScope });
  return /^('(?:[^']|'')*'|-?[\d.]+)$/.test(value) ? value : `(${value})`;
}

/**
 * A condition or a formula that stays with the table.
 * @throws {MysqlError} 1235 for one that a program without these functions could not evaluate
 */
function kept(expression: Expression, context: Context): string {
  const { sql } = translate(expression, context);
  if (/\bmysql_/.test(sql))
    throw new MysqlError(
      `1235 (42000): This version of MySQL doesn't yet support 'functions that SQLite lacks in a table'`,
    );
  return sql;
}

/** A foreign key or a condition; keys are made apart. */
export function constraintSql(constraint: TableConstraint, { context, checkName }: TableWriting): string[] {
  const list = (names: readonly string[]) => `(${names.map(quoted).join(', ')})`;
  switch (constraint.kind) {
    case 'foreign-key':
      return [
        `${named(constraint.name)}FOREIGN KEY ${list(constraint.columns)} ${referencesSql(constraint.references)}`,
      ];
    case 'check':
      return [`${named(constraint.name ?? checkName())}CHECK (${kept(constraint.condition, context)})`];
    case 'primary-key':
    case 'index':
      return [];
  }
}

function named(name: string | undefined): string {
  return name === undefined ? '' : `CONSTRAINT ${quoted(name)} `;
}

function referencesSql({
  table,
  columns,
  actions,
}: {
  table: string;
  columns: readonly string[];
  actions: string;
}): string {
  const list = columns.length > 0 ? ` (${columns.map(quoted).join(', ')})` : '';
  return `REFERENCES ${quoted(table)}${list}${actions && ` ${actions}`}`;
}
