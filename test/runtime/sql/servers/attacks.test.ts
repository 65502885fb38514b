import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseEnvironment } from '../../../../src/agent/database';
import { openServer } from '../../../../src/runtime/sql/servers/openServer';
import { kindsOfServers, type TestServer } from '../../../databaseServers';

const never = new AbortController().signal;

/**
 * Statements that try to change what is not theirs, to reach files, programs or other databases, to set themselves free or
 * to become somebody else. FILE stands for a file of the machine that holds `top secret`, FOLDER for one they may not write
 * to.
 */
const attacks = {
  MariaDB: [
    'DELETE FROM shop.notes',
    'UPDATE shop.notes SET line = 1',
    'DROP DATABASE shop',
    'DROP TABLE shop.notes',
    'TRUNCATE shop.notes',
    'ALTER TABLE shop.notes ADD b INT',
    'RENAME TABLE shop.notes TO shop.gone',
    'CREATE TABLE shop.evil (a INT)',
    'CREATE DATABASE evil',
    'CREATE TABLE mysql.evil (a INT)',
    "INSERT INTO mysql.global_priv VALUES ('%', 'evil', '{}')",
    'SELECT 1; DELETE FROM shop.notes',
    'SELECT 1;/* */DROP TABLE shop.notes',
    '/*! DELETE FROM shop.notes */',
    '/*!99999 SELECT 1 */ DELETE FROM shop.notes',
    '/*M! DELETE FROM shop.notes */',
    '-- comment\nDELETE FROM shop.notes',
    '# comment\nDELETE FROM shop.notes',
    '/* SELECT */ DELETE FROM shop.notes',
    '(SELECT 1) UNION DELETE FROM shop.notes',
    'BEGIN NOT ATOMIC SET SESSION TRANSACTION READ WRITE; DELETE FROM shop.notes; END',
    '/*!99999 SELECT 1 */ BEGIN NOT ATOMIC SET SESSION tx_read_only = 0; DELETE FROM shop.notes; END',
    'SET STATEMENT tx_read_only = 0 FOR DELETE FROM shop.notes',
    'SET SESSION TRANSACTION READ WRITE',
    'SET SESSION tx_read_only = 0',
    'START TRANSACTION READ WRITE',
    'COMMIT',
    'SET autocommit = 0',
    'SET SESSION max_statement_time = 0',
    'SET GLOBAL max_connections = 1',
    'SET GLOBAL general_log = 1',
    "EXECUTE IMMEDIATE 'DELETE FROM shop.notes'",
    "PREPARE evil FROM 'DELETE FROM shop.notes'",
    'WITH a AS (SELECT 1) DELETE FROM shop.notes',
    'EXPLAIN DELETE FROM shop.notes',
    'ANALYZE DELETE FROM shop.notes',
    'DELETE shop.notes FROM shop.notes JOIN (SELECT 1) AS a',
    'REPLACE INTO shop.notes VALUES (1)',
    'HANDLER shop.notes OPEN',
    'DO RELEASE_ALL_LOCKS()',
    "SELECT * FROM shop.notes INTO OUTFILE 'FOLDER/evil'",
    "SELECT 1 INTO DUMPFILE 'FOLDER/evil'",
    "SELECT LOAD_FILE('FILE')",
    "LOAD DATA INFILE 'FILE' INTO TABLE shop.notes",
    "LOAD DATA LOCAL INFILE 'FILE' INTO TABLE shop.notes",
    "LOAD XML INFILE 'FILE' INTO TABLE shop.notes",
    "CREATE TABLE evil (a TEXT) ENGINE = CONNECT TABLE_TYPE = DOS FILE_NAME = 'FILE'",
    "CREATE TABLE evil (a TEXT) ENGINE = CSV DATA DIRECTORY = 'FOLDER'",
    "CREATE FUNCTION evil RETURNS STRING SONAME 'evil.so'",
    "INSTALL SONAME 'ha_connect'",
    "INSTALL PLUGIN evil SONAME 'evil.so'",
    "CREATE SERVER evil FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'localhost')",
    'CREATE FUNCTION evil() RETURNS INT RETURN 1',
    'CREATE PROCEDURE evil() DELETE FROM shop.notes',
    'CREATE EVENT evil ON SCHEDULE EVERY 1 SECOND DO DELETE FROM shop.notes',
    'CREATE TRIGGER shop.evil BEFORE INSERT ON shop.notes FOR EACH ROW SET @a = 1',
    'CREATE DEFINER = root VIEW shop.evil AS SELECT 1',
    "CREATE USER evil IDENTIFIED BY ''",
    'GRANT ALL ON *.* TO CURRENT_USER()',
    "SET PASSWORD FOR root@localhost = ''",
    'SET ROLE ALL',
    'KILL 1',
    'SHUTDOWN',
    'FLUSH TABLES WITH READ LOCK',
    'RESET MASTER',
    'PURGE BINARY LOGS BEFORE NOW()',
    "CHANGE MASTER TO MASTER_HOST = 'localhost'",
    'USE shop',
    'LOCK TABLES shop.notes WRITE',
    'SELECT * FROM mysql.global_priv',
    'BACKUP STAGE START',
    "XA START 'evil'",
  ],
  PostgreSQL: [
    'SELECT 1; DELETE FROM notes',
    'COMMIT; DELETE FROM notes',
    'COMMIT',
    'ROLLBACK',
    'COMMIT AND CHAIN',
    'BEGIN READ WRITE',
    'SET TRANSACTION READ WRITE',
    'SET default_transaction_read_only = off',
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    'RESET ALL',
    'DISCARD ALL',
    'SET statement_timeout = 0',
    'SET SESSION AUTHORIZATION agentlm_owner',
    'SET ROLE agentlm_owner',
    'SET ROLE pg_execute_server_program',
    'ALTER ROLE CURRENT_USER SUPERUSER',
    'GRANT agentlm_owner TO CURRENT_USER',
    'GRANT pg_read_server_files TO CURRENT_USER',
    'CREATE ROLE evil SUPERUSER',
    'DROP DATABASE shop',
    'CREATE DATABASE evil',
    'DROP OWNED BY agentlm_owner',
    'ALTER SYSTEM SET max_connections = 1',
    'SELECT pg_reload_conf()',
    "SELECT pg_read_file('FILE')",
    "SELECT pg_read_binary_file('FILE')",
    "SELECT pg_ls_dir('FOLDER')",
    "SELECT pg_stat_file('FILE')",
    "SELECT lo_import('FILE')",
    "SELECT lo_export(1, 'FOLDER/evil')",
    "COPY (SELECT 1) TO 'FOLDER/evil'",
    "COPY (SELECT 1) TO PROGRAM 'touch FOLDER/evil'",
    "CREATE TEMP TABLE t AS SELECT 1; COPY t FROM PROGRAM 'touch FOLDER/evil'",
    "COPY notes FROM 'FILE'",
    "COPY notes FROM PROGRAM 'touch FOLDER/evil'",
    'COPY notes FROM STDIN',
    'CREATE EXTENSION file_fdw',
    'CREATE EXTENSION dblink',
    'CREATE EXTENSION postgres_fdw',
    'CREATE EXTENSION plpython3u',
    "CREATE FUNCTION evil() RETURNS int AS '/lib/x86_64-linux-gnu/libc.so.6', 'getpid' LANGUAGE C",
    "CREATE FUNCTION evil() RETURNS int AS 'evil' LANGUAGE internal",
    "LOAD 'evil'",
    'CREATE EVENT TRIGGER evil ON ddl_command_start EXECUTE FUNCTION evil()',
    "CREATE SUBSCRIPTION evil CONNECTION 'dbname=shop' PUBLICATION evil",
    'CREATE SERVER evil FOREIGN DATA WRAPPER file_fdw',
    "CREATE TABLESPACE evil LOCATION 'FOLDER'",
    'SELECT rolpassword FROM pg_authid',
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'agentlm_owner'",
    'SELECT pg_switch_wal()',
    "SELECT pg_create_restore_point('evil')",
    'SELECT pg_promote()',
    "SELECT query_to_xml('DELETE FROM shop.notes RETURNING 1', true, true, '')",
    "SELECT * FROM dblink('dbname=shop', 'DELETE FROM notes') AS t (a int)",
    'NOTIFY evil',
    'CHECKPOINT',
    'DO $$ BEGIN COMMIT; SET TRANSACTION READ WRITE; END $$',
    "DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch FOLDER/evil'''; END $$",
    '/* /* */ SELECT */ CREATE DATABASE evil',
    "PREPARE TRANSACTION 'evil'",
    'SELECT lo_create(0)',
    "SECURITY LABEL ON ROLE agentlm_owner IS 'evil'",
  ],
} as const;

