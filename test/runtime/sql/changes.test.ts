import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { ApplyReport, DatabaseChanges, DatabaseEnvironment, DatabaseReview } from '../../../src/agent/database';
import { listPendingDatabases } from '../../../src/runtime/sql/changes/pendingDatabases';
import type { SqlOptions } from '../../../src/runtime/sql/openDatabase';
import { DatabaseSync, never, refuses, workbench } from './workbench';

describe('The changes of a run', function () {
  this.timeout(30_000);
  const bench = workbench();
  let folder: string;
  let storage: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(bench.folder, 'changes-'));
    storage = path.join(folder, 'storage');
    mkdirSync(path.join(folder, 'data'));
    file = path.join(folder, 'data', 'shop.db');
  });

  function script(...statements: readonly string[]): void {
    const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
    for (const statement of statements) database.exec(statement);
    database.close();
  }

  function rows(sql: string, place = file): unknown[] {
    const database = new DatabaseSync(place, { readOnly: true });
    try {
      const select = database.prepare(sql);
      select.setReadBigInts(true);
      const plain = (value: unknown) =>
        typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
      return select.all().map((row) => Object.values(row).map(plain));
    } finally {
      database.close();
    }
  }

  /** All rows of all tables, rowids included, and the schema: what must be the same in the end. */
  function dump(place: string): unknown {
    const objects = rows('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1, 2', place);
    const tables = rows(
      "SELECT name, type, wr FROM pragma_table_list WHERE type IN ('table', 'shadow') ORDER BY 1",
      place,
    );
    const contents = (tables as [string, string, number][])
      .filter(([name]) => name !== 'sqlite_schema' && name !== 'sqlite_temp_schema')
      .map(([name, , withoutRowid]) => [
        name,
        rows(`SELECT ${withoutRowid ? '' : 'rowid,'} * FROM "${name}" ORDER BY 1, 2`, place),
      ]);
    return { objects, contents };
  }

  async function open(options: Partial<SqlOptions> = {}): Promise<DatabaseEnvironment> {
    return bench.open(file, { keep: { storage, problem: 'Change it.' }, ...options });
  }

  /** Runs statements on a copy, and closes it. */
  async function run(...statements: readonly string[]): Promise<DatabaseReview> {
    const database = await open();
    for (const statement of statements) {
      const { output } = await database.execute(statement, never);
      assert.ok(output.startsWith('['), `${statement}: ${output}`);
    }
    await database.close();
    assert.ok(database.review);
    return database.review;
  }

  const changesOf = (review: DatabaseReview): Promise<DatabaseChanges> => review.changes(100, never);

  /** Runs statements, applies, and expects the original to be what the scratch copy was. */
  async function applied(...statements: readonly string[]): Promise<ApplyReport> {
    const review = await run(...statements);
    const wanted = dump(path.join(storage, review.id, 'work', 'scratch.sqlite'));
    const before = dump(file);
    const report = await review.apply('refuse', never);
    assert.equal(report.applied, true);
    assert.deepEqual(dump(file), wanted);
    assert.deepEqual(dump(report.backup ?? ''), before);
    assert.deepEqual(rows('PRAGMA integrity_check'), [['ok']]);
    assert.deepEqual(readdirSync(storage), []);
    return report;
  }

  describe('are found', () => {
    it('row by row, before and after', async () => {
      script(
        'CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, price REAL)',
        "INSERT INTO product VALUES (1, 'Tea', 2.5), (2, 'Cup', 4), (3, 'Pot', 9)",
      );
      const review = await run(
        'UPDATE product SET price = 3 WHERE id = 1',
        'DELETE FROM product WHERE id = 2',
        "INSERT INTO product VALUES (4, 'Tin', NULL)",
      );
      assert.deepEqual(await changesOf(review), {
        schema: [],
        tables: [
          {
            table: 'product',
            columns: ['id', 'name', 'price'],
            inserted: 1,
            updated: 1,
            deleted: 1,
            rows: [
              { kind: 'deleted', before: [2, 'Cup', 4], after: null },
              { kind: 'updated', before: [1, 'Tea', 2.5], after: [1, 'Tea', 3] },
              { kind: 'inserted', before: null, after: [4, 'Tin', null] },
            ],
          },
        ],
      });
    });

    it('in a table without a primary key, with rows that are all alike', async () => {
      script('CREATE TABLE t (a)', 'INSERT INTO t VALUES (1), (1), (1)');
      const review = await run('DELETE FROM t WHERE rowid = 2', 'UPDATE t SET a = NULL WHERE rowid = 3');
      const [table] = (await changesOf(review)).tables;
      assert.deepEqual(table?.rows, [
        { kind: 'deleted', before: [1], after: null },
        { kind: 'updated', before: [1], after: [null] },
      ]);
    });

    it('in tables without rowid, with keys of several columns, generated columns and hostile names', async () => {
      script(
        'CREATE TABLE w (a TEXT COLLATE NOCASE, b INT, c, PRIMARY KEY (b, a)) WITHOUT ROWID',
        "INSERT INTO w VALUES ('x', 1, 'old'), ('y', 2, 'same')",
        'CREATE TABLE "odd ""name"" `;--" (rowid TEXT, "sel ect" INT, twice AS ("sel ect" * 2), kept AS (1) STORED)',
        `INSERT INTO "odd ""name"" \`;--" VALUES ('r', 1), ('s', 2)`,
      );
      const review = await run(
        "UPDATE w SET c = 'new', a = 'X' WHERE b = 1",
        'UPDATE "odd ""name"" `;--" SET rowid = \'q\'',
      );
      const { tables } = await changesOf(review);
      assert.deepEqual(
        tables.map(({ table, columns, updated }) => [table, columns, updated]),
        [
          ['w', ['a', 'b', 'c'], 1],
          ['odd "name" `;--', ['rowid', 'sel ect'], 2],
        ],
      );
      assert.deepEqual(tables[0]?.rows, [{ kind: 'updated', before: ['x', 1, 'old'], after: ['X', 1, 'new'] }]);
    });

    it('by value, type and case, and not where nothing changed', async () => {
      script(
        'CREATE TABLE t (a, b TEXT COLLATE NOCASE)',
        "INSERT INTO t VALUES (1, 'a'), (NULL, 'a'), ('1', 'a'), (2, 'same')",
      );
      const review = await run(
        'UPDATE t SET a = 1.0 WHERE rowid = 1',
        "UPDATE t SET b = 'A' WHERE rowid = 2",
        "UPDATE t SET a = x'31' WHERE rowid = 3",
        'UPDATE t SET a = 2 WHERE rowid = 4',
      );
      assert.equal((await changesOf(review)).tables[0]?.updated, 3);
    });

    it('with counts beyond the rows that are told, and long values cut', async () => {
      script('CREATE TABLE t (a, b)', "INSERT INTO t VALUES (9223372036854775807, x'00ff')");
      const many = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)';
      const review = await run(
        `INSERT INTO t ${many} SELECT i, printf('%.*c', 5000, 'x') FROM n`,
        "UPDATE t SET b = 'y' WHERE rowid = 1",
      );
      const { tables } = await review.changes(3, never);
      assert.deepEqual([tables[0]?.inserted, tables[0]?.updated, tables[0]?.rows.length], [5000, 1, 3]);
      assert.deepEqual(tables[0]?.rows.slice(0, 2), [
        {
          kind: 'updated',
          before: [{ integer: '9223372036854775807' }, { bytes: '00ff', length: 2 }],
          after: [{ integer: '9223372036854775807' }, 'y'],
        },
        { kind: 'inserted', before: null, after: [1, { text: 'x'.repeat(1000), length: 5000 }] },
      ]);
    });

    it('in the schema: made, dropped, altered and renamed', async () => {
      script(
        'CREATE TABLE old (a); INSERT INTO old VALUES (1); CREATE TABLE gone (a); INSERT INTO gone VALUES (1), (2)',
        'CREATE TABLE grown (a); INSERT INTO grown VALUES (1), (2); CREATE VIEW v AS SELECT a FROM grown',
      );
      const review = await run(
        'ALTER TABLE old RENAME TO young',
        'DROP TABLE gone',
        'ALTER TABLE grown ADD COLUMN b',
        'UPDATE grown SET b = 5 WHERE a = 2',
        'CREATE TABLE made AS SELECT 7 AS x',
        'CREATE INDEX i ON grown (b)',
      );
      const { schema, tables } = await changesOf(review);
      assert.deepEqual(
        schema.map(({ kind, type, name, oldName }) => [kind, type, name, ...(oldName ? [oldName] : [])].join(' ')),
        [
          'dropped table gone',
          'renamed table young old',
          'altered table grown',
          'created table made',
          'created index i',
        ],
      );
      assert.deepEqual(
        tables.map(({ table, inserted, updated, deleted }) => [table, inserted, updated, deleted]),
        [
          ['gone', 0, 0, 2],
          ['grown', 0, 1, 0],
          ['made', 1, 0, 0],
        ],
      );
      assert.deepEqual(tables[1]?.rows, [{ kind: 'updated', before: [2, null], after: [2, 5] }]);
    });

    it('in a table of 2,000 columns', async () => {
      const columns = Array.from({ length: 2000 }, (_, index) => `c${index}`);
      script(`CREATE TABLE wide (${columns.join()})`, 'INSERT INTO wide (c0) VALUES (1), (2)');
      const review = await run('UPDATE wide SET c1999 = 5 WHERE c0 = 2');
      const { tables } = await changesOf(review);
      assert.equal(tables[0]?.updated, 1);
      assert.equal(tables[0].rows[0]?.after?.[1999], 5);
      assert.equal((await review.apply('refuse', never)).applied, true);
      assert.deepEqual(rows('SELECT c1999 FROM wide'), [[null], [5]]);
    });

    it('nowhere where nothing was written, and then nothing is kept', async () => {
      script('CREATE TABLE t (a)');
      const review = await run('SELECT * FROM t');
      assert.equal(await review.isPending(), false);
      assert.deepEqual(readdirSync(storage), []);
      await refuses(changesOf(review), 'database.reviewGone');
    });
  });

  describe('are applied', () => {
    it('exactly, with a backup beside the original', async () => {
      script('CREATE TABLE t (id INTEGER PRIMARY KEY, a)', "INSERT INTO t VALUES (1, 'x'), (2, 'y'), (5, 'z')");
      chmodSync(file, 0o640);
      const report = await applied(
        "UPDATE t SET a = 'changed' WHERE id = 2",
        'DELETE FROM t WHERE id = 1',
        "INSERT INTO t (a) VALUES ('new')",
      );
      assert.deepEqual(report.tables, [{ table: 't', inserted: 1, updated: 1, deleted: 1 }]);
      assert.equal(statSync(report.backup ?? '').mode & 0o777, 0o640, 'as private as the original');
      assert.match(report.backup ?? '', /data\/shop\.backup-\d{4}-\d\d-\d\d-[0-9a-f]{8}\.db$/);
    });

    it('beside a backup that is named by the id, and never in the place of another one', async () => {
      script('CREATE TABLE t (a)');
      const names: string[] = [];
      for (const value of [1, 2]) {
        const database = await open({ keep: { storage, id: 'db_1a2b3c4d-0000', problem: '' } });
        await database.execute(`INSERT INTO t VALUES (${value})`, never);
        await database.close();
        const { backup } = (await database.review?.apply('refuse', never)) ?? {};
        names.push(path.basename(backup ?? ''));
      }
      const date = new Date().toISOString().slice(0, 10);
      assert.deepEqual(names, [`shop.backup-${date}-1a2b3c4d.db`, `shop.backup-${date}-1a2b3c4d-2.db`]);
    });

    it('to tables without keys, without rowid, strict, with generated columns, blobs and every number', async () => {
      script(
        "CREATE TABLE a (x, y TEXT); INSERT INTO a VALUES (1, 'p'), (1, 'p'), (NULL, NULL)",
        "CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('a', 1), ('b', 2)",
        'CREATE TABLE g (n INT, d AS (n * 2) STORED, e AS (n + 1)); INSERT INTO g VALUES (1), (2)',
        'CREATE TABLE s (n INT, b BLOB) STRICT; INSERT INTO s VALUES (1, NULL)',
      );
      await applied(
        'DELETE FROM a WHERE rowid = 1',
        'INSERT INTO a VALUES (9223372036854775807, 1e308), (-0.5, char(0, 8232))',
        "UPDATE w SET v = 3 WHERE k = 'a'",
        "INSERT INTO w VALUES ('c', x'00')",
        'UPDATE g SET n = 7 WHERE n = 1',
        "INSERT INTO s VALUES (-9223372036854775808, x'ff00')",
      );
    });

    it('where unique values change places', async () => {
      script(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, u UNIQUE ON CONFLICT REPLACE); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
      );
      await applied(
        "UPDATE t SET u = 'c' WHERE id = 1",
        "UPDATE t SET u = 'a' WHERE id = 2",
        "UPDATE t SET u = 'b' WHERE id = 1",
      );
    });

    it('without what triggers did being done twice, and the triggers are still there', async () => {
      script(
        'CREATE TABLE t (a); CREATE TABLE log (what); INSERT INTO t VALUES (1)',
        "CREATE TRIGGER note AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('inserted ' || new.a); END",
        "CREATE TRIGGER refuse BEFORE DELETE ON t BEGIN SELECT raise(ABORT, 'never'); END",
      );
      await applied('INSERT INTO t VALUES (2)', 'UPDATE t SET a = 3 WHERE a = 1');
      assert.deepEqual(rows('SELECT * FROM log'), [['inserted 2']]);
      script('INSERT INTO t VALUES (9)');
      assert.equal(rows('SELECT * FROM log').length, 2);
    });

    it('with what foreign keys cascaded to', async () => {
      script(
        'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE)',
        'INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 1), (3, 2)',
      );
      const report = await applied('DELETE FROM p WHERE id = 1');
      assert.deepEqual(report.tables, [
        { table: 'p', inserted: 0, updated: 0, deleted: 1 },
        { table: 'c', inserted: 0, updated: 0, deleted: 2 },
      ]);
    });

    it('with the counters of AUTOINCREMENT', async () => {
      script('CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t (a) VALUES (1), (2)');
      await applied('INSERT INTO t (a) VALUES (3)', 'DELETE FROM t WHERE id = 3');
      script('INSERT INTO t (a) VALUES (4)');
      assert.deepEqual(rows('SELECT max(id) FROM t'), [[4]]);
    });

    it('with all that was made, dropped, altered and renamed', async () => {
      script(
        'CREATE TABLE old (a PRIMARY KEY); INSERT INTO old VALUES (1), (2); CREATE TABLE gone (a); INSERT INTO gone VALUES (1)',
        'CREATE TABLE grown (a, b); INSERT INTO grown VALUES (1, 2); CREATE VIEW v AS SELECT a FROM grown',
        'CREATE INDEX dropped ON grown (a); CREATE TRIGGER tr AFTER INSERT ON grown BEGIN DELETE FROM old; END',
        'CREATE TABLE child (a REFERENCES old (a)); INSERT INTO child VALUES (1)',
      );
      const report = await applied(
        'ALTER TABLE old RENAME TO young',
        'DROP TABLE gone',
        'ALTER TABLE grown ADD COLUMN c DEFAULT 5',
        'ALTER TABLE grown DROP COLUMN b',
        'DROP INDEX dropped',
        'CREATE TABLE made (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT UNIQUE)',
        "INSERT INTO made (t) VALUES ('a'), ('b')",
        'CREATE UNIQUE INDEX i ON made (lower(t))',
        'DROP VIEW v',
        'CREATE VIEW v AS SELECT a, c FROM grown',
        "INSERT INTO young VALUES ('three')",
      );
      assert.ok(report.schemaChanges >= 7);
    });

    it('to the tables behind full-text search, old and new', async () => {
      script("CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('good tea'), ('bad tea')");
      await applied(
        "INSERT INTO notes VALUES ('green tea')",
        "DELETE FROM notes WHERE notes MATCH 'bad'",
        'CREATE VIRTUAL TABLE more USING fts5(body)',
        "INSERT INTO more VALUES ('one'), ('two')",
        'CREATE VIRTUAL TABLE area USING rtree(id, a, b)',
        'INSERT INTO area VALUES (1, 0, 5)',
      );
      assert.deepEqual(rows("SELECT body FROM notes WHERE notes MATCH 'tea' ORDER BY 1"), [
        ['good tea'],
        ['green tea'],
      ]);
      assert.deepEqual(rows("SELECT body FROM more WHERE more MATCH 'two'"), [['two']]);
    });

    it('to a database in WAL mode that another program has open and reads', async () => {
      script('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
      const other = new DatabaseSync(file);
      const reading = other.prepare('SELECT * FROM t').iterate();
      reading.next();
      const review = await run('INSERT INTO t VALUES (2)');
      assert.equal((await review.apply('refuse', never)).applied, true);
      reading.return?.();
      assert.deepEqual(other.prepare('SELECT count(*) AS n FROM t').get()?.['n'], 2);
      other.close();
    });

    it('beside what others changed meanwhile in other rows', async () => {
      script("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, 'y')");
      const review = await run("UPDATE t SET b = 'ours' WHERE a = 1", "INSERT INTO t VALUES (3, 'ours')");
      script("UPDATE t SET b = 'theirs' WHERE a = 2; INSERT INTO t VALUES (4, 'theirs')");
      assert.equal((await review.apply('refuse', never)).applied, true);
      assert.deepEqual(rows('SELECT * FROM t ORDER BY a'), [
        [1, 'ours'],
        [2, 'theirs'],
        [3, 'ours'],
        [4, 'theirs'],
      ]);
    });

    it('once, however often', async () => {
      script('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
      const review = await run('INSERT INTO t VALUES (2)', 'CREATE TABLE u AS SELECT 1 AS x');
      const kept = path.join(folder, 'kept');
      const copy = (from: string, to: string) => {
        mkdirSync(path.join(to, 'work'), { recursive: true });
        for (const name of ['manifest.json', 'base.sqlite', 'work/scratch.sqlite'])
          copyFileSync(path.join(from, name), path.join(to, name));
      };
      copy(path.join(storage, review.id), kept);
      await review.apply('refuse', never);
      const once = dump(file);
      copy(kept, path.join(storage, review.id));
      const report = await review.apply('refuse', never);
      assert.deepEqual([report.applied, report.tables, report.backup], [true, [], null]);
      assert.deepEqual(dump(file), once);
    });
  });

  describe('are not applied', () => {
    it('where a row changed meanwhile, unless such rows are to be skipped', async () => {
      script("CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z')");
      const review = await run("UPDATE t SET a = 'ours'", 'INSERT INTO t VALUES (4, 5)');
      script("UPDATE t SET a = 'theirs' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 'theirs')");
      const before = readFileSync(file);
      const report = await review.apply('refuse', never);
      assert.deepEqual(report, {
        applied: false,
        backup: null,
        schemaChanges: 0,
        tables: [{ table: 't', inserted: 0, updated: 1, deleted: 0 }],
        conflictCount: 3,
        conflicts: [
          { table: 't', columns: ['id', 'a'], found: [1, 'x'], left: [1, 'ours'], now: [1, 'theirs'] },
          { table: 't', columns: ['id', 'a'], found: [2, 'y'], left: [2, 'ours'], now: null },
          { table: 't', columns: ['id', 'a'], found: null, left: [4, 5], now: [4, 'theirs'] },
        ],
      });
      assert.deepEqual(readFileSync(file), before);
      assert.deepEqual(readdirSync(path.dirname(file)), ['shop.db']);
      assert.equal((await review.apply('skip', never)).applied, true);
      assert.deepEqual(rows('SELECT * FROM t'), [
        [1, 'theirs'],
        [3, 'ours'],
        [4, 'theirs'],
      ]);
    });

    it('where the tables themselves changed meanwhile', async () => {
      script('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
      const review = await run('UPDATE t SET a = 2');
      script('ALTER TABLE t ADD COLUMN b');
      await refuses(review.apply('skip', never), 'database.schemaChanged', 'Nothing was applied');
      await refuses(review.apply('refuse', never), 'database.schemaChanged');
    });

    it('where rows came to a table that the run dropped', async () => {
      script('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
      const review = await run('DROP TABLE t', 'CREATE TABLE u (b)');
      script('INSERT INTO t VALUES (2)');
      await refuses(review.apply('skip', never), 'database.tableChanged', 'The table t');
      assert.deepEqual(rows('SELECT * FROM t'), [[1], [2]]);
    });

    it('where a row that came meanwhile would lose what it refers to', async () => {
      script('CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p); INSERT INTO p VALUES (1)');
      const review = await run('DELETE FROM p');
      script('INSERT INTO c VALUES (1)');
      await refuses(review.apply('refuse', never), 'database.foreignKey');
      assert.deepEqual(rows('SELECT * FROM p'), [[1]]);
    });

    it('where a value that must be unique was taken meanwhile', async () => {
      script("CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE); INSERT INTO t VALUES ('x')");
      const review = await run("INSERT INTO t VALUES ('new')");
      script("INSERT INTO t VALUES ('other'), ('new')");
      await refuses(review.apply('refuse', never), 'database.applyFailed', 'UNIQUE');
      assert.deepEqual(rows('SELECT * FROM t'), [['x'], ['other'], ['new']]);
    });

    it('to a file that is locked, gone, or not to be written to', async () => {
      script('CREATE TABLE t (a)');
      const review = await run('INSERT INTO t VALUES (1)');
      const other = new DatabaseSync(file);
      other.exec('BEGIN IMMEDIATE');
      await refuses(review.apply('refuse', never), 'database.locked', 'locked by another program');
      other.close();
      const away = path.join(folder, 'away.db');
      copyFileSync(file, away);
      rmSync(file);
      await refuses(review.apply('refuse', never), 'database.missing', file);
      assert.equal(existsSync(file), false);
      copyFileSync(away, file);
      assert.equal((await review.apply('refuse', never)).applied, true);
    });

    it('to data files, which say that they can be exported', async () => {
      file = path.join(folder, 'data', 'people.csv');
      bench.write(path.relative(bench.folder, file), 'a,b\n1,2\n');
      const before = readFileSync(file);
      const review = await run('UPDATE people SET b = 3');
      assert.equal(review.canApply, false);
      assert.equal((await changesOf(review)).tables[0]?.updated, 1);
      await refuses(review.apply('refuse', never), 'database.cannotApply', 'Export the rows');
      assert.deepEqual(readFileSync(file), before);
      await review.discard();
    });

    it('while the run is not over', async () => {
      script('CREATE TABLE t (a)');
      const database = await open();
      await database.execute('INSERT INTO t VALUES (1)', never);
      assert.ok(database.review);
      assert.equal((await changesOf(database.review)).tables[0]?.inserted, 1);
      await refuses(database.review.apply('refuse', never), 'database.running');
      await refuses(database.review.discard(), 'database.running');
      assert.deepEqual(await listPendingDatabases(storage, bench.workerPath), []);
    });
  });

  it('wait in the storage until they are discarded, without a trace', async () => {
    script('CREATE TABLE t (a)');
    const before = readFileSync(file);
    const { id } = await run('INSERT INTO t VALUES (1)');
    const [pending, ...more] = await listPendingDatabases(storage, bench.workerPath);
    assert.deepEqual(more, []);
    assert.deepEqual(
      [pending?.id, pending?.source, pending?.problem, pending?.canApply],
      [id, file, 'Change it.', true],
    );
    await pending?.discard();
    await pending?.discard();
    assert.deepEqual(readdirSync(storage), []);
    assert.deepEqual(readdirSync(path.dirname(file)), ['shop.db']);
    assert.deepEqual(readFileSync(file), before);
  });

  it('are those of a process, and not of another one that got its number', async () => {
    script('CREATE TABLE t (a)');
    await (await open({ keep: { storage, id: 'db_old', problem: '' } })).execute('INSERT INTO t VALUES (1)', never);
    assert.deepEqual(await listPendingDatabases(storage, bench.workerPath), []);
    rewrite('db_old', (manifest) => ({ ...manifest, host: { pid: process.pid, born: 1 } }));
    const [pending] = await listPendingDatabases(storage, bench.workerPath);
    assert.equal(pending?.id, process.platform === 'linux' ? 'db_old' : undefined);
  });

  it('are left alone for a day where their process cannot be seen from here, as that of a container', async () => {
    script('CREATE TABLE t (a)');
    await open({ keep: { storage, id: 'db_far', problem: '' } });
    rewrite('db_far', (manifest) => ({ ...manifest, namespace: 'pid:[1]' }));
    assert.deepEqual(await listPendingDatabases(storage, bench.workerPath), []);
    assert.deepEqual(readdirSync(storage), ['db_far']);
    rewrite('db_far', (manifest) => ({ ...manifest, startedAt: '2026-01-01T00:00:00.000Z' }));
    assert.deepEqual(await listPendingDatabases(storage, bench.workerPath), []);
    assert.deepEqual(readdirSync(storage), []);
  });

  function rewrite(id: string, change: (manifest: object) => object): void {
    const manifest = path.join(storage, id, 'manifest.json');
    writeFileSync(manifest, JSON.stringify(change(JSON.parse(readFileSync(manifest, 'utf8')) as object)));
  }

  it('do not hold what a transaction had not committed', async () => {
    script('CREATE TABLE t (a)');
    const review = await run('INSERT INTO t VALUES (1)', 'BEGIN', 'INSERT INTO t VALUES (2)');
    assert.equal((await changesOf(review)).tables[0]?.inserted, 1);
  });

  it('are written as CSV by the last statement that gave rows', async () => {
    script(`CREATE TABLE t (a, "b,""c"); INSERT INTO t VALUES (9007199254740993, 'x "y"'), (NULL, ''), (2.5, x'0a')`);
    const database = await open();
    const target = path.join(folder, 'out.csv');
    await refuses(database.export(target, never), 'database.nothingToExport');
    await database.execute('SELECT * FROM t', never);
    await database.execute('DELETE FROM nowhere', never);
    assert.equal(await database.export(target, never), 3);
    assert.equal(readFileSync(target, 'utf8'), 'a,"b,""c"\r\n9007199254740993,"x ""y"""\r\n,""\r\n2.5,0a\r\n');
    await refuses(database.export(path.join(folder, 'no', 'where.csv'), never), 'database.exportFailed');
  });

  for (const dialect of ['mysql', 'sqlite'] as const) {
    it(`are written as the query found them, whatever is done to its table afterwards (${dialect})`, async () => {
      const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)';
      script(`CREATE TABLE t (a, b); INSERT INTO t ${numbers} SELECT i, printf('%050d', i) FROM n`);
      const database = await open({ dialect });
      const target = path.join(folder, 'rows.csv');
      const { omittedBytes } = await database.execute('SELECT * FROM t ORDER BY a', never);
      assert.ok(omittedBytes > 0, 'the model reads a part of them');
      await database.execute('DELETE FROM t', never);
      assert.equal(await database.export(target, never), 5000);
      await database.execute('DROP TABLE t', never);
      assert.equal(await database.export(target, never), 5000);
      assert.match(readFileSync(target, 'utf8'), /^a,b\r\n1,0+1\r\n[^]*\r\n5000,0+5000\r\n$/);
    });
  }

  it('are read again where they are more than is kept, as long as nothing was changed', async () => {
    script(`CREATE TABLE t (a)`);
    const database = await open();
    const target = path.join(folder, 'many.csv');
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)';
    await database.execute(`${numbers} SELECT i, printf('%01000000d', i) FROM n`, never);
    await database.execute('SELECT a FROM nowhere', never);
    assert.equal(await database.export(target, never), 40);
    await database.execute('INSERT INTO t VALUES (1)', never);
    await refuses(database.export(target, never), 'database.rowsNotKept', 'let the query be the last statement');
  });

  it('leave no rows behind that were kept for it', async () => {
    script('CREATE TABLE t (a)');
    const { id } = await run('INSERT INTO t VALUES (1)', 'SELECT * FROM t');
    assert.deepEqual(readdirSync(path.join(storage, id, 'work')), ['scratch.sqlite']);
  });
});
