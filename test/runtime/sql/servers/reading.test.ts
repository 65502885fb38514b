import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseEnvironment } from '../../../../src/agent/database';
import { UserError } from '../../../../src/agent/errors';
import { engineOf } from '../../../../src/runtime/sql/servers/engines';
import { openServer, readServerTables } from '../../../../src/runtime/sql/servers/openServer';
import { serverStatements } from '../../../../src/runtime/sql/servers/serverStatements';
import { kindsOfServers, type TestServer } from '../../../databaseServers';

const never = new AbortController().signal;

/** What differs from server to server: a table of every type with the rows in Python's words, and long statements. */
const specifics = {
  MariaDB: {
    make: `CREATE TABLE every_type (id BIGINT UNSIGNED PRIMARY KEY, small TINYINT(1), price DECIMAL(20, 10), half FLOAT, whole DOUBLE,
      word VARCHAR(20), data VARBINARY(20), day DATE, moment DATETIME(6), clock TIME, year YEAR, bits BIT(10), doc JSON)`,
    insert: `INSERT INTO every_type VALUES (18446744073709551615, 1, 59.6, 0.5, 1e300, 'it''s\\n', x'00ff', '2020-01-02',
      '2020-01-02 03:04:05.000006', '-01:00:00', 2020, b'1000000001', '{"a": 1}')`,
    row:
      `(18446744073709551615, 1, Decimal('59.6000000000'), 0.5, 1e+300, "it's\\n", b'\\x00\\xff', datetime.date(2020, 1, 2), ` +
      `datetime.datetime(2020, 1, 2, 3, 4, 5, 6), datetime.timedelta(days=-1, seconds=82800), 2020, 513, '{"a": 1}')`,
    endless: 'SELECT count(*) FROM seq_1_to_100000000 AS a, seq_1_to_100000000 AS b',
    many: 'SELECT * FROM seq_1_to_10000000',
    refusedWrite: /^1792 \(25006\)|^1142 \(42000\)/,
    interrupted: '1317 (70100): Query execution was interrupted',
    timedOut: '3024 (HY000): Query execution was interrupted, maximum statement execution time exceeded',
    lost: '2013 (HY000): Lost connection to MySQL server during query',
    unknownColumn: "1054 (42S22): Unknown column 'nope' in 'SELECT'",
    stranger: ["CREATE USER stranger IDENTIFIED BY 'open sesame'"],
    working: "SELECT count(*) FROM information_schema.processlist WHERE user = 'reader' AND info LIKE '%seq_1_to%'",
  },
  PostgreSQL: {
    make: `CREATE TABLE every_type (id bigint PRIMARY KEY, flag bool, price numeric(20, 10), half real, whole double precision,
      word text, data bytea, day date, moment timestamp, zoned timestamptz, clock time, span interval, doc jsonb,
      numbers int[], words text[], id2 uuid)`,
    insert: `INSERT INTO every_type VALUES (9223372036854775807, true, 59.6, 0.5, 1e300, E'it''s\\n', '\\x00ff', '2020-01-02',
      '2020-01-02 03:04:05.000006', '2020-01-02 03:04:05+00', '03:04', '1 day -01:00:00', '{"a": [1, null, true, "x"]}',
      '{1,NULL,3}', '{a,"b c"}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')`,
    row:
      `(9223372036854775807, True, Decimal('59.6000000000'), 0.5, 1e+300, "it's\\n", b'\\x00\\xff', datetime.date(2020, 1, 2), ` +
      `datetime.datetime(2020, 1, 2, 3, 4, 5, 6), datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), ` +
      `datetime.time(3, 4), datetime.timedelta(seconds=82800), {'a': [1, None, True, 'x']}, [1, None, 3], ['a', 'b c'], ` +
      `UUID('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'))`,
    endless: 'SELECT pg_sleep(3600)',
    many: 'WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT i FROM n',
    refusedWrite: /in a read-only transaction$|^permission denied/,
    interrupted: 'canceling statement due to user request',
    timedOut: 'canceling statement due to statement timeout',
    lost: 'server closed the connection unexpectedly',
    unknownColumn: 'column "nope" does not exist\nLINE 2:   nope\n          ^',
    stranger: [
      "CREATE ROLE stranger LOGIN PASSWORD 'open sesame'",
      'REVOKE CONNECT ON DATABASE shop FROM PUBLIC',
      'GRANT CONNECT ON DATABASE shop TO reader',
    ],
    working: "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active'",
  },
} as const;

