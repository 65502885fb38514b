import { MysqlError } from '../mysqlErrors';
import { types } from '../mysqlType';
import type { Catalog } from './catalog';
import type { ResultColumn, TranslatedQuery } from './context';
import { columnDefault, mysqlTypeName } from './typeNames';
import { quotedText } from './typed';

type Row = Readonly<Record<string, string | number | null>>;

/**
 * A table of information_schema as a query of constants: what the catalog says now.
 * @throws {MysqlError} 1109 for one that is not there
 */
export function informationTable(name: string, catalog: Catalog): TranslatedQuery {
  const table = tables.get(name.toLowerCase());
  if (!table) throw new MysqlError(`1109 (42S02): Unknown table '${name}' in information_schema`);
  const columns = table.columns.map((column): ResultColumn => ({
    name: column.replace(/#$/, ''),
    type: column.endsWith('#') ? types.integer : types.text,
  }));
  const rows = table.rows(catalog).map((row) => columns.map((column) => literal(row[column.name] ?? null)));
  const names = columns.map((column) => `NULL AS "${column.name}"`).join(', ');
  const selects = rows.map((row) => ` UNION ALL SELECT ${row.join(', ')}`);
  return { sql: `SELECT ${names} WHERE 0${selects.join('')}`, columns };
}

function literal(value: string | number | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : quotedText(value);
}

interface InformationTable {
  /** Numbers are marked with `#`. */
  readonly columns: readonly string[];
  readonly rows: (catalog: Catalog) => readonly Row[];
}

const place = { TABLE_CATALOG: 'def', TABLE_SCHEMA: 'main' };

const tables = new Map<string, InformationTable>(
  Object.entries({
    schemata: {
      columns: ['CATALOG_NAME', 'SCHEMA_NAME', 'DEFAULT_CHARACTER_SET_NAME', 'DEFAULT_COLLATION_NAME'],
      rows: () => [
        {
          CATALOG_NAME: 'def',
          SCHEMA_NAME: 'main',
          DEFAULT_CHARACTER_SET_NAME: 'utf8mb4',
          DEFAULT_COLLATION_NAME: 'utf8mb4_0900_ai_ci',
        },
      ],
    },
    tables: {
      columns: [
        'TABLE_CATALOG',
        'TABLE_SCHEMA',
        'TABLE_NAME',
        'TABLE_TYPE',
        'ENGINE',
        'TABLE_COLLATION',
        'TABLE_COMMENT',
      ],
      rows: (catalog) =>
        infos(catalog).map(({ name, isView }) => ({
          ...place,
          TABLE_NAME: name,
          TABLE_TYPE: isView ? 'VIEW' : 'BASE TABLE',
          ENGINE: isView ? null : 'SQLite',
          TABLE_COLLATION: 'utf8mb4_0900_ai_ci',
          TABLE_COMMENT: '',
        })),
    },
    columns: {
      columns: [
        'TABLE_CATALOG',
        'TABLE_SCHEMA',
        'TABLE_NAME',
        'COLUMN_NAME',
        'ORDINAL_POSITION#',
        'COLUMN_DEFAULT',
        'IS_NULLABLE',
        'DATA_TYPE',
        'COLUMN_TYPE',
        'COLUMN_KEY',
        'EXTRA',
        'COLUMN_COMMENT',
      ],
      rows: (catalog) =>
        infos(catalog).flatMap(({ name, columns }) =>
          columns.map((column, index) => ({
            ...place,
            TABLE_NAME: name,
            COLUMN_NAME: column.name,
            ORDINAL_POSITION: index + 1,
            COLUMN_DEFAULT: columnDefault(column),
            IS_NULLABLE: column.notNull || column.keyPlace > 0 ? 'NO' : 'YES',
            DATA_TYPE: mysqlTypeName(column.declared).replace(/[ (].*$/s, ''),
            COLUMN_TYPE: mysqlTypeName(column.declared),
            COLUMN_KEY: column.keyPlace > 0 ? 'PRI' : '',
            EXTRA: column.autoIncrement ? 'auto_increment' : '',
            COLUMN_COMMENT: '',
          })),
        ),
    },
    statistics: {
      columns: [
        'TABLE_CATALOG',
        'TABLE_SCHEMA',
        'TABLE_NAME',
        'NON_UNIQUE#',
        'INDEX_NAME',
        'SEQ_IN_INDEX#',
        'COLUMN_NAME',
      ],
      rows: (catalog) =>
        infos(catalog).flatMap(({ name }) =>
          catalog.indexes(name).flatMap((index) =>
            index.columns.map((column, at) => ({
              ...place,
              TABLE_NAME: name,
              NON_UNIQUE: index.unique ? 0 : 1,
              INDEX_NAME: index.origin === 'pk' ? 'PRIMARY' : index.name,
              SEQ_IN_INDEX: at + 1,
              COLUMN_NAME: column,
            })),
          ),
        ),
    },
  }),
);

function infos(catalog: Catalog) {
  return catalog.tableNames().flatMap((name) => {
    const info = catalog.table(name);
    return info ? [{ ...info, columns: info.columns.filter(({ hidden }) => !hidden) }] : [];
  });
}
