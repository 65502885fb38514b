import { allRows } from './connection';
import type { ChangeDialect } from './changeDialect';
import { quotePostgres } from './postgresTables';

/** How rows of PostgreSQL are changed one by one. */
export const postgresChanges: ChangeDialect = {
  quote: quotePostgres,
  identifier: (name) => name.split('.').map(quotePostgres).join('.'),
  beforeValues: 'OVERRIDING SYSTEM VALUE ',
  placeholder: (number) => `$${number}`,
  lockRows: '',
  undoesTables: true,

  async prepare(connection) {
    for (const setting of [
      "DateStyle = 'ISO, YMD'",
      "IntervalStyle = 'postgres'",
      "TimeZone = 'UTC'",
      'extra_float_digits = 3',
      "bytea_output = 'hex'",
      "lock_timeout = '10s'",
    ]) {
      await connection.run(`SET ${setting}`);
    }
  },

  /** Others may read meanwhile, and write when it is over. */
  async lockTables(connection, tables) {
    for (const { identifier } of tables) await connection.run(`LOCK TABLE ${identifier} IN SHARE ROW EXCLUSIVE MODE`);
  },

  deleteSome: ({ identifier }, condition, times) =>
    `DELETE FROM ${identifier} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${identifier} WHERE ${condition} LIMIT ${times}))`,

  /** Rows that come with their numbers leave the sequence where it was, and the next row would get one of them. */
  async raiseCounters(connection, { identifier }) {
    const counters = await allRows(
      connection,
      `SELECT quote_ident(attname), pg_get_serial_sequence($1, attname) FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
         AND pg_get_serial_sequence($1, attname) IS NOT NULL`,
      [identifier],
    );
    for (const [column, sequence] of counters) {
      const highest = `(SELECT max(${String(column)}) FROM ${identifier})`;
      await connection.run(
        `SELECT setval('${String(sequence).replaceAll("'", "''")}', ${highest}) FROM ${String(sequence)} AS s
         WHERE ${highest} > s.last_value OR (${highest} = s.last_value AND NOT s.is_called)`,
        () => true,
      );
    }
  },

  scriptHead: "SET standard_conforming_strings = on;\nSET TimeZone = 'UTC';",

  /** Everything comes as text, bytes too. */
  literal: (value) => (value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`),
};
