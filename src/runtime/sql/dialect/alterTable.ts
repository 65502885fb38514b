import { quoted } from '../identifier';
import { MysqlError } from '../mysqlErrors';
import { declaredType, types } from '../mysqlType';
import type { Catalog, ColumnInfo, TableInfo } from './catalog';
import type { Context } from './context';
import { columnSql, constraintSql, resultColumn, tableWriting, type TableWriting } from './columnText';
import { createIndex, freeIndexName, tableExists } from './createTable';
import { copyAll, rebuild, type Copy } from './rebuild';
import { translate } from './expressions';
import { findTable } from './from';
import type { Plan } from './plan';
import { emptyScope } from './scope';
import { storedIn } from './storing';
import type { Alteration, ColumnDefinition, Place, TableConstraint } from './statements';
import type { TableName } from './syntax';
import { readTableText, type Line, type TableText } from './tableText';
import { typed } from './typed';

/** ALTER TABLE, one alteration after the other. */
export function translateAlterTable(
  table: TableName,
  alterations: readonly Alteration[],
  context: Context,
  freshCatalog: () => Catalog,
): Plan {
  const { name, isView } = findTable(table, context);
  if (isView) throw new MysqlError(`1347 (HY000): 'main.${name}' is not BASE TABLE`);
  const steps = alterAll(name, alterations, context, freshCatalog);
  return { kind: 'statements', steps, columns: [], reads: false, isDefinition: true, rebuilds: true };
}

/** Each alteration looks at the table that the one before it left. */
function* alterAll(
  table: string,
  alterations: readonly Alteration[],
  context: Context,
  freshCatalog: () => Catalog,
): Generator<string> {
  let name = table;
  for (const alteration of alterations) {
    yield* alter(name, alteration, { ...context, catalog: freshCatalog() }, freshCatalog);
    if (alteration.kind === 'rename') name = alteration.to;
  }
}

function* alter(
  table: string,
  alteration: Alteration,
  context: Context,
  freshCatalog: () => Catalog,
): Generator<string> {
  const { catalog } = context;
  const info = findTable({ database: undefined, name: table }, context);
  switch (alteration.kind) {
    case 'rename':
      if (catalog.table(alteration.to)) throw tableExists(alteration.to);
      yield `ALTER TABLE ${quoted(table)} RENAME TO ${quoted(alteration.to)}`;
      return;
    case 'rename-column':
      yield* renameColumn(info, alteration.name, alteration.to);
      return;
    case 'add-constraint':
      yield* addConstraint(info, alteration.constraint, context);
      return;
    case 'drop-index': {
      yield `DROP INDEX ${quoted(indexNamed(alteration.name, table, catalog))}`;
      return;
    }
    case 'add-column':
      if (columnOf(info, alteration.column.name)) throw duplicate(alteration.column.name);
      yield* addColumn(info, alteration.column, alteration.place, context);
      return;
    case 'drop-column':
      existing(info, alteration.name, 'drop');
      yield* dropColumn(info, alteration.name, catalog);
      return;
    case 'change-column': {
      const { name, column, place } = alteration;
      existing(info, name, 'change');
      if (name.toLowerCase() !== column.name.toLowerCase()) yield* renameColumn(info, name, column.name);
      yield* changeColumn(table, column, place, { ...context, catalog: freshCatalog() });
      return;
    }
    case 'set-default': {
      existing(info, alteration.name, 'change');
      const text = textOf(table, catalog);
      const value = alteration.value && translate(alteration.value, { ...context, scope: emptyScope }).sql;
      const lines = text.lines.map((line) => (isColumn(line, alteration.name) ? withDefault(line, value) : line));
      yield* rebuild(info, { ...text, lines }, copyAll(info), catalog);
      return;
    }
    case 'drop-primary-key': {
      const text = textOf(table, catalog);
      const lines = text.lines
        .filter(({ constraint }) => constraint !== 'PRIMARY')
        .map((line) => ({ ...line, text: line.text.replace(/\bPRIMARY\s+KEY(\s+AUTOINCREMENT)?/i, 'NOT NULL') }));
      yield* rebuild(info, { ...text, lines }, copyAll(info), catalog);
    }
  }
}

