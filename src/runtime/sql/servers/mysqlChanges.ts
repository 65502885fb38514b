import type { ChangeDialect } from './changeDialect';
import { quoteMysql } from './mysqlTables';

/** How rows of MySQL and MariaDB are changed one by one. */
export const mysqlChanges: ChangeDialect = {
  quote: quoteMysql,
  identifier: quoteMysql,
  beforeValues: '',
  placeholder: () => '?',
  lockRows: ' FOR UPDATE',
  // A change of a table ends the transaction it stands in.
  undoesTables: false,

  async prepare(connection) {
    const modes = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION';
    await connection.run(
      `SET SESSION sql_mode = '${modes}', SESSION time_zone = '+00:00', SESSION innodb_lock_wait_timeout = 10`,
    );
  },

  /** Rows are locked as they are read. */
  async lockTables() {},

  deleteSome: ({ identifier }, condition, times) => `DELETE FROM ${identifier} WHERE ${condition} LIMIT ${times}`,

  /** The server counts on by itself. */
  async raiseCounters() {},

  scriptHead: "SET NAMES utf8mb4;\nSET sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00';",

  literal(value) {
    if (value === null) return 'NULL';
    if (typeof value !== 'string') return `X'${Buffer.from(value).toString('hex')}'`;
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  },
};
