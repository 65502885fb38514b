import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseEnvironment } from '../../../../src/agent/database';
import { UserError } from '../../../../src/agent/errors';
import { listPendingDatabases } from '../../../../src/runtime/sql/changes/pendingDatabases';
import { openServer } from '../../../../src/runtime/sql/servers/openServer';
import { kindsOfServers, type TestServer } from '../../../databaseServers';

const never = new AbortController().signal;
const workerPath = path.resolve('dist/sqlWorker.js');

/** A trigger holds applying up in the midst of its changes, and a look at the server tells when it is there. */
const specifics = {
  MariaDB: {
    slow: ['CREATE TRIGGER slow AFTER UPDATE ON goods FOR EACH ROW DO SLEEP(1)'],
    isSlow: "SELECT count(*) FROM information_schema.processlist WHERE state = 'User sleep'",
    fast: 'DROP TRIGGER slow',
    sessions: "SELECT count(*) - 1 FROM information_schema.processlist WHERE db = 'shop'",
  },
  PostgreSQL: {
    slow: [
      "CREATE OR REPLACE FUNCTION slow() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(1); RETURN NEW; END' LANGUAGE plpgsql",
      'CREATE TRIGGER slow AFTER UPDATE ON goods FOR EACH ROW EXECUTE FUNCTION slow()',
    ],
    isSlow: "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    fast: 'DROP TRIGGER slow ON goods',
    sessions: "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = 'shop' AND backend_type = 'client backend'",
  },
} as const;

for (const { name, require, start } of kindsOfServers) {
  const own = specifics[name];

  describe(`a crash while changes are made on a ${name} server`, function () {
    this.timeout(120_000);
    let server: TestServer;
    let state: string;
    const storage = (): string => path.join(state, 'agentlm', 'databases');

    before(async function () {
      require(this);
      state = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
      server = await start();
    });

    after(async () => {
      await server?.stop();
      if (state) await rm(state, { recursive: true, force: true });
    });

    beforeEach(async () => {
      await server.query(
        'DROP TABLE IF EXISTS goods',
        'CREATE TABLE goods (id INT PRIMARY KEY, price INT)',
        'INSERT INTO goods VALUES (1, 1), (2, 2), (3, 3)',
      );
      const database = await open();
      await database.execute('DELETE FROM goods WHERE id = 3', never);
      await database.execute('UPDATE goods SET price = price * 10', never);
      await database.close();
    });

    const open = async (): Promise<DatabaseEnvironment> =>
      openServer(
        {
          server: server.described({ access: 'scratch', scratch: 'server' }),
          password: server.passwords.owner,
          workerPath,
          keep: { storage: storage(), problem: 'Raise the prices.' },
        },
        never,
      );

    const goods = async (): Promise<unknown> => server.query('SELECT id, price FROM goods ORDER BY id');
    const found = [['1', '1'], ['2', '2'], ['3', '3']]; // prettier-ignore
    const left = [['1', '10'], ['2', '20']]; // prettier-ignore

    const pending = async () => {
      const [review] = await listPendingDatabases(storage(), workerPath, async () => server.passwords.owner);
      assert.ok(review);
      return review;
    };
    const startApplying = async (): Promise<ChildProcess> => {
      const { id } = await pending();
      const env = { ...process.env, XDG_STATE_HOME: state, AGENTLM_DB_PASSWORD: server.passwords.owner };
      return spawn(process.execPath, ['dist/cli.js', 'db-changes', 'apply', id], { env, stdio: 'ignore' });
    };
    const until = async (sql: string, isThere: (count: number) => boolean): Promise<void> => {
      while (!isThere(Number((await server.query(sql))[0]?.[0]))) await delay(20);
    };

    it('of this program in the midst of the changes leaves the database as it was, and applying can begin anew', async () => {
      await server.query(...own.slow);
      const applying = await startApplying();
      await until(own.isSlow, (count) => count > 0);
      applying.kill('SIGKILL');
      await once(applying, 'close');
      await until(own.sessions, (count) => count === 0);
      assert.deepEqual(await goods(), found);
      await server.query(own.fast);
      assert.equal((await (await pending()).apply('refuse', never)).applied, true);
      assert.deepEqual(await goods(), left);
    });

    it('of this program before it could say that it was done does nothing twice', async () => {
      const review = await pending();
      const [folder, kept] = [path.join(storage(), review.id), path.join(state, 'kept')];
      await cp(folder, kept, { recursive: true });
      await review.apply('refuse', never);
      await cp(kept, folder, { recursive: true });
      const report = await (await pending()).apply('refuse', never);
      assert.deepEqual([report.applied, report.tables, report.backup], [true, [], null]);
      assert.deepEqual(await goods(), left);
      await rm(kept, { recursive: true });
    });

    it('of the server leaves the database as it was, and applying can begin anew', async () => {
      await server.query(...own.slow);
      const applying = await startApplying();
      const ended = once(applying, 'close');
      await until(own.isSlow, (count) => count > 0);
      await server.kill();
      assert.deepEqual(await ended, [1, null]);
      await server.restart();
      assert.deepEqual(await goods(), found);
      await server.query(own.fast);
      assert.equal((await (await pending()).apply('refuse', never)).applied, true);
      assert.deepEqual(await goods(), left);
    });

    it('of the server at the end of a run loses what the run changed in its copy, and says so', async () => {
      await (await pending()).discard();
      const database = await open();
      await database.execute('DELETE FROM goods', never);
      await server.kill();
      await assert.rejects(
        database.close(),
        (error) => UserError.is(error) && error.code === 'database.changesLost' && /is lost/.test(error.message),
      );
      assert.deepEqual(
        (await readdir(storage())).filter((entry) => entry !== 'undo'),
        [],
      );
      await server.restart();
      assert.deepEqual(await goods(), found);
    });

    it('of the session leaves the database as it was', async () => {
      await server.query(...own.slow);
      const applying = await startApplying();
      const ended = once(applying, 'close');
      await until(own.isSlow, (count) => count > 0);
      if (name === 'MariaDB') {
        const sleeping = await server.query("SELECT id FROM information_schema.processlist WHERE state = 'User sleep'");
        await server.query(`KILL ${sleeping[0]?.[0]}`);
      } else {
        await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
      }
      assert.deepEqual(await ended, [1, null]);
      assert.deepEqual(await goods(), found);
      await server.query(own.fast);
      await (await pending()).discard();
    });
  });
}
