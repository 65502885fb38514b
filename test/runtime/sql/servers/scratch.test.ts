import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseEnvironment } from '../../../../src/agent/database';
import { UserError } from '../../../../src/agent/errors';
import { openServer } from '../../../../src/runtime/sql/servers/openServer';
import { kindsOfServers, type TestServer } from '../../../databaseServers';

const never = new AbortController().signal;
const workerPath = path.resolve('dist/sqlWorker.js');

const tables = {
  MariaDB: [
    'CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20), since TIMESTAMP NULL)',
    `CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer INT, price DECIMAL(8, 2), half FLOAT, data BLOB,
      total DECIMAL(9, 2) AS (price * 2) STORED, FOREIGN KEY (customer) REFERENCES customers (id))`,
    'CREATE TABLE log (line TEXT)',
    'CREATE VIEW bought AS SELECT name, price FROM orders JOIN customers ON customer = customers.id',
  ],
  PostgreSQL: [
    "CREATE TYPE mood AS ENUM ('sad', 'glad')",
    "CREATE TABLE customers (id serial PRIMARY KEY, name varchar(20), since timestamptz, feels mood DEFAULT 'glad')",
    `CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES customers, price numeric(8, 2),
      half real, data bytea, total numeric(9, 2) GENERATED ALWAYS AS (price * 2) STORED)`,
    'CREATE TABLE log (line text)',
    'CREATE INDEX ON log (line)',
    'CREATE VIEW bought AS SELECT name, price FROM orders JOIN customers ON customer = customers.id',
  ],
} as const;

const rows = [
  "INSERT INTO customers (name, since) VALUES ('Ada', '2020-01-02 03:04:05'), ('Bob', NULL)",
  'INSERT INTO orders (customer, price, half) VALUES (1, 2.5, 1.2345671), (2, 3, NULL)',
  "INSERT INTO log VALUES ('one'), ('one'), ('two')",
];