function* renameColumn(info: TableInfo, name: string, to: string): Generator<string> {
  existing(info, name, 'rename');
  if (name !== to && name.toLowerCase() !== to.toLowerCase() && columnOf(info, to)) throw duplicate(to);
  yield `ALTER TABLE ${quoted(info.name)} RENAME COLUMN ${quoted(name)} TO ${quoted(to)}`;
}

function* addConstraint(info: TableInfo, constraint: TableConstraint, context: Context): Generator<string> {
  const { catalog } = context;
  if (constraint.kind === 'index') {
    for (const name of constraint.columns) existing(info, name, 'key');
    const wanted = constraint.name ?? constraint.columns[0] ?? '';
    if (catalog.indexes(info.name).some(({ name }) => name.toLowerCase() === wanted.toLowerCase())) {
      throw new MysqlError(`1061 (42000): Duplicate key name '${wanted}'`);
    }
    yield createIndex(freeIndexName(wanted, info.name, catalog), info.name, constraint.columns, constraint.unique);
    return;
  }
  const text = textOf(info.name, catalog);
  if (constraint.kind === 'primary-key') {
    if (info.columns.some(({ keyPlace }) => keyPlace > 0))
      throw new MysqlError('1068 (42000): Multiple primary key defined');
    for (const name of constraint.columns) existing(info, name, 'key');
    const line = {
      name: undefined,
      constraint: 'PRIMARY',
      text: `PRIMARY KEY (${constraint.columns.map(quoted).join(', ')})`,
    };
    yield* rebuild(info, { ...text, lines: [...text.lines, line] }, copyAll(info), catalog);
    return;
  }
  const added = constraintSql(constraint, writingFor(info, undefined, context)).map((sql): Line => ({
    name: undefined,
    constraint: 'OTHER',
    text: sql,
  }));
  yield* rebuild(info, { ...text, lines: [...text.lines, ...added] }, copyAll(info), catalog);
}

