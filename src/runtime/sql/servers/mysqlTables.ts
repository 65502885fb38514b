import { allRows, StatementError, type ServerConnection } from './connection';
import type { ServerTable, StoredColumn } from './serverTable';

export function quoteMysql(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Tables and views of the session's database. */
export async function readMysqlTables(connection: ServerConnection): Promise<ServerTable[]> {
  const tables = await allRows(
    connection,
    `SELECT table_name, table_type FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'VIEW') ORDER BY table_name`,
  );
  const columns = await allRows(
    connection,
    `SELECT table_name, column_name, data_type, extra, column_key FROM information_schema.columns
     WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`,
  );
  const links = await allRows(
    connection,
    `SELECT DISTINCT table_name, referenced_table_name FROM information_schema.key_column_usage
     WHERE table_schema = DATABASE() AND referenced_table_schema = DATABASE()`,
  );
  const keys = await allRows(
    connection,
    `SELECT table_name, column_name FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND index_name = 'PRIMARY' ORDER BY table_name, seq_in_index`,
  );
  const found: ServerTable[] = [];
  for (const [table, kind] of tables) {
    const name = String(table);
    const own = columns.filter(([of]) => of === name);
    const stored = own.filter(
      ([, , , extra]) => !/GENERATED/.test(String(extra)) || /DEFAULT_GENERATED/.test(String(extra)),
    );
    const type = kind === 'VIEW' ? 'view' : 'table';
    const make = await definitionOf(connection, name, type);
    found.push({
      name,
      identifier: quoteMysql(name),
      type,
      columns: stored.map(([, column, dataType]) => storedColumn(String(column), String(dataType))),
      columnNames: own.map(([, column]) => String(column)),
      key: keys.filter(([of]) => of === name).map(([, column]) => String(column)),
      make: [make],
      after: [],
      last: [],
      definition: make.replace(/ AUTO_INCREMENT=\d+/, ''),
      parents: links.filter(([of]) => of === name).map(([, parent]) => String(parent)),
    });
  }
  return found;
}

/**
 * Without the name of another server's user: a view of a copy runs with the rights of who reads it. Empty for a view that
 * may be read, while how it is made may not be known.
 */
async function definitionOf(connection: ServerConnection, name: string, type: ServerTable['type']): Promise<string> {
  try {
    const [[, made] = []] = await allRows(connection, `SHOW CREATE ${type} ${quoteMysql(name)}`);
    return String(made).replace(/^CREATE ALGORITHM=.*? VIEW /, 'CREATE SQL SECURITY INVOKER VIEW ');
  } catch (error) {
    if (error instanceof StatementError) return '';
    throw error;
  }
}

function storedColumn(name: string, dataType: string): StoredColumn {
  const own = quoteMysql(name);
  // A FLOAT is printed with six digits; the double that it is, with all of them.
  const select = dataType === 'float' ? `(${own} + 0e0)` : own;
  const isBinary = binaryTypes.has(dataType);
  // Collations find different texts equal, so bytes are compared.
  const bytes = isBinary ? `CAST(${own} AS BINARY)` : `CAST(CAST(${select} AS CHAR CHARACTER SET utf8mb4) AS BINARY)`;
  return { name, select, equals: (parameter) => `${bytes} <=> CAST(${parameter} AS BINARY)` };
}

const binaryTypes = new Set(
  'binary varbinary tinyblob blob mediumblob longblob bit geometry point linestring polygon multipoint multilinestring multipolygon geometrycollection'.split(
    ' ',
  ),
);
