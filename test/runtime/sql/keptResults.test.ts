import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exportResult, keepResult, prune } from '../../../src/runtime/sql/keptResults';
import { refuses, workbench } from './workbench';

describe('The rows of a task that is over', function () {
  this.timeout(30_000);
  const bench = workbench();
  let made = 0;
  /** A folder for each test. */
  let storage = '';
  beforeEach(() => (storage = path.join(bench.folder, `results${made++}`)));

  it('are exported as they were, also when the database is closed', async () => {
    const place = bench.database(
      `shop${made}.db`,
      "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x, y'), (2, NULL)",
    );
    const database = await bench.open(place);
    await bench.run(database, 'SELECT * FROM t');
    await bench.run(database, 'DELETE FROM t');
    await keepResult(storage, 'db_1', database);
    await database.close();
    const target = path.join(bench.folder, 'out.csv');
    assert.deepEqual(await exportResult(storage, 'db_1', target), { hasFormulas: false });
    assert.equal(readFileSync(target, 'utf8'), 'a,b\r\n1,"x, y"\r\n2,\r\n');
    assert.deepEqual(readdirSync(storage), ['db_1.csv']);
  });

  it('are not kept where there were none, or reading them takes too long', async () => {
    const database = await bench.open(bench.database(`shop${made}.db`, 'CREATE TABLE t (a)'));
    await keepResult(storage, 'db_1', database);
    await bench.run(
      database,
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000) SELECT i, i FROM n',
    );
    await keepResult(storage, 'db_2', database);
    assert.deepEqual(readdirSync(storage), []);
    const target = path.join(storage, 'out.csv');
    await refuses(exportResult(storage, 'db_2', target), 'database.resultGone', 'again');
    assert.ok(!existsSync(target));
  });

  it('cannot be written everywhere, and stay all the same', async () => {
    const database = await bench.open(bench.database(`shop${made}.db`, 'CREATE TABLE t (a)'));
    await bench.run(database, 'SELECT 1 AS one');
    await keepResult(storage, 'db_1', database);
    const target = path.join(bench.folder, 'nowhere', 'out.csv');
    await refuses(exportResult(storage, 'db_1', target), 'database.exportFailed', target, 'Choose another file');
    assert.deepEqual(readdirSync(storage), ['db_1.csv']);
  });

  it('are told to hold what a spreadsheet takes for a formula', async () => {
    const values = (sql: string) => async (): Promise<boolean> => {
      const database = await bench.open(bench.database(`formulas${made++}.db`, 'CREATE TABLE t (a)'));
      await bench.run(database, sql);
      await keepResult(storage, 'db_1', database);
      return (await exportResult(storage, 'db_1', path.join(bench.folder, 'out.csv'))).hasFormulas;
    };
    assert.equal(await values("SELECT -1 AS a, -2.5e-7 AS b, 'a=1' AS c, '1-2' AS d, NULL AS e")(), false);
    for (const text of ['=1+1', '@SUM(A1)', '+cmd', '-x', "-1+cmd|'/c calc'!A1", '="a, b"']) {
      assert.equal(await values(`SELECT 1 AS a, '${text.replaceAll("'", "''")}' AS b`)(), true, text);
    }
  });

  it('make room for those of later tasks', async () => {
    mkdirSync(storage);
    const file = (index: number): string => path.join(storage, `db_${index}.csv`);
    for (let index = 0; index < 5; index++) {
      writeFileSync(file(index), 'a');
      utimesSync(file(index), index, index);
    }
    await prune(storage, 2);
    assert.deepEqual(readdirSync(storage), ['db_3.csv', 'db_4.csv']);
  });
});
