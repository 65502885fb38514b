import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { UserError } from '../../../src/agent/errors';
import { openNodeSqlite } from '../../../src/runtime/sql/nodeSqlite';
import { openDatabase } from '../../../src/runtime/sql/openDatabase';
import { loadFiles } from '../../../src/runtime/sql/files/loadFiles';
import { DatabaseSync, endless, never, refuses, workbench } from './workbench';

describe('A database to act on', function () {
  this.timeout(30_000);
  const bench = workbench();
  let file: string;

  before(() => {
    file = bench.database(
      'shop.db',
      `
      CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, price REAL);
      INSERT INTO product VALUES (1, 'Tea', 2.5), (2, 'Cup', 4);
      CREATE VIEW cheap AS SELECT name FROM product WHERE price < 3;
      CREATE VIEW broken AS SELECT x FROM gone;
    `,
    );
  });
  afterEach(async () => {
    await settled(() => bench.workers().length === 0 && bench.leftovers().length === 0);
    assert.deepEqual(
      readdirSync(bench.folder).filter((name) => name.startsWith('shop.db')),
      ['shop.db'],
    );
  });

  it('names its tables and views with their columns, as far as they can be read', async () => {
    const { tables } = await bench.open(file);
    assert.deepEqual(tables, [
      { name: 'product', columns: ['id', 'name', 'price'] },
      { name: 'cheap', columns: ['name'] },
    ]);
  });

  it('runs statements on a copy: the file stays as it was, byte for byte', async () => {
    const before = readFileSync(file);
    const database = await bench.open(file);
    assert.deepEqual(await database.execute('SELECT name FROM cheap', never), {
      output: "[('Tea',)]",
      exitCode: null,
      cwd: null,
      omittedBytes: 0,
      result: { columns: [{ name: 'name', kind: 'text' }], rows: [['Tea']], rowCount: 1, complete: true },
    });
    assert.equal(await bench.run(database, 'UPDATE product SET price = 1'), '[]');
    assert.equal(await bench.run(database, 'SELECT name FROM cheap'), "[('Tea',), ('Cup',)]");
    await database.close();
    assert.deepEqual(readFileSync(file), before);
  });

  it('stops a statement that takes too long, tells the model, and goes on with what was there before it', async () => {
    const database = await bench.open(file, { statementTimeoutMs: 300 });
    assert.equal(await bench.run(database, "INSERT INTO product VALUES (3, 'Pot', 9)"), '[]');
    const { output, note } = await database.execute(endless, never);
    assert.equal(output, '3024 (HY000): Query execution was interrupted, maximum statement execution time exceeded');
    assert.equal(note, 'The statement was stopped after 0.3 seconds.');
    assert.equal(await bench.run(database, 'SELECT count(*) FROM product'), '[(3,)]');
  });

  it('rolls a half-done change back when it is stopped, with the transaction it was part of', async () => {
    const database = await bench.open(file, { statementTimeoutMs: 300 });
    await bench.run(database, 'BEGIN');
    await bench.run(database, "INSERT INTO product VALUES (3, 'Pot', 9)");
    const { note } = await database.execute(
      'INSERT INTO product WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n) SELECT i, zeroblob(1000), 0 FROM n',
      never,
    );
    assert.equal(note, 'The statement was stopped after 0.3 seconds, and the open transaction was rolled back.');
    assert.equal(await bench.run(database, 'SELECT count(*) FROM product'), '[(2,)]');
    const { note: next } = await database.execute(endless, never);
    assert.equal(next, 'The statement was stopped after 0.3 seconds.', 'no transaction is open any more');
  });

  it('waits as long as it takes where the limit is 0', async () => {
    const database = await bench.open(file, { statementTimeoutMs: 0 });
    const stop = new AbortController();
    const running = database.execute(endless, stop.signal);
    assert.equal(await Promise.race([running, delay(500, 'waiting')]), 'waiting');
    stop.abort();
    await running;
  });

  it('stops on abort, and nothing of the statement stays alive', async () => {
    const database = await bench.open(file);
    const stop = new AbortController();
    const running = database.execute(endless, stop.signal);
    await delay(100);
    stop.abort();
    const { output, note } = await running;
    assert.equal(output, '1317 (70100): Query execution was interrupted');
    assert.equal(note, 'The statement was stopped.');
    assert.deepEqual(bench.workers(), []);
    assert.equal(await bench.run(database, 'SELECT count(*) FROM product'), '[(2,)]', 'the next run goes on');
  });

  it('runs nothing when the signal was aborted before', async () => {
    const database = await bench.open(file);
    const { note } = await database.execute('DELETE FROM product', AbortSignal.abort());
    assert.equal(note, 'The statement was not run.');
    assert.equal(await bench.run(database, 'SELECT count(*) FROM product'), '[(2,)]');
  });

  it('survives the end of its process', async () => {
    const database = await bench.open(file);
    const running = database.execute(endless, never);
    await settled(() => bench.workers().length === 1);
    const processes = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
    const [, pid] = /^ *(\d+)/.exec(processes.find((line) => line.includes(bench.workerPath)) ?? '') ?? [];
    process.kill(Number(pid), 'SIGKILL');
    const { output, note } = await running;
    assert.equal(output, '2013 (HY000): Lost connection to MySQL server during query');
    assert.match(note ?? '', /starts again/);
    assert.equal(await bench.run(database, 'SELECT count(*) FROM product'), '[(2,)]');
  });

  it('does not go on with an empty database when its scratch copy was swept away', async () => {
    const database = await bench.open(file, { statementTimeoutMs: 300 });
    const [directory = ''] = bench.leftovers();
    rmSync(path.join(tmpdir(), directory, 'work/scratch.sqlite'));
    await database.execute(endless, never);
    await refuses(database.execute('SELECT 1', never), 'database.scratchLost', 'Start a new run');
    assert.deepEqual(bench.workers(), []);
  });

  it('closes while a statement runs, twice if asked, and then refuses', async () => {
    const database = await bench.open(file);
    const running = database.execute(endless, never);
    await delay(50);
    await Promise.all([database.close(), database.close()]);
    assert.match((await running).output, /^2013/);
    assert.deepEqual([bench.workers(), bench.leftovers()], [[], []]);
    await refuses(database.execute('SELECT 1', never), 'database.closed');
  });

  it('stops opening on abort, with the reason of the signal', async () => {
    const open = (signal: AbortSignal) => openDatabase({ path: file, workerPath: bench.workerPath }, signal);
    await assert.rejects(open(AbortSignal.abort(new Error('not now'))), /not now/);
    const stop = new AbortController();
    const opening = open(stop.signal);
    setImmediate(() => stop.abort(new Error('changed my mind')));
    await assert.rejects(opening, /changed my mind/);
    assert.deepEqual([bench.workers(), bench.leftovers()], [[], []]);
  });

  it('gives large integers, floats and odd text across the processes unharmed', async () => {
    const database = await bench.open(file);
    const sql = "SELECT 9223372036854775807, 1e16, 'a\\\\b\\n', char(8232), '😀', NULL";
    assert.equal(await bench.run(database, sql), "[(9223372036854775807, 1e+16, 'a\\\\b\\n', '\\u2028', '😀', None)]");
  });

  it('shows no more than 64 KB of a result and says that there is more', async () => {
    const database = await bench.open(file);
    const { output, omittedBytes } = await database.execute(endless.replace('count(*)', 'i'), never);
    assert.equal(output.length, 65_536);
    assert.ok(omittedBytes > 0);
  });

  for (const state of ['idle', 'busy']) {
    it(`leaves no process and no file when the program that opened it is killed while it is ${state}`, async () => {
      const program = path.join(bench.folder, 'program.js');
      const sql = JSON.stringify(state === 'busy' ? endless : 'SELECT 1');
      await build({
        stdin: {
          contents: `
            import { openDatabase } from './src/runtime/sql/openDatabase';
            const [path, workerPath] = process.argv.slice(2);
            const signal = new AbortController().signal;
            openDatabase({ path, workerPath }, signal).then((database) => {
              void database.execute(${sql}, signal);
              setTimeout(() => console.log('ready'), 200);
            });`,
          resolveDir: process.cwd(),
          loader: 'ts',
        },
        bundle: true,
        platform: 'node',
        outfile: program,
      });
      const parent = spawn(process.execPath, [program, file, bench.workerPath], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(parent.stdout, 'data');
      assert.equal(bench.leftovers().length, 1);
      parent.kill('SIGKILL');
      await settled(() => bench.workers().length === 0 && bench.leftovers().length === 0);
    });
  }
});

describe('A database that cannot be opened', function () {
  this.timeout(20_000);
  const bench = workbench();
  afterEach(() => assert.deepEqual([bench.workers(), bench.leftovers()], [[], []]));

  it('is missing', async () => {
    const place = path.join(bench.folder, 'nowhere.db');
    await refuses(bench.open(place), 'database.missing', place, 'does not exist', 'Choose an SQLite file');
    await refuses(bench.open(path.join(bench.write('x.txt', ''), 'below.db')), 'database.missing');
  });

  it('is a folder without CSV files', async () => {
    const place = path.join(bench.folder, 'folder');
    mkdirSync(place);
    bench.write('folder/data.db', 'x');
    bench.write('folder/.hidden.csv', 'a');
    await refuses(bench.open(place), 'database.noFiles', place);
  });

  it('is no SQLite database, or an encrypted one', async () => {
    const place = bench.write('letter.txt', 'Dear Sir or Madam, '.repeat(100));
    await refuses(
      bench.open(place),
      'database.notSqlite',
      `${place} is not an SQLite database`,
      'encrypted',
      'must end in .csv, .tsv',
    );
    await refuses(bench.open(bench.write('short.db', 'x')), 'database.notSqlite');
  });

  it('is damaged', async () => {
    const place = bench.database(
      'damaged.db',
      'CREATE TABLE t (a); CREATE TABLE u (b); INSERT INTO t VALUES (zeroblob(50000))',
    );
    const bytes = readFileSync(place);
    bytes.fill(0xff, 100, 4096);
    await refuses(bench.open(bench.write('damaged.db', bytes)), 'database.corrupt', place, 'damaged');
    truncateSync(place, 50);
    await refuses(bench.open(place), 'database.corrupt');
  });

  it('has no tables: an empty file is an empty database', async () => {
    await refuses(bench.open(bench.write('empty.db', '')), 'database.noTables', 'has no tables');
    await refuses(bench.open(bench.database('bare.db', 'CREATE TABLE t (a); DROP TABLE t')), 'database.noTables');
  });

  it('is no file at all', async () => {
    const pipe = path.join(bench.folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await refuses(bench.open(pipe), 'database.unreadable', 'is not a file');
  });

  it('is a data file that cannot be read: it is named, and not the copy', async () => {
    const place = path.join(bench.folder, 'gone.csv');
    const loading = loadFiles(new DatabaseSync(':memory:'), [{ path: place, bytes: 1 }], () => undefined);
    await refuses(loading, 'database.unreadable', `${place} cannot be read`, 'that you may read it');
  });

  it('needs an SQLite that this Node has not', () => {
    for (const builtin of [() => undefined, () => ({}) as never]) {
      assert.throws(
        () => openNodeSqlite(builtin),
        (error) => {
          assert.ok(UserError.is(error));
          assert.equal(error.code, 'database.noSqlite');
          assert.match(error.message, /VS Code 1\.105 or newer, or Node\.js 22\.16/);
          assert.ok(error.message.includes(process.version));
          return true;
        },
      );
    }
  });

  it('lacks a part of the product itself: what is missing is named', async () => {
    const place = bench.database('fine.db', 'CREATE TABLE t (a)');
    const workerPath = path.join(bench.folder, 'gone.js');
    await refuses(bench.open(place, { workerPath }), 'database.noWorker', workerPath, 'Install AgentLM again');
  });
});

describe('SQLite of Node', () => {
  it('keeps its own warning back, and no other', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { openNodeSqlite } from './src/runtime/sql/nodeSqlite';
          new (openNodeSqlite().DatabaseSync)(':memory:').close();
          process.emitWarning('still heard', 'ExperimentalWarning');`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      write: false,
    });
    const { stderr } = spawnSync(process.execPath, ['-e', outputFiles[0]?.text ?? ''], { encoding: 'utf8' });
    assert.match(stderr, /still heard/);
    assert.doesNotMatch(stderr, /SQLite/);
  });
});

/** Waits for what other processes do, as long as the test may take. */
async function settled(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(50);
}
