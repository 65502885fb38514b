import { connectionLost, interrupted, timedOut } from '../mysqlErrors';
import { keyword, tokenize } from '../tokens';
import { allRows, StatementError, type ServerConnection } from './connection';
import type { ServerEngine } from './engine';
import { mysqlChanges } from './mysqlChanges';
import { connectMysql } from './mysqlConnection';
import { quoteMysql, readMysqlTables } from './mysqlTables';

/** MySQL and MariaDB. */
export const mysqlEngine: ServerEngine = {
  connect: connectMysql,

  /**
   * The session is held to reading anew before each statement, for a stored function could have set it free. A statement
   * that is more than one, as MariaDB's BEGIN NOT ATOMIC … END, could do so and write at once: so it begins with a word of
   * reading, and has no comment that is code, which a server may read otherwise than we do.
   */
  async read(connection, sql, onRows) {
    const first = tokenize(sql).find(({ text }) => text !== '(');
    if (/\/\*M?!/.test(sql) || !readingVerbs.has(keyword(first) ?? '')) throw new StatementError(readOnly, '1792');
    await connection.run('SET SESSION TRANSACTION READ ONLY');
    return connection.run(sql, onRows);
  },

  async excessOf(connection) {
    const grants = (await allRows(connection, `SHOW GRANTS${await usingRoles(connection)}`)).map(([grant]) =>
      String(grant),
    );
    const everywhere = grants.filter((grant) => / ON \*\.\* /.test(grant)).join(' ');
    if (/GRANT ALL PRIVILEGES ON \*\.\*/.test(everywhere)) return 'ALL PRIVILEGES';
    return /\b(FILE|SUPER)\b/.exec(everywhere)?.[1];
  },

  async limitTime(connection, timeoutMs) {
    const limit = (await isMariadb(connection))
      ? `max_statement_time = ${timeoutMs / 1000}`
      : `max_execution_time = ${timeoutMs}`;
    await connection.run(`SET SESSION ${limit}`);
  },

  readTables: readMysqlTables,

  async prepareCopy(connection) {
    await connection.run(
      "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', SESSION time_zone = '+00:00', SESSION foreign_key_checks = 0, SESSION unique_checks = 0",
    );
  },

  async beginSnapshot(connection) {
    await connection.run('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  },

  insertRows({ identifier, columns }, rows) {
    const row = `(${columns.map(() => '?').join(', ')})`;
    const names = columns.map(({ name }) => quoteMysql(name)).join(', ');
    return `INSERT INTO ${identifier} (${names}) VALUES ${Array.from({ length: rows }, () => row).join(', ')}`;
  },

  async textRules(connection) {
    const [[characters, collation] = []] = await allRows(
      connection,
      'SELECT @@character_set_database, @@collation_database',
    );
    return `CHARACTER SET ${String(characters)} COLLATE ${String(collation)}`;
  },

  /** No right that leads out of the database: no files, no routines or events that would run later, no grants. */
  async makeScratch(connection, { database, user }, password, textRules) {
    const rights =
      'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW, CREATE TEMPORARY TABLES, LOCK TABLES';
    await connection.run(`CREATE USER ${account(user)} IDENTIFIED BY '${password}'`);
    await connection.run(`CREATE DATABASE ${quoteMysql(database)} ${textRules}`);
    await connection.run(`GRANT ${rights} ON ${quoteMysql(database).replaceAll('_', '\\_')}.* TO ${account(user)}`);
  },

  async finishScratch() {},

  async dropScratch(connection, { database, user }) {
    await connection.run(`DROP DATABASE IF EXISTS ${quoteMysql(database)}`);
    await connection.run(`DROP USER IF EXISTS ${account(user)}`);
  },

  async databases(connection) {
    return (await allRows(connection, 'SELECT schema_name FROM information_schema.schemata')).map(([name]) =>
      String(name),
    );
  },

  async isInUse(connection, { user }) {
    const sql = 'SELECT 1 FROM information_schema.processlist WHERE user = ? LIMIT 1';
    return (await allRows(connection, sql, [user])).length > 0;
  },

  changes: mysqlChanges,

  words: { interrupted, timedOut, lost: connectionLost },
};

const readingVerbs = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE', 'SHOW', 'DESC', 'DESCRIBE', 'EXPLAIN']);
const readOnly = '1792 (25006): Cannot execute statement in a READ ONLY transaction';

/** From everywhere: who connects may come through a proxy, under another name than the server would think. */
function account(user: string): string {
  return `'${user}'@'%'`;
}

/** MySQL tells what an account may do by its active roles when it is asked for them; MariaDB tells it in any case. */
async function usingRoles(connection: ServerConnection): Promise<string> {
  if (await isMariadb(connection)) return '';
  try {
    const [[roles] = []] = await allRows(connection, 'SELECT CURRENT_ROLE()');
    return roles === null || roles === 'NONE' ? '' : ` FOR CURRENT_USER() USING ${String(roles)}`;
  } catch (error) {
    // MySQL 5.7 has no roles.
    if (error instanceof StatementError) return '';
    throw error;
  }
}

async function isMariadb(connection: ServerConnection): Promise<boolean> {
  const [[version] = []] = await allRows(connection, 'SELECT VERSION()');
  return /mariadb/i.test(String(version));
}