/** Those that are only refused to a reader: in a copy of its own a run may do such things. */
const writes = [
  'DELETE FROM notes',
  "INSERT INTO notes VALUES ('b')",
  'UPDATE notes SET line = NULL',
  'DROP TABLE notes',
  'ALTER TABLE notes ADD b INT',
  'CREATE TABLE evil (a INT)',
  'CREATE VIEW evil AS SELECT 1',
  'CREATE INDEX evil ON notes (line)',
  'WITH a AS (DELETE FROM notes RETURNING 1) SELECT * FROM a',
  'SELECT * INTO evil FROM notes',
  'EXPLAIN ANALYZE DELETE FROM notes',
] as const;

for (const { name, require, start } of kindsOfServers) {
  describe(`statements that attack a ${name} server`, function () {
    this.timeout(120_000);
    let server: TestServer;
    let folder: string;

    before(async function () {
      require(this);
      folder = await mkdtemp(path.join(tmpdir(), 'agentlm-attacks-'));
      await writeFile(path.join(folder, 'file'), 'top secret\n');
      server = await start();
      await server.query('CREATE TABLE notes (line VARCHAR(20))', "INSERT INTO notes VALUES ('a')");
    });

    after(async () => {
      await server?.stop();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    /** All that there is beside the copy of the run. */
    const world = async (): Promise<string> => {
      const kinds =
        name === 'MariaDB'
          ? [
              "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT LIKE 'agentlm%' ORDER BY 1",
              "SELECT user, host, authentication_string, super_priv FROM mysql.user WHERE user NOT LIKE 'agentlm%' ORDER BY 1, 2",
              "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT LIKE 'agentlm%' ORDER BY 1, 2",
              "SELECT routine_name FROM information_schema.routines WHERE routine_schema <> 'sys'",
              'SELECT event_name FROM information_schema.events',
              'SELECT @@global.max_connections, @@global.general_log, @@global.read_only',
              'SHOW CREATE TABLE notes',
            ]
          : [
              "SELECT datname FROM pg_database WHERE datname NOT LIKE 'agentlm%' ORDER BY 1",
              "SELECT rolname, rolsuper FROM pg_roles WHERE rolname NOT LIKE 'agentlm_1%' ORDER BY 1",
              "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
              'SELECT extname FROM pg_extension ORDER BY 1',
              "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
              'SELECT count(*) FROM pg_largeobject_metadata',
              'SELECT count(*) FROM pg_prepared_xacts',
              'SHOW max_connections',
            ];
      const found: unknown[] = [await server.query('SELECT * FROM notes'), await readdir(folder)];
      for (const sql of kinds) found.push(await server.query(sql));
      return JSON.stringify(found);
    };

    const open = async (access: 'read' | 'server' | 'local'): Promise<DatabaseEnvironment> =>
      access === 'read'
        ? openServer(
            { server: server.described({ access, user: 'reader' }), password: 'open sesame', workerPath: '' },
            never,
          )
        : openServer(
            {
              server: server.described({ access: 'scratch', scratch: access }),
              password: server.passwords.owner,
              workerPath: '',
            },
            never,
          );

    for (const access of ['read', 'server', 'local'] as const) {
      const all = access === 'read' ? [...attacks[name], ...writes] : attacks[name];
      it(`reach nothing with the access ${access}: ${all.length} of them`, async () => {
        const before = await world();
        const database = await open(access);
        try {
          for (const attack of all) {
            const sql = attack.replaceAll(/\bFILE\b/g, path.join(folder, 'file')).replaceAll('FOLDER', folder);
            const { output } = await database.execute(sql, AbortSignal.timeout(20_000));
            // The next one is to meet a session as fresh as this one did.
            await database.execute('ROLLBACK', never);
            assert.doesNotMatch(output, /top secret|SCRAM-SHA|\*[0-9A-F]{40}/, sql);
            assert.equal(await world(), before, sql);
            assert.equal(existsSync(path.join(folder, 'evil')), false, sql);
          }
        } finally {
          await database.close();
        }
        assert.deepEqual(await server.leftovers(), []);
      });
    }
  });
}
