import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseReview } from '../../../../src/agent/database';
import { UserError } from '../../../../src/agent/errors';
import { openServer } from '../../../../src/runtime/sql/servers/openServer';
import { listPendingDatabases } from '../../../../src/runtime/sql/changes/pendingDatabases';
import { kindsOfServers, type TestServer } from '../../../databaseServers';

const never = new AbortController().signal;
const workerPath = path.resolve('dist/sqlWorker.js');

const tables = {
  MariaDB: [
    'CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20))',
    `CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer INT, price DECIMAL(8, 2), half FLOAT, data BLOB, doc JSON,
      total DECIMAL(9, 2) AS (price * 2) STORED, FOREIGN KEY (customer) REFERENCES customers (id))`,
    'CREATE TABLE log (line TEXT, half FLOAT)',
  ],
  PostgreSQL: [
    'CREATE TABLE customers (id serial PRIMARY KEY, name varchar(20))',
    `CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES customers, price numeric(8, 2),
      half real, data bytea, doc json, total numeric(9, 2) GENERATED ALWAYS AS (price * 2) STORED)`,
    'CREATE TABLE log (line text, half real)',
  ],
} as const;

const rows = [
  "INSERT INTO customers (name) VALUES ('Ada'), ('Bob'), ('Cy\\\\''s')",
  `INSERT INTO orders (customer, price, half, doc) VALUES (1, 2.5, 1.2345671, '{"a": 1}'), (2, 3, NULL, NULL), (3, 4, 0.1, '[]')`,
  "INSERT INTO log VALUES ('one', 0.1), ('one', 0.1), ('two', NULL), ('Two', NULL), ('', 1.2345671)",
];

const everything = [
  'SELECT id, name FROM customers ORDER BY id',
  'SELECT id, customer, price, half, doc, total FROM orders ORDER BY id',
  'SELECT line, half, count(*) FROM log GROUP BY line, half ORDER BY line, half',
];

