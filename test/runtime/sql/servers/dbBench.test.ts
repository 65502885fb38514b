import assert from 'node:assert/strict';
import { readSuite } from '../../../../src/runtime/evaluation/readSuite';
import { createTable, insertRow } from '../../../../src/runtime/evaluation/trialDatabase';
import { openServer } from '../../../../src/runtime/sql/servers/openServer';
import { requireMariadb, startMariadb, type MariadbServer } from '../../../mariadb';
import { sharedText } from '../../../sharedData';

const never = new AbortController().signal;

describe('the tasks of DBBench in a copy on a MariaDB server', function () {
  this.timeout(300_000);
  let server: MariadbServer;

  before(async function () {
    requireMariadb(this);
    sharedText(this, 'agentbench/db/dev.jsonl');
    server = await startMariadb();
  });

  after(async () => server?.stop());

  it('take all reference statements, and give the published hash of each table that is changed', async () => {
    const { problems } = await readSuite({ kind: 'db', place: '../shared/data/agentbench/db/dev.jsonl' });
    const owner = await server.connect();
    let hashes = 0;
    let answers = 0;
    for (const problem of problems) {
      if (problem.kind !== 'db') continue;
      const { id, tables, reference, check } = problem;
      // A column without a name, which no MariaDB takes.
      if (tables.some(({ columns }) => columns.some((name) => name.trim() === ''))) continue;
      await owner.query('DROP DATABASE IF EXISTS bench');
      await owner.query('CREATE DATABASE bench');
      await owner.query('USE bench');
      for (const { name, columns, rows } of tables) {
        await owner.query(createTable(name, columns));
        for (const row of rows) await owner.query(insertRow(name, columns), [...row]);
      }
      const database = await openServer(
        {
          server: {
            engine: 'mysql',
            host: 'localhost',
            port: 3306,
            socket: server.socket,
            user: 'root',
            database: 'bench',
            tls: 'off',
            access: 'scratch',
            scratch: 'server',
          },
          password: undefined,
          workerPath: '',
        },
        never,
      );
      try {
        for (const sql of reference === undefined ? [] : [reference]) {
          const { output } = await database.execute(sql, never);
          if (check.kind === 'hash') assert.equal(output, '[]', `${id}: ${sql}`);
          else if (!/^\d+ \(/.test(output)) answers += 1;
        }
        if (check.kind !== 'hash') continue;
        const [{ name, columns } = { name: '', columns: [] }] = database.tables;
        const joined = columns.map((column) => `\`${column.replaceAll('`', '``')}\``).join(', ');
        await database.execute('SET SESSION group_concat_max_len = 4294967295', never);
        const { output } = await database.execute(
          `SELECT MD5(GROUP_CONCAT(rowhash ORDER BY rowhash)) FROM
            (SELECT SUBSTRING(MD5(CONCAT_WS(',', ${joined})), 1, 5) AS rowhash FROM \`${name}\`) AS hashed`,
          never,
        );
        assert.equal(output, `[('${check.md5}',)]`, id);
        hashes += 1;
      } finally {
        await database.close();
      }
    }
    assert.equal(hashes, 40);
    assert.ok(answers > 0);
  });
});