/** With the columns that the table has, one of them new or in another shape. */
function writingFor(info: TableInfo, changed: ColumnDefinition | undefined, context: Context): TableWriting {
  const checks = context.catalog.definition(info.name)?.match(/_chk_\d+"/g)?.length ?? 0;
  const others = info.columns.filter(({ name }) => name.toLowerCase() !== changed?.name.toLowerCase());
  return tableWriting(info.name, [...others, ...(changed ? [resultColumn(changed)] : [])], checks, context);
}

function* addColumn(info: TableInfo, column: ColumnDefinition, place: Place, context: Context): Generator<string> {
  const text = textOf(info.name, context.catalog);
  const line: Line = {
    name: column.name,
    constraint: undefined,
    text: columnSql(column, writingFor(info, column, context)),
  };
  const lines = placed(text.lines, line, place);
  const copies = copyAll(info);
  // Rows that are there get the default, or where NULL is forbidden what MySQL calls the implicit default.
  if (column.nullable === false && !column.default && !column.autoIncrement)
    copies.push({ to: column.name, from: implicitDefault(column) });
  yield* rebuild(info, { ...text, lines }, copies, context.catalog);
}

function implicitDefault({ type }: ColumnDefinition): string {
  const { kind } = declaredType(type.name === 'decimal' ? 'decimal(1,0)' : type.name);
  if (kind === 'date') return "'0000-00-00'";
  if (kind === 'datetime') return "'0000-00-00 00:00:00'";
  if (kind === 'time') return "'00:00:00'";
  return kind === 'text' || kind === 'any' ? "''" : '0';
}

function* dropColumn(info: TableInfo, name: string, catalog: Catalog): Generator<string> {
  if (info.columns.length === 1) {
    throw new MysqlError("1090 (42000): You can't delete all columns with ALTER TABLE; use DROP TABLE instead");
  }
  const text = textOf(info.name, catalog);
  const lines = text.lines.filter((line) => !isColumn(line, name) && !line.only?.includes(name.toLowerCase()));
  const copies = copyAll(info).filter(({ to }) => to.toLowerCase() !== name.toLowerCase());
  yield* rebuild(info, { ...text, lines }, copies, catalog);
}

/** A key stays one whatever else is said of its column. */
function* changeColumn(table: string, column: ColumnDefinition, place: Place, context: Context): Generator<string> {
  const info = findTable({ database: undefined, name: table }, context);
  const text = textOf(table, context.catalog);
  const old = text.lines.find((line) => isColumn(line, column.name));
  const wasKey = old !== undefined && /\bPRIMARY\s+KEY\b/i.test(old.text);
  const isUnique = old !== undefined && /\bUNIQUE\b/i.test(old.text);
  const kept = { ...column, primaryKey: column.primaryKey || wasKey, unique: column.unique || isUnique };
  const line: Line = {
    name: column.name,
    constraint: undefined,
    text: columnSql(kept, writingFor(info, kept, context)),
  };
  const numbered = column.autoIncrement;
  const others = text.lines.filter((each) => !(numbered && each.constraint === 'PRIMARY'));
  const lines =
    place === undefined
      ? others.map((each) => (isColumn(each, column.name) ? line : each))
      : placed(
          others.filter((each) => !isColumn(each, column.name)),
          line,
          place,
        );
  const copies = copyAll(info).map((copy) =>
    copy.to.toLowerCase() === column.name.toLowerCase() ? converted(copy, kept, info) : copy,
  );
  yield* rebuild(info, { ...text, lines }, copies, context.catalog);
}

function converted({ to, from }: Copy, { name, type }: ColumnDefinition, info: TableInfo): Copy {
  const old = columnOf(info, name);
  const sizes =
    type.arguments.length > 0 && type.name !== 'enum'
      ? `(${type.arguments.join(',')})`
      : type.name === 'decimal'
        ? '(10,0)'
        : '';
  const declared = `${type.name}${sizes}${type.unsigned ? ' unsigned' : ''}`;
  const column = { ...(old ?? emptyColumn), name, declared, type: declaredType(declared) };
  return { to, from: storedIn(column, typed(from, old?.type ?? types.any), true) };
}

const emptyColumn: ColumnInfo = {
  name: '',
  declared: '',
  type: types.any,
  notNull: false,
  default: undefined,
  keyPlace: 0,
  hidden: false,
  generated: false,
  autoIncrement: false,
};

function textOf(table: string, catalog: Catalog): TableText {
  const text = readTableText(catalog.definition(table) ?? '');
  if (!text) throw new MysqlError(`1235 (42000): This version of MySQL doesn't yet support 'ALTER TABLE ${table}'`);
  return text;
}

function placed(lines: readonly Line[], line: Line, place: Place): Line[] {
  if (place === 'first') return [line, ...lines];
  const wanted = place?.after;
  const columns = lines.filter(({ name }) => name !== undefined);
  const at = wanted === undefined ? columns.length : lines.findIndex((each) => isColumn(each, wanted)) + 1;
  if (wanted !== undefined && at === 0)
    throw new MysqlError(`1054 (42S22): Unknown column '${wanted}' in 'field list'`);
  return [...lines.slice(0, at), line, ...lines.slice(at)];
}

function isColumn({ name }: Line, wanted: string): boolean {
  return name?.toLowerCase() === wanted.toLowerCase();
}

function withDefault(line: Line, value: string | undefined): Line {
  const bare = line.text.replace(/\s+DEFAULT\s+(\([^()]*(?:\([^()]*\)[^()]*)*\)|'(?:[^']|'')*'|[^\s,]+)/i, '');
  return { ...line, text: value === undefined ? bare : `${bare} DEFAULT (${value})` };
}

function columnOf({ columns }: TableInfo, name: string): ColumnInfo | undefined {
  return columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

function existing(info: TableInfo, name: string, purpose: 'drop' | 'change' | 'rename' | 'key'): void {
  if (columnOf(info, name)) return;
  if (purpose === 'drop') throw new MysqlError(`1091 (42000): Can't DROP '${name}'; check that column/key exists`);
  if (purpose === 'key') throw new MysqlError(`1072 (42000): Key column '${name}' doesn't exist in table`);
  throw new MysqlError(`1054 (42S22): Unknown column '${name}' in '${info.name}'`);
}

function duplicate(name: string): MysqlError {
  return new MysqlError(`1060 (42S21): Duplicate column name '${name}'`);
}

/** @throws {MysqlError} 1091 */
export function indexNamed(name: string, table: string, catalog: Catalog): string {
  const names = catalog.indexes(table).map((index) => index.name);
  const found =
    names.find((each) => each.toLowerCase() === name.toLowerCase()) ??
    names.find((each) => each.toLowerCase() === `${table}_${name}`.toLowerCase());
  if (found === undefined) throw new MysqlError(`1091 (42000): Can't DROP '${name}'; check that column/key exists`);
  return found;
}