for (const { name, require, start } of kindsOfServers) {
  const own = specifics[name];

  describe(`reading a database of a ${name} server`, () => {
    let server: TestServer;
    let database: DatabaseEnvironment;

    before(async function () {
      this.timeout(120_000);
      require(this);
      server = await start();
      await server.query(
        own.make,
        own.insert,
        'CREATE TABLE notes (line TEXT)',
        "INSERT INTO notes VALUES ('a')",
        'CREATE VIEW seen AS SELECT * FROM notes',
        ...own.stranger,
      );
      database = await open();
    });

    after(async () => {
      await database?.close();
      await server?.stop();
    });

    const open = async (statementTimeoutMs = 60_000, tables?: readonly string[]): Promise<DatabaseEnvironment> => {
      const described = server.described({ access: 'read', user: 'reader', ...(tables && { tables }) });
      return openServer({ server: described, password: 'open sesame', workerPath: '', statementTimeoutMs }, never);
    };
    const outputOf = async (sql: string): Promise<string> => (await database.execute(sql, never)).output;

    it('tells its tables, or those that were chosen', async () => {
      assert.deepEqual(
        database.tables.map((table) => table.name),
        ['every_type', 'notes', 'seen'],
      );
      const chosen = await open(0, ['notes']);
      await chosen.close();
      assert.deepEqual(chosen.tables, [{ name: 'notes', columns: ['line'] }]);
      await assert.rejects(
        open(0, ['nothing']),
        (error) => UserError.is(error) && error.code === 'database.noSuchTable',
      );
    });

    it('tells them also where an agent may do nothing, and what is wrong with a login', async () => {
      const described = server.described({ access: 'nothing', user: 'reader' });
      const tables = await readServerTables({ server: described, password: 'open sesame' }, never);
      assert.deepEqual(
        tables.find(({ name }) => name === 'notes'),
        { name: 'notes', columns: ['line'] },
      );
      await assert.rejects(readServerTables({ server: described, password: 'wrong' }, never), (error) =>
        UserError.is(error),
      );
    });

    it('words every type as Python’s client does', async () => {
      assert.equal(await outputOf('SELECT * FROM every_type'), `[${own.row}]`);
    });

    it('shows the same rows to the user', async () => {
      const { result } = await database.execute('SELECT id, price, word FROM every_type', never);
      assert.deepEqual(
        result?.columns.map(({ kind }) => kind),
        ['integer', 'decimal', 'text'],
      );
      assert.equal(result.rowCount, 1);
      assert.equal(result.complete, true);
    });

    it('words what is wrong as the client does', async () => {
      assert.equal(await outputOf('SELECT\n  nope\nFROM notes'), own.unknownColumn);
    });

    for (const sql of [
      "INSERT INTO notes VALUES ('b')",
      'DELETE FROM notes',
      'DROP TABLE notes',
      'CREATE TABLE others (a INT)',
      'EXPLAIN ANALYZE DELETE FROM notes',
      'SELECT 1; DELETE FROM notes',
    ]) {
      it(`lets nothing be changed: ${sql}`, async () => {
        const output = await outputOf(sql);
        assert.ok(own.refusedWrite.test(output) || /^1064|cannot insert multiple commands/.test(output), output);
        assert.deepEqual(await server.query('SELECT line FROM notes'), [['a']]);
      });
    }

    it('stops a statement at the server when the run is stopped, and goes on with the next', async () => {
      const stopping = new AbortController();
      const execution = database.execute(own.endless, stopping.signal);
      while ((await server.query(own.working))[0]?.[0] !== '1') await new Promise((resolve) => setTimeout(resolve, 10));
      stopping.abort();
      const { output, note } = await execution;
      assert.deepEqual([output, note], [own.interrupted, 'The statement was stopped.']);
      assert.deepEqual(await server.query(own.working), [['0']]);
      assert.equal(await outputOf('SELECT 2'), '[(2,)]');
    });

    it('stops a statement that takes too long', async () => {
      const impatient = await open(300);
      const { output, note } = await impatient.execute(own.endless, never);
      await impatient.close();
      assert.ok(output === own.timedOut || /max_statement_time exceeded/.test(output), output);
      assert.ok(note === undefined || note === 'The statement was stopped after 0.3 seconds.', note);
    });

    it('stops a statement that takes the last of the disk on which the server writes', async function () {
      if (process.platform !== 'linux') this.skip();
      const engine = engineOf(server.described({ access: 'read' }).engine);
      const login = { server: server.described({ access: 'read', user: 'reader' }), password: 'open sesame' };
      const connect = async () => engine.connect(login);
      // Nothing is ever free in /proc.
      const options = { engine, connect, readsOnly: true, timeoutMs: 0, rowsFile: '', disk: '/proc' };
      const statements = serverStatements(options, await connect());
      const { output, note } = await statements.execute(own.endless, never);
      await statements.close();
      assert.equal(output, own.interrupted);
      assert.equal(note, 'The statement needed too much disk space and was stopped.');
    });

    it('fetches no more rows than are of use', async function () {
      this.timeout(60_000);
      const { output, omittedBytes, result } = await database.execute(own.many, never);
      assert.match(output, /^\[\(1,\), \(2,\), /);
      assert.ok(omittedBytes > 0);
      assert.equal(result?.complete, false);
      assert.equal(await outputOf('SELECT 3'), '[(3,)]');
    });

    it('writes the rows of the last query as CSV', async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
      const file = path.join(folder, 'rows.csv');
      try {
        await outputOf("SELECT 1 AS a, 'x' AS b");
        assert.equal(await database.export(file, never), 1);
        assert.equal(await readFile(file, 'utf8'), 'a,b\r\n1,x\r\n');
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('opens the session anew when the server ended it', async () => {
      const end =
        name === 'MariaDB'
          ? ['KILL USER reader']
          : ["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'"];
      await server.query(...end);
      const first = await outputOf('SELECT 4');
      assert.ok(first === '[(4,)]' || /lost|closed/i.test(first), first);
      assert.equal(await outputOf('SELECT 5'), '[(5,)]');
    });

    it('says that the server is gone, and why the next statement cannot be run; and goes on when it is back', async () => {
      const execution = database.execute(own.endless, never);
      while ((await server.query(own.working))[0]?.[0] !== '1') await new Promise((resolve) => setTimeout(resolve, 10));
      await server.kill();
      const { output, note } = await execution;
      assert.equal(output, own.lost);
      assert.equal(note, 'The connection to the server was lost; it is opened again with the next statement.');
      await assert.rejects(
        database.execute('SELECT 6', never),
        (error) => UserError.is(error) && error.code === 'database.unreachable',
      );
      await server.restart();
      assert.equal(await outputOf('SELECT 7'), '[(7,)]');
    });

    it('refuses an account that could reach files of the server', async () => {
      const opening = openServer(
        { server: server.described({ access: 'read' }), password: server.passwords.owner, workerPath: '' },
        never,
      );
      await assert.rejects(opening, (error) => UserError.is(error) && error.code === 'database.tooManyRights');
    });

    it('refuses an account whose role could', async () => {
      const roles =
        name === 'MariaDB'
          ? [
              'CREATE ROLE filer',
              'GRANT FILE ON *.* TO filer',
              "CREATE USER climber IDENTIFIED BY 'open sesame'",
              'GRANT SELECT ON shop.* TO climber',
              'GRANT filer TO climber',
              'SET DEFAULT ROLE filer FOR climber',
            ]
          : [
              "CREATE ROLE climber LOGIN PASSWORD 'open sesame'",
              'GRANT CONNECT ON DATABASE shop TO climber',
              'GRANT pg_read_server_files TO climber',
            ];
      await server.query(...roles);
      const described = server.described({ access: 'read', user: 'climber' });
      const opening = openServer({ server: described, password: 'open sesame', workerPath: '' }, never);
      await assert.rejects(opening, (error) => UserError.is(error) && error.code === 'database.tooManyRights');
    });

    it('is not opened unless somebody allowed it', async () => {
      const opening = openServer(
        { server: server.described({ access: 'nothing' }), password: '', workerPath: '' },
        never,
      );
      await assert.rejects(opening, (error) => UserError.is(error) && error.code === 'database.notAllowed');
    });

    for (const [what, code, change, password] of [
      ['a wrong password', 'database.refusedLogin', { user: 'reader' }, 'wrong'],
      ['a database that is not there', 'database.noDatabase', { user: 'reader', database: 'nowhere' }, 'open sesame'],
      ['a database that its user may not use', 'database.noDatabase', { user: 'stranger' }, 'open sesame'],
      ['a server that is not there', 'database.unreachable', { socket: '/nowhere' }, ''],
    ] as const) {
      it(`says what to do about ${what}, without the password`, async () => {
        const described = server.described({ access: 'read', ...change });
        const opening = openServer({ server: described, password, workerPath: '' }, never);
        await assert.rejects(opening, (error) => {
          assert.ok(UserError.is(error), String(error));
          assert.equal(error.code, code, error.message);
          assert.doesNotMatch(error.message, /open sesame/);
          return true;
        });
      });
    }
  });
}