for (const { name, require, start } of kindsOfServers) {
  describe(`a copy of a database of a ${name} server`, () => {
    let server: TestServer;
    let storage: string;

    before(async function () {
      this.timeout(120_000);
      require(this);
      storage = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
      server = await start();
      await server.query(...tables[name], ...rows);
    });

    after(async () => {
      await server?.stop();
      if (storage) await rm(storage, { recursive: true, force: true });
    });

    const open = async (scratch: 'server' | 'local'): Promise<DatabaseEnvironment> =>
      openServer(
        {
          server: server.described({ access: 'scratch', scratch }),
          password: server.passwords.owner,
          workerPath,
          keep: { storage, problem: 'Change something.' },
        },
        never,
      );

    for (const scratch of ['server', 'local'] as const) {
      describe(scratch === 'server' ? 'on the same server' : 'on a server that is started for the run', function () {
        this.timeout(120_000);
        let database: DatabaseEnvironment;

        before(async () => {
          database = await open(scratch);
        });

        after(async () => {
          await database?.close();
          await database?.review?.discard();
          assert.deepEqual(await server.leftovers(), []);
          assert.deepEqual(await readdir(storage), []);
        });

        const outputOf = async (sql: string): Promise<string> => (await database.execute(sql, never)).output;

        it('has the same tables, rows and views', async () => {
          const own = name === 'MariaDB' ? '' : ", 'glad'";
          const zone = name === 'MariaDB' ? '' : ', tzinfo=datetime.timezone.utc';
          assert.match(
            await outputOf('SELECT * FROM customers ORDER BY id'),
            new RegExp(String.raw`'Ada', datetime\.datetime\(.*${zone}\)${own}\), \(2, 'Bob', None${own}\)\]$`),
          );
          assert.equal(
            await outputOf('SELECT customer, price, data, total FROM orders ORDER BY id'),
            "[(1, Decimal('2.50'), None, Decimal('5.00')), (2, Decimal('3.00'), None, Decimal('6.00'))]",
          );
          assert.equal(
            await outputOf('SELECT * FROM bought ORDER BY name'),
            "[('Ada', Decimal('2.50')), ('Bob', Decimal('3.00'))]",
          );
          assert.match(await outputOf('INSERT INTO orders (customer) VALUES (99)'), /foreign key constraint/);
        });

        it('tells each change, and the server has none of them', async function () {
          this.timeout(60_000);
          const before = await server.query('SELECT * FROM log ORDER BY line');
          for (const sql of [
            "INSERT INTO customers (name) VALUES ('Cy')",
            'UPDATE orders SET price = 7 WHERE id = 1',
            "DELETE FROM log WHERE line = 'two'",
            "INSERT INTO log VALUES ('one')",
            'CREATE TABLE made (a INT)',
            'INSERT INTO made VALUES (1)',
          ]) {
            assert.equal(await outputOf(sql), '[]', sql);
          }
          await database.close();
          const { review } = database;
          assert.equal(await review?.isPending(), true);
          const { schema = [], tables: changed = [] } = (await review?.changes(10, never)) ?? {};
          assert.deepEqual(
            schema.map((change) => [change.kind, change.type, change.name]),
            [['created', 'table', 'made']],
          );
          assert.match(schema[0]?.after ?? '', /^CREATE TABLE \S*made\S* \(/);
          assert.deepEqual(
            changed.map(({ table, inserted, updated, deleted }) => [table, inserted, updated, deleted]),
            [
              ['customers', 1, 0, 0],
              ['log', 1, 0, 1],
              ['made', 1, 0, 0],
              ['orders', 0, 1, 0],
            ],
          );
          const order = changed.find(({ table }) => table === 'orders');
          assert.deepEqual([order?.rows[0]?.before?.[2], order?.rows[0]?.after?.[2]], ['2.50', '7.00']);
          assert.deepEqual(await server.query('SELECT * FROM log ORDER BY line'), before);
        });
      });
    }

    it('keeps nothing of a run that only read', async () => {
      const database = await open('server');
      await database.execute('SELECT * FROM customers', never);
      await database.close();
      assert.equal(await database.review?.isPending(), false);
      assert.deepEqual(await readdir(storage), []);
    });

    it('leaves nothing behind when it is stopped on the way', async function () {
      this.timeout(60_000);
      for (const delayMs of [0, 20, 50, 100]) {
        const stopping = new AbortController();
        const opening = openServer(
          {
            server: server.described({ access: 'scratch', scratch: 'server' }),
            password: server.passwords.owner,
            workerPath,
            keep: { storage, problem: '' },
          },
          stopping.signal,
        );
        setTimeout(() => stopping.abort(new Error('stopped')), delayMs);
        const opened = await opening.catch((error: unknown) => error);
        if (opened instanceof Error) assert.equal(opened.message, 'stopped');
        else await (opened as DatabaseEnvironment).close();
        assert.deepEqual(await server.leftovers(), []);
        assert.deepEqual(await readdir(storage), []);
      }
    });

    const openAsReader = async (scratch: 'server' | 'local'): Promise<DatabaseEnvironment> => {
      const described = server.described({ access: 'scratch', scratch, user: 'reader' });
      const keep = { storage, problem: '' };
      return openServer({ server: described, password: 'open sesame', workerPath, keep }, never);
    };

    it('is not made where the account may not make a database, and it is said what to do', async () => {
      await assert.rejects(openAsReader('server'), (error) => {
        assert.ok(UserError.is(error), String(error));
        assert.equal(error.code, 'database.noScratchRights');
        assert.match(error.message, /denied.* let the copy be made on this machine/);
        return true;
      });
      assert.deepEqual(await server.leftovers(), []);
      assert.deepEqual(await readdir(storage), []);
    });

    it('holds no table that the account may not read, or is not made', async function () {
      this.timeout(60_000);
      await server.query(
        ...(name === 'MariaDB'
          ? ['REVOKE SELECT ON shop.* FROM reader', 'GRANT SELECT ON shop.log TO reader']
          : ['REVOKE SELECT ON customers FROM reader']),
      );
      const opening = openAsReader('local');
      if (name === 'MariaDB') {
        // A table that may not be read is not even seen there.
        const database = await opening;
        await database.close();
        assert.deepEqual(
          database.tables.map((table) => table.name),
          ['log'],
        );
      } else {
        await assert.rejects(
          opening,
          (error) => UserError.is(error) && error.code === 'database.cannotOpen' && /choose fewer/.test(error.message),
        );
      }
      assert.deepEqual(await readdir(storage), []);
    });

    it('drops what a run left whose program was killed', async () => {
      const stale = 'agentlm_scratch_1000000000_0badcafe';
      await server.query(`CREATE DATABASE ${stale}`);
      const database = await open('server');
      await database.close();
      assert.deepEqual(await server.leftovers(), []);
    });
  });
}
