import { MysqlError, noSuchTable } from '../mysqlErrors';
import type { SqlValue } from '../pythonLiteral';
import { types } from '../mysqlType';
import type { Catalog, ColumnInfo, TableInfo } from './catalog';
import type { Context, ResultColumn } from './context';
import { likeMatcher } from './functions/like';
import { findTable } from './from';
import type { Plan } from './plan';
import { systemVariables } from './systemVariables';
import type { Show } from './statements';
import type { TableName } from './syntax';
import { columnDefault, mysqlTypeName } from './typeNames';

/** SHOW of all kinds. WHERE is passed over: these lists are short. */
export function translateShow(show: Show, context: Context): Plan {
  const { catalog } = context;
  const like = show.like === undefined ? undefined : likeMatcher(show.like.toLowerCase(), '\\');
  const fits = (name: string): boolean => like?.(name.toLowerCase()) !== false;
  switch (show.what) {
    case 'tables': {
      const names = catalog.tableNames().filter(fits);
      if (!show.full)
        return rows(
          ['Tables_in_main'],
          names.map((name) => [name]),
        );
      return rows(
        ['Tables_in_main', 'Table_type'],
        names.map((name) => [name, catalog.table(name)?.isView === true ? 'VIEW' : 'BASE TABLE']),
      );
    }
    case 'databases':
      return rows(
        ['Database'],
        ['information_schema', 'main'].filter(fits).map((name) => [name]),
      );
    case 'columns':
      return columns(show, context, fits);
    case 'index':
      return rows(indexColumns, indexRows(tableOf(show.table, context), catalog));
    case 'create-table': {
      const table = tableOf(show.table, context);
      return rows(['Table', 'Create Table'], [[table.name, createText(table, catalog)]]);
    }
    case 'variables':
      return rows(
        ['Variable_name', 'Value'],
        Object.entries(systemVariables)
          .filter(([name]) => fits(name))
          .map(([name, value]) => [name, value === true ? 'ON' : String(value)]),
      );
    case 'table-status':
      return rows(
        ['Name', 'Engine', 'Comment'],
        catalog
          .tableNames()
          .filter(fits)
          .map((name) => [name, catalog.table(name)?.isView === true ? null : 'SQLite', '']),
      );
    case 'warnings':
      return rows(['Level', 'Code', 'Message'], []);
  }
}

/** DESCRIBE */
export function describe(table: TableName, column: string | undefined, context: Context): Plan {
  const like = column === undefined ? undefined : likeMatcher(column.toLowerCase(), '\\');
  const show: Show = { kind: 'show', what: 'columns', full: false, table, like: undefined, where: undefined };
  return columns(show, context, (name) => like?.(name.toLowerCase()) !== false);
}

function columns({ table, full }: Show, context: Context, fits: (name: string) => boolean): Plan {
  const info = tableOf(table, context);
  const keys = keysOf(info, context.catalog);
  const shown = info.columns.filter(({ name, hidden }) => !hidden && fits(name));
  if (!full)
    return rows(
      ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'],
      shown.map((column) => describeColumn(column, keys)),
    );
  return rows(
    ['Field', 'Type', 'Collation', 'Null', 'Key', 'Default', 'Extra', 'Privileges', 'Comment'],
    shown.map((column) => {
      const [field = '', type = '', ...rest] = describeColumn(column, keys);
      const collation = column.type.kind === 'text' ? 'utf8mb4_0900_ai_ci' : null;
      return [field, type, collation, ...rest, 'select,insert,update,references', ''];
    }),
  );
}

function describeColumn(column: ColumnInfo, keys: ReadonlyMap<string, string>): SqlValue[] {
  const nullable = column.notNull || column.keyPlace > 0 ? 'NO' : 'YES';
  const extra = column.autoIncrement ? 'auto_increment' : column.generated ? 'GENERATED' : '';
  return [
    column.name,
    mysqlTypeName(column.declared),
    nullable,
    keys.get(column.name) ?? '',
    columnDefault(column),
    extra,
  ];
}

