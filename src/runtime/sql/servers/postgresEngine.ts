import { allRows } from './connection';
import type { ServerEngine } from './engine';
import { postgresChanges } from './postgresChanges';
import { connectPostgres } from './postgresConnection';
import { quotePostgres, readPostgresTables } from './postgresTables';

export const postgresEngine: ServerEngine = {
  connect: connectPostgres,

  /**
   * Each statement has a transaction of its own that the server lets write nothing, and that is rolled back. What ends that
   * one and begins another would have to be a second statement, which the extended protocol refuses.
   */
  async read(connection, sql, onRows) {
    await connection.run('BEGIN TRANSACTION READ ONLY');
    try {
      return await connection.run(sql, onRows);
    } finally {
      if (connection.isOpen) await connection.run('ROLLBACK');
    }
  },

  async excessOf(connection) {
    const [[superuser] = []] = await allRows(connection, "SELECT current_setting('is_superuser')");
    if (superuser === 'on') return 'SUPERUSER';
    const [[role] = []] = await allRows(
      connection,
      `SELECT rolname FROM pg_roles
       WHERE (rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program') OR rolsuper)
         AND pg_has_role(oid, 'MEMBER') LIMIT 1`,
    );
    return role === undefined || role === null ? undefined : String(role);
  },

  async limitTime(connection, timeoutMs) {
    await connection.run(`SET statement_timeout = ${timeoutMs}`);
  },

  readTables: readPostgresTables,

  async prepareCopy(connection) {
    for (const setting of [
      "DateStyle = 'ISO, YMD'",
      "IntervalStyle = 'postgres'",
      "TimeZone = 'UTC'",
      'extra_float_digits = 3',
      "bytea_output = 'hex'",
      'standard_conforming_strings = on',
    ]) {
      await connection.run(`SET ${setting}`);
    }
  },

  async beginSnapshot(connection) {
    await connection.run('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  },

  insertRows({ identifier, columns }, rows) {
    let parameter = 0;
    const row = (): string => `(${columns.map(() => `$${(parameter += 1)}`).join(', ')})`;
    const names = columns.map(({ name }) => quotePostgres(name)).join(', ');
    const values = Array.from({ length: rows }, row).join(', ');
    return `INSERT INTO ${identifier} (${names}) OVERRIDING SYSTEM VALUE VALUES ${values}`;
  },

  /** A collation is one of the machine's, and another machine may not have it. */
  async textRules() {
    return '';
  },

  /** The user is an ordinary one: no files, no programs, no other databases that do not let in everybody. */
  async makeScratch(connection, { database, user }, password) {
    await connection.run(
      `CREATE ROLE ${user} LOGIN PASSWORD '${password}' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION`,
    );
    await connection.run(`CREATE DATABASE ${database} TEMPLATE template0`);
    await connection.run(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
    await connection.run(`GRANT CONNECT, TEMPORARY, CREATE ON DATABASE ${database} TO ${user}`);
  },

  async finishScratch(connection, { user }) {
    await connection.run(`GRANT ALL ON SCHEMA public TO ${user}`);
  },

  async dropScratch(connection, { database, user }) {
    await connection.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
      () => true,
    );
    await connection.run(`DROP DATABASE IF EXISTS ${database}`);
    await connection.run(`DROP ROLE IF EXISTS ${user}`);
  },

  async databases(connection) {
    return (await allRows(connection, 'SELECT datname FROM pg_database')).map(([name]) => String(name));
  },

  async isInUse(connection, { database }) {
    const sql = 'SELECT 1 FROM pg_stat_activity WHERE datname = $1 LIMIT 1';
    return (await allRows(connection, sql, [database])).length > 0;
  },

  changes: postgresChanges,

  words: {
    interrupted: 'canceling statement due to user request',
    timedOut: 'canceling statement due to statement timeout',
    lost: 'server closed the connection unexpectedly',
  },
};
