import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { mysqlTrials } from '../../../src/runtime/evaluation/mysqlTrial';
import { readSuite } from '../../../src/runtime/evaluation/readSuite';
import type { DatabaseProblem } from '../../../src/runtime/evaluation/suite';
import { tableHash } from '../../../src/runtime/evaluation/tableHash';
import { sharedText } from '../../sharedData';
import { never } from './hosts';

const server = ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/bin/mariadbd'].find((file) => existsSync(file));

describe('A database of a server', function () {
  this.timeout(90_000);
  let folder: string;
  let daemon: ChildProcess;
  let url: string;

  before(async function () {
    if (server === undefined) this.skip();
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-maria-'));
    const { username } = userInfo();
    const common = ['--no-defaults', `--datadir=${folder}/data`, `--user=${username}`];
    execFileSync('mariadb-install-db', [...common, '--auth-root-authentication-method=normal', '--skip-test-db'], {
      stdio: 'ignore',
    });
    const socket = path.join(folder, 's');
    daemon = spawn(server, [...common, `--socket=${socket}`, '--skip-networking', `--pid-file=${folder}/pid`], {
      stdio: 'ignore',
    });
    url = `mysql://root@localhost?socketPath=${encodeURIComponent(socket)}`;
    for (let left = 200; !existsSync(socket) && left > 0; left--) await delay(100);
  });
  after(async () => {
    if (server === undefined) return;
    const gone = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });

  const databases = async (): Promise<string[]> => {
    const connection = await createConnection({ uri: url, rowsAsArray: true });
    const [rows] = await connection.query("SHOW DATABASES LIKE 'agentlm\\_%'");
    await connection.end();
    return (rows as unknown as string[][]).flat();
  };
  const open = async (tables: DatabaseProblem['tables'], script?: string, statementTimeoutMs = 10_000) =>
    mysqlTrials({ url, statementTimeoutMs })({ tables, script }, '', never);
  const product = {
    name: 'product',
    columns: ['name', 'price'],
    rows: [
      ['Lamp', 80],
      ['Chair', null],
    ],
  } as const;

  it('is fresh for each task, worded as Python words it, and gone afterwards', async () => {
    const database = await open([product]);
    const say = async (sql: string) => (await database.execute(sql, never)).output;
    assert.deepEqual(database.tables, [{ name: 'product', columns: ['name', 'price'] }]);
    assert.equal(await say('SELECT * FROM product'), "[('Lamp', '80'), ('Chair', None)]");
    assert.equal(
      await say('SELECT COUNT(*), AVG(price), 1.5e0, CURRENT_DATE > 0, 1/2 FROM product'),
      "[(2, 80.0, 1.5, 1, Decimal('0.5000'))]",
    );
    assert.equal(await say("UPDATE product SET price = '9'"), '[]');
    assert.match(await say('SELECT nothing FROM product'), /^1054 \(42S22\): Unknown column 'nothing' in /);
    assert.match(await say('SELECT 1; SELECT 2'), /^1064 \(42000\): You have an error in your SQL syntax/);
    assert.equal((await databases()).length, 1);
    await database.close();
    await database.close();
    assert.deepEqual(await databases(), []);
  });

  it('hashes by the rules of the server as we do by ourselves', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => [`${index}`, index % 3 === 0 ? null : 'ä,b']);
    const database = await open([{ name: 'odd `name`', columns: ['a', 'b'], rows }, product]);
    await database.execute('SET SESSION group_concat_max_len = 10', never);
    const [odd, known] = await database.hashes(never);
    assert.equal(odd, tableHash(rows.map((row) => row.filter((value) => value !== null).join(','))));
    assert.equal(known, tableHash(['Lamp,80', 'Chair']));
    await database.execute('DELETE FROM product', never);
    await database.execute('DROP TABLE `odd ``name```', never);
    assert.deepEqual(await database.hashes(never), [undefined, undefined]);
    await database.close();
  });

  it('stops a statement that does not end, and goes on', async () => {
    const database = await open([product], undefined, 300);
    const { output } = await database.execute('SELECT SLEEP(60)', never);
    assert.match(output, /^3024 \(HY000\)/);
    assert.equal((await database.execute('SELECT 1', never)).output, '[(1,)]');
    const { output: stopped } = await database.execute('SELECT SLEEP(60)', AbortSignal.timeout(100));
    assert.match(stopped, /^1317/);
    await database.close();
    assert.deepEqual(await databases(), []);
  });

  it('that cannot be set up is dropped, and says why', async () => {
    await assert.rejects(open([product, product]), /cannot be made: .*already exists/);
    assert.deepEqual(await databases(), []);
    await assert.rejects(
      mysqlTrials({ url: 'mysql://root@127.0.0.1:9', statementTimeoutMs: 0 })(
        { tables: [], script: undefined },
        '',
        never,
      ),
      {
        code: 'evaluation.noServer',
      },
    );
  });

  it('gives the published hash of all 40 tasks that change something', async function () {
    sharedText(this, 'agentbench/db/dev.jsonl');
    const { problems } = await readSuite({ kind: 'db', place: '../shared/data/agentbench/db/dev.jsonl' });
    const changing = problems.filter((problem) => problem.kind === 'db').filter(({ check }) => check.kind === 'hash');
    assert.equal(changing.length, 40);
    for (const { id, tables, reference, check } of changing) {
      const database = await open(tables);
      await database.execute(reference ?? '', never);
      assert.deepEqual(await database.hashes(never), [check.kind === 'hash' && check.md5], id);
      await database.close();
    }
  });
});