/** PRI, UNI and MUL, the first that holds. */
function keysOf({ name: table, columns: all }: TableInfo, catalog: Catalog): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const {
    columns: [first],
    unique,
    columns: { length },
  } of catalog.indexes(table)) {
    if (first !== undefined && keys.get(first) !== 'UNI') keys.set(first, unique && length === 1 ? 'UNI' : 'MUL');
  }
  for (const { name, keyPlace } of all) if (keyPlace > 0) keys.set(name, 'PRI');
  return keys;
}

const indexColumns = [
  'Table',
  'Non_unique',
  'Key_name',
  'Seq_in_index',
  'Column_name',
  'Collation',
  'Cardinality',
  'Sub_part',
  'Packed',
  'Null',
  'Index_type',
  'Comment',
  'Index_comment',
  'Visible',
  'Expression',
];

function indexRows(table: TableInfo, catalog: Catalog): SqlValue[][] {
  const key = table.columns.filter(({ keyPlace }) => keyPlace > 0).sort((a, b) => a.keyPlace - b.keyPlace);
  const named = catalog
    .indexes(table.name)
    .filter(({ origin }) => origin !== 'pk')
    .map(({ name, unique, columns: names }) => ({ name: keyName(name, names), unique, columns: names }));
  const nullable = new Set(
    table.columns.filter(({ notNull, keyPlace }) => !notNull && keyPlace === 0).map(({ name }) => name),
  );
  return [{ name: 'PRIMARY', unique: true, columns: key.map(({ name }) => name) }, ...named].flatMap((index) =>
    index.columns.map((column, at): SqlValue[] => [
      table.name,
      index.unique ? 0n : 1n,
      index.name,
      BigInt(at + 1),
      column,
      'A',
      null,
      null,
      null,
      nullable.has(column) ? 'YES' : '',
      'BTREE',
      '',
      '',
      'YES',
      null,
    ]),
  );
}

/** MySQL names a key without a name after its first column. */
function keyName(name: string, [first = '']: readonly string[]): string {
  return name.startsWith('sqlite_autoindex_') ? first : name;
}

/** The table as MySQL would make it. */
function createText(table: TableInfo, catalog: Catalog): string {
  if (table.isView) return catalog.definition(table.name) ?? '';
  const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
  const lines = table.columns
    .filter(({ hidden }) => !hidden)
    .map((column) => {
      const standard =
        column.default === undefined
          ? column.notNull || column.keyPlace > 0
            ? ''
            : ' DEFAULT NULL'
          : ` DEFAULT ${defaultText(column)}`;
      const ending = column.autoIncrement ? ' AUTO_INCREMENT' : standard;
      return `${quote(column.name)} ${mysqlTypeName(column.declared)}${column.notNull || column.keyPlace > 0 ? ' NOT NULL' : ''}${ending}`;
    });
  const key = table.columns.filter(({ keyPlace }) => keyPlace > 0).sort((a, b) => a.keyPlace - b.keyPlace);
  if (key.length > 0) lines.push(`PRIMARY KEY (${key.map(({ name }) => quote(name)).join(',')})`);
  for (const { name, unique, origin, columns: names } of catalog.indexes(table.name)) {
    if (origin !== 'pk')
      lines.push(`${unique ? 'UNIQUE ' : ''}KEY ${quote(keyName(name, names))} (${names.map(quote).join(',')})`);
  }
  const body = lines.map((line) => `  ${line}`).join(',\n');
  return `CREATE TABLE ${quote(table.name)} (\n${body}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci`;
}

function defaultText(column: ColumnInfo): string {
  const value = columnDefault(column) ?? 'NULL';
  return value === 'CURRENT_TIMESTAMP' ? value : `'${value.replaceAll("'", "''")}'`;
}

function tableOf(table: TableName | undefined, context: Context): TableInfo {
  if (!table) throw new MysqlError(noSuchTable(''));
  return findTable(table, context);
}

function rows(names: readonly string[], values: readonly (readonly SqlValue[])[]): Plan {
  const columns = names.map((name): ResultColumn => ({ name, type: types.any }));
  return { kind: 'rows', columns, rows: values };
}