for (const { name, require, start } of kindsOfServers) {
  describe(`applying changes to a database of a ${name} server`, function () {
    this.timeout(60_000);
    let server: TestServer;
    let storage: string;

    before(async function () {
      this.timeout(120_000);
      require(this);
      storage = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
      server = await start();
    });

    after(async () => {
      await server?.stop();
      if (storage) await rm(storage, { recursive: true, force: true });
    });

    beforeEach(async () => {
      await server.query(
        'DROP TABLE IF EXISTS made',
        ...['log', 'orders', 'customers'].map((table) => `DROP TABLE IF EXISTS ${table}`),
      );
      await server.query(
        ...tables[name],
        ...rows.map((sql) => (name === 'MariaDB' ? sql : sql.replace("'Cy\\\\''s'", "'Cy\\''s'"))),
      );
    });

    const changed = async (...statements: readonly string[]): Promise<DatabaseReview> => {
      const database = await openServer(
        {
          server: server.described({ access: 'scratch', scratch: 'server' }),
          password: server.passwords.owner,
          workerPath,
          keep: { storage, problem: 'Change something.' },
        },
        never,
      );
      for (const sql of statements) {
        const { output } = await database.execute(sql, never);
        assert.doesNotMatch(output, /^\d+ \(|does not exist|error/i, `${sql}: ${output}`);
      }
      await database.close();
      const pending = await listPendingDatabases(storage, workerPath, async () => server.passwords.owner);
      const review = pending.find(({ id }) => id === database.review?.id);
      assert.ok(review);
      return review;
    };
    afterEach(async () => {
      for (const review of await listPendingDatabases(storage, workerPath)) await review.discard();
    });

    const state = async (): Promise<string> => {
      const found = [];
      for (const sql of everything) found.push(await server.query(sql));
      return JSON.stringify(found);
    };

    const changes = [
      'DELETE FROM orders WHERE id = 2',
      "DELETE FROM customers WHERE name = 'Bob'",
      "INSERT INTO customers (name) VALUES ('Di')",
      'INSERT INTO orders (customer, price) VALUES (4, 5)',
      'UPDATE orders SET price = 9, doc = \'{"b": [2]}\' WHERE id = 1',
      name === 'MariaDB'
        ? "DELETE FROM log WHERE line = 'one' LIMIT 1"
        : "DELETE FROM log WHERE ctid IN (SELECT ctid FROM log WHERE line = 'one' LIMIT 1)",
      "INSERT INTO log VALUES ('three', 0.25), ('three', 0.25)",
      name === 'MariaDB'
        ? "UPDATE log SET half = 3 WHERE BINARY line = 'Two'"
        : "UPDATE log SET half = 3 WHERE line = 'Two'",
    ];

    it('makes exactly these changes, and the script takes them back', async () => {
      const before = await state();
      const review = await changed(...changes);
      const report = await review.apply('refuse', never);
      assert.deepEqual(
        {
          ...report,
          backup: null,
          tables: report.tables.toSorted((one, other) => one.table.localeCompare(other.table)),
        },
        {
          applied: true,
          tables: [
            { table: 'customers', inserted: 1, updated: 0, deleted: 1 },
            { table: 'log', inserted: 2, updated: 0, deleted: 2 },
            { table: 'orders', inserted: 1, updated: 1, deleted: 1 },
          ],
          schemaChanges: 0,
          conflictCount: 0,
          conflicts: [],
          backup: null,
        },
      );
      assert.equal(await review.isPending(), false);
      const counts = await server.query('SELECT line, half, count(*) FROM log GROUP BY line, half ORDER BY line, half');
      assert.equal(counts.find(([line]) => line === 'one')?.[2], '1');
      assert.equal(counts.find(([line]) => line === 'three')?.[2], '2');
      assert.deepEqual(await server.query('SELECT price, total, doc FROM orders WHERE id = 1'), [
        ['9.00', '18.00', '{"b": [2]}'],
      ]);
      // The next row gets a number that is free.
      await server.query("INSERT INTO customers (name) VALUES ('Ed')", "DELETE FROM customers WHERE name = 'Ed'");
      const script = await readFile(report.backup ?? '', 'utf8');
      for (const sql of script.split(/;\n/)) if (sql.trim()) await server.query(sql);
      assert.equal(await state(), before);
    });

    it('changes nothing where a row is no longer as the run found it, and leaves such rows alone when told to', async () => {
      const review = await changed(...changes);
      await server.query('UPDATE orders SET price = 100 WHERE id = 1');
      const before = await state();
      const refused = await review.apply('refuse', never);
      assert.equal(refused.applied, false);
      assert.equal(refused.conflictCount, 1);
      assert.deepEqual(
        refused.conflicts.map(({ table, found, left, now }) => [table, found?.[2], left?.[2], now?.[2]]),
        [['orders', '2.50', '9.00', '100.00']],
      );
      assert.equal(await state(), before);
      const skipped = await review.apply('skip', never);
      assert.equal(skipped.applied, true);
      assert.deepEqual(await server.query('SELECT price FROM orders WHERE id = 1'), [['100.00']]);
    });

    it('makes nothing twice', async () => {
      const review = await changed(...changes);
      await review.apply('refuse', never);
      await assert.rejects(
        review.apply('refuse', never),
        (error) => UserError.is(error) && error.code === 'database.reviewGone',
      );
    });

    it('makes a table with its rows', async () => {
      const review = await changed(
        'CREATE TABLE made (id INT PRIMARY KEY, a INT)',
        'INSERT INTO made VALUES (1, 2)',
        "UPDATE customers SET name = 'Al' WHERE id = 1",
      );
      const report = await review.apply('refuse', never);
      assert.equal(report.schemaChanges, 1);
      assert.deepEqual(await server.query('SELECT * FROM made'), [['1', '2']]);
      for (const sql of (await readFile(report.backup ?? '', 'utf8')).split(/;\n/))
        if (sql.trim()) await server.query(sql);
      await assert.rejects(server.query('SELECT * FROM made'));
      assert.deepEqual(await server.query('SELECT name FROM customers WHERE id = 1'), [['Ada']]);
    });

    it('goes on where a program ended when it had made a table of the run, and not its rows', async () => {
      const review = await changed(
        'CREATE TABLE made (id INT PRIMARY KEY, a INT)',
        'INSERT INTO made VALUES (1, 2)',
        "UPDATE customers SET name = 'Al' WHERE id = 1",
      );
      await server.query('CREATE TABLE made (id INT PRIMARY KEY, a INT)');
      assert.equal((await review.apply('refuse', never)).applied, true);
      assert.deepEqual(await server.query('SELECT * FROM made'), [['1', '2']]);
    });

    it('changes nothing where somebody made another table of that name', async () => {
      const review = await changed('CREATE TABLE made (id INT PRIMARY KEY, a INT)', 'INSERT INTO made VALUES (1, 2)');
      await server.query('CREATE TABLE made (id INT PRIMARY KEY, b TEXT)');
      await assert.rejects(
        review.apply('refuse', never),
        (error) => UserError.is(error) && error.code === 'database.tableAltered',
      );
      assert.deepEqual(await server.query('SELECT * FROM made'), []);
    });

    it('finds its way through hostile names, bytes, and texts of another encoding', async () => {
      const quote = (id: string): string =>
        name === 'MariaDB' ? `\`${id.replaceAll('`', '``')}\`` : `"${id.replaceAll('"', '""')}"`;
      const bytes = (hex: string): string => (name === 'MariaDB' ? `x'${hex}'` : `'\\x${hex}'::bytea`);
      const [made, key, text, data] = ['made', `a \`key" it's; -- ?`, 'x $1 ? %s', 'data'].map(quote);
      const types = name === 'MariaDB' ? ['VARCHAR(20) CHARACTER SET latin1', 'BLOB'] : ['text', 'bytea'];
      await server.query(
        `CREATE TABLE ${made} (${key} INT PRIMARY KEY, ${text} ${types[0]}, ${data} ${types[1]})`,
        `INSERT INTO ${made} VALUES (1, 'Zoë', ${bytes('00ff80')}), (2, 'b', NULL), (3, 'c', ${bytes('')})`,
      );
      const look = async () => server.query(`SELECT ${key}, ${text}, ${data} FROM ${made} ORDER BY 1`);
      const before = await look();
      const review = await changed(
        `UPDATE ${made} SET ${text} = 'Chloë?', ${data} = ${bytes('fe00c3')} WHERE ${key} = 1`,
        `DELETE FROM ${made} WHERE ${text} = 'b'`,
        `INSERT INTO ${made} VALUES (4, '"', ${bytes('c328')})`,
      );
      const report = await review.apply('refuse', never);
      assert.deepEqual(report.tables, [{ table: 'made', inserted: 1, updated: 1, deleted: 1 }]);
      assert.deepEqual(
        (await server.query(`SELECT ${key}, ${text} FROM ${made} ORDER BY 1`)).map((row) => row.join()),
        ['1,Chloë?', '3,c', '4,"'],
      );
      for (const sql of (await readFile(report.backup ?? '', 'utf8')).split(/;\n/))
        if (sql.trim()) await server.query(sql);
      assert.deepEqual(await look(), before);
    });

    it('makes no table where rows are in the way', async () => {
      const review = await changed(
        'CREATE TABLE made (id INT PRIMARY KEY)',
        "UPDATE customers SET name = 'Al' WHERE id = 1",
      );
      await server.query("UPDATE customers SET name = 'Ann' WHERE id = 1");
      assert.equal((await review.apply('refuse', never)).applied, false);
      await assert.rejects(server.query('SELECT * FROM made'));
    });

    it('alters and drops no table', async () => {
      const review = await changed('ALTER TABLE log ADD more INT', 'DELETE FROM log');
      await assert.rejects(
        review.apply('refuse', never),
        (error) => UserError.is(error) && error.code === 'database.cannotApplySchema',
      );
      assert.equal((await server.query('SELECT * FROM log')).length, 5);
    });

    it('changes nothing where a table was altered meanwhile', async () => {
      const review = await changed(...changes);
      await server.query('ALTER TABLE orders ADD more INT');
      const before = await state();
      await assert.rejects(
        review.apply('refuse', never),
        (error) => UserError.is(error) && error.code === 'database.tableAltered',
      );
      assert.equal(await state(), before);
    });

    it('changes nothing where the server has something against one row', async () => {
      const review = await changed('DELETE FROM orders WHERE id = 2', "DELETE FROM customers WHERE name = 'Bob'");
      // A row that refers to the one that the run deleted.
      await server.query('INSERT INTO orders (customer, price) VALUES (2, 1)');
      const before = await state();
      await assert.rejects(
        review.apply('refuse', never),
        (error) => UserError.is(error) && error.code === 'database.serverRefused',
      );
      assert.equal(await state(), before);
    });
  });
}
