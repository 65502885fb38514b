import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, refuses, workbench } from './workbench';

describe('The scratch copy of an SQLite file', function () {
  this.timeout(20_000);
  const bench = workbench();
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = path.join(bench.folder, 'source');
    mkdirSync(folder);
    file = path.join(folder, 'data.db');
  });
  afterEach(() => {
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true });
  });

  /** Names and bytes of everything in the user's folder. */
  const snapshot = () =>
    readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name)).toString('base64')] as const);

  /** Opens, writes to and closes the scratch copy, and expects the user's folder untouched, byte for byte. */
  async function expectRows(rows: string): Promise<void> {
    const before = snapshot();
    const database = await bench.open(file);
    assert.equal(await bench.run(database, 'SELECT a FROM t ORDER BY a'), rows);
    assert.equal(await bench.run(database, 'DELETE FROM t'), '[]');
    assert.equal(await bench.run(database, 'CREATE TABLE other (b)'), '[]');
    assert.deepEqual(snapshot(), before);
    await database.close();
    assert.deepEqual(snapshot(), before);
    assert.deepEqual(bench.leftovers(), []);
  }

  function make(script: string): void {
    const database = new DatabaseSync(file);
    database.exec(script);
    database.close();
  }

  it('leaves the file as it was, and nothing beside it', async () => {
    make('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)');
    await expectRows('[(1,), (2,)]');
  });

  it('is made of a file in WAL mode at rest', async () => {
    make('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    assert.deepEqual(readdirSync(folder), ['data.db']);
    await expectRows('[(1,)]');
  });

  it('holds what another program committed to the write-ahead log, and not what it did not', async () => {
    make('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    const other = new DatabaseSync(file);
    other.exec('INSERT INTO t VALUES (2); BEGIN; INSERT INTO t VALUES (3)');
    assert.deepEqual(readdirSync(folder), ['data.db', 'data.db-shm', 'data.db-wal']);
    await expectRows('[(1,), (2,)]');
    other.close();
  });

  it('holds the log of a program that crashed, with and without its index', async () => {
    make('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    crash('INSERT INTO t VALUES (2)');
    assert.deepEqual(readdirSync(folder), ['data.db', 'data.db-shm', 'data.db-wal']);
    await expectRows('[(1,), (2,)]');
    rmSync(`${file}-shm`);
    await expectRows('[(1,), (2,)]');
  });

  it('is made of a file and a log that nobody may write to, in a folder likewise', async () => {
    make('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    crash('INSERT INTO t VALUES (2)');
    rmSync(`${file}-shm`);
    for (const name of readdirSync(folder)) chmodSync(path.join(folder, name), 0o444);
    chmodSync(folder, 0o555);
    await expectRows('[(1,), (2,)]');
  });

  it('rolls back what a crashed program had half written', async () => {
    make('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    crash(
      'PRAGMA cache_size = 5; BEGIN; UPDATE t SET a = 99',
      'INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300) SELECT zeroblob(3000) FROM n',
    );
    assert.deepEqual(readdirSync(folder), ['data.db', 'data.db-journal']);
    await expectRows('[(1,)]');
  });

  it('is made of a file whose journal was kept but is cold', async () => {
    make('PRAGMA journal_mode = PERSIST; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    assert.deepEqual(readdirSync(folder), ['data.db', 'data.db-journal']);
    await expectRows('[(1,)]');
  });

  it('is made while another program reads or prepares to write', async () => {
    make('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (2)');
    await expectRows('[(1,)]');
    other.close();
  });

  it('is refused while another program writes', async () => {
    make('CREATE TABLE t (a)');
    const other = new DatabaseSync(file);
    other.exec('BEGIN EXCLUSIVE');
    await refuses(bench.open(file), 'database.locked', file, 'locked by another program');
    other.close();
    assert.deepEqual(bench.leftovers(), []);
  });

  it('follows a symbolic link to the file and its log', async () => {
    make('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    crash('INSERT INTO t VALUES (2)');
    const link = path.join(bench.folder, 'link.db');
    symlinkSync(file, link);
    assert.equal(await bench.run(await bench.open(link), 'SELECT a FROM t'), '[(1,), (2,)]');
  });

  it('is made of a file with spaces, percent and question marks in its name', async () => {
    make('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    const odd = path.join(folder, 'what? 100% #1 ünï.db');
    copyFileSync(file, odd);
    assert.equal(await bench.run(await bench.open(odd), 'SELECT a FROM t'), '[(1,)]');
  });

  /** Another program that runs these scripts on the file and is killed. */
  function crash(...scripts: readonly string[]): void {
    const program = `
      const database = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(file)});
      for (const script of ${JSON.stringify(scripts)}) database.exec(script);
      process.kill(process.pid, 'SIGKILL');`;
    assert.equal(spawnSync(process.execPath, ['-e', program]).signal, 'SIGKILL');
  }
});
