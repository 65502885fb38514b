import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseEnvironment } from '../../../src/agent/database';
import { freeBytes } from '../../../src/runtime/sql/room';
import { readStatement } from '../../../src/runtime/sql/statement';
import { startWorker, WorkerGone } from '../../../src/runtime/sql/workerProcess';
import { endless, never, refuses, workbench } from './workbench';

const refused = 'refused by its words';
const failing = 'refused by the engine';
const harmless = 'harmless';
/** SQLite of Node 22 and that of Node 24 differ in what they take. */
const bounded = 'bounded';

const fates = { [refused]: /^\d{4} \(/, [failing]: /^\d{4} \(/, [harmless]: /^\[/, [bounded]: /^(\[|\d{4} \()/ };

/** What was tried, and what keeps it from doing harm. FILE stands for a file of the user's, NEW for one that is not there. */
const attacks: readonly (readonly [string, keyof typeof fates])[] = [
  ["ATTACH DATABASE 'FILE' AS other", refused],
  ["attach'NEW'as other", refused],
  ["ATTACH 'file:FILE?mode=rw' AS other", refused],
  ["/*!50000 ATTACH 'NEW' AS other */", refused],
  ["/* hidden */ -- really\nATTACH 'NEW' AS other", refused],
  ["EXPLAIN ATTACH 'NEW' AS other", refused],
  ["SELECT 1; ATTACH 'NEW' AS other", refused],
  ["SELECT 1 /*! ; ATTACH 'NEW' AS other */", refused],
  ["CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END; ATTACH 'NEW' AS other", refused],
  ["SELECT ';' ; ATTACH 'NEW' AS other", refused],
  ['DETACH main', refused],
  ['VACUUM', refused],
  ["VACUUM INTO 'NEW'", refused],
  ["EXPLAIN QUERY PLAN VACUUM INTO 'NEW'", refused],
  ["vacuum main into 'NEW'", refused],
  ['PRAGMA writable_schema = ON', refused],
  ['PRAGMA main.writable_schema = 1', refused],
  ['PRAGMA "journal_mode" = WAL', refused],
  ['PRAGMA journal_mode(WAL)', refused],
  ["PRAGMA temp_store_directory = 'NEW'", refused],
  ["PRAGMA data_store_directory = 'NEW'", refused],
  ['PRAGMA max_page_count = 4294967294', refused],
  ['PRAGMA hard_heap_limit = 0', refused],
  ['PRAGMA key = "x"', refused],
  ['PRAGMA [foreign_keys] = OFF', refused],
  ['EXPLAIN PRAGMA writable_schema = ON', refused],
  ["SELECT * FROM pragma_journal_mode('wal')", failing],
  ['SELECT * FROM pragma_writable_schema(1)', failing],
  ["SELECT load_extension('FILE')", failing],
  ["SELECT load_extension('FILE', 'main')", failing],
  ["SELECT readfile('FILE')", failing],
  ["SELECT writefile('NEW', 'x')", failing],
  ["SELECT edit('FILE')", failing],
  ["SELECT fts3_tokenizer('simple', x'0000000000000000')", failing],
  ["SELECT * FROM fsdir('/')", failing],
  ["CREATE VIRTUAL TABLE leak USING csv(filename='FILE')", failing],
  ["CREATE VIRTUAL TABLE leak USING zipfile('FILE')", failing],
  ["CREATE VIRTUAL TABLE leak USING fts5(a, content='FILE')", harmless],
  ["INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 2, 'CREATE TABLE x (a)')", failing],
  ["UPDATE sqlite_master SET sql = 'CREATE TABLE t (a, b, c)'", failing],
  ['DELETE FROM sqlite_schema', failing],
  ['DROP TABLE sqlite_schema', failing],
  ["INSERT INTO sqlite_dbpage VALUES (1, zeroblob(4096), 'main')", failing],
  ['CREATE TABLE sqlite_evil (a)', failing],
  ["SELECT a INTO OUTFILE 'NEW' FROM t", failing],
  ["SELECT a INTO DUMPFILE 'NEW' FROM t", failing],
  ["LOAD DATA INFILE 'FILE' INTO TABLE t", failing],
  ["COPY t TO PROGRAM 'touch NEW'", failing],
  ["SELECT load_file('FILE')", failing],
  ['GRANT ALL ON *.* TO me', failing],
  ['.shell touch NEW', failing],
  ['.import FILE t', failing],
  ["SELECT 1\0; ATTACH 'NEW' AS other", refused],
  ["\ufeffATTACH 'NEW' AS other", refused],
  ["\u00a0ATTACH 'NEW' AS other", refused],
  ["SELECT '\\'; ATTACH ''NEW'' AS other; --'", harmless],
  ['SELECT "a\\"; ATTACH \'NEW\' AS other; --"', harmless],
  ['SELECT ?', refused],
  ['SELECT $x', refused],
  ["CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT load_extension('FILE'); END", harmless],
  ['SELECT zeroblob(2000000000)', failing],
  ['SELECT randomblob(1000000000)', failing],
  ["SELECT printf('%.*c', 2000000000, 'x')", bounded],
  ["SELECT replace(printf('%.*c', 200000000, 'x'), 'x', 'yy')", failing],
  [`SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)}`, bounded],
  [`SELECT ${'-'.repeat(50_000)}1`, bounded],
  [`SELECT ${Array(3000).fill('1').join(' UNION ALL SELECT ')}`, failing],
  [`SELECT ${Array(3000).fill('a').join()} FROM t`, failing],
  ["SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' LIKE '%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b'", harmless],
];

describe('Statements that are up to no good', function () {
  this.timeout(60_000);
  const bench = workbench();
  let folder: string;
  let database: DatabaseEnvironment;

  before(() => {
    folder = path.join(bench.folder, 'data');
    mkdirSync(folder);
    bench.database('data/mine.db', "CREATE TABLE t (a); INSERT INTO t VALUES ('mine')");
    bench.database('data/other.db', "CREATE TABLE secret (a); INSERT INTO secret VALUES ('secret')");
  });
  beforeEach(async () => {
    database = await bench.open(path.join(folder, 'mine.db'), { growthBytes: 20_000_000, statementTimeoutMs: 20_000 });
  });
  afterEach(() => assert.deepEqual(readdirSync(folder), ['mine.db', 'other.db']));

  const snapshot = () =>
    readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name)).toString('hex')]);

  it('are at least sixty', () => assert.ok(attacks.length >= 60, `${attacks.length}`));

  for (const [attack, fate] of attacks) {
    const shown = attack.length > 80 ? `${attack.slice(0, 60)}… (${attack.length} characters)` : attack;
    it(`reach nothing but the scratch copy: ${JSON.stringify(shown)} (${fate})`, async () => {
      const sql = attack.replaceAll('FILE', path.join(folder, 'other.db')).replaceAll('NEW', path.join(folder, 'new'));
      const before = snapshot();
      const { output } = await database.execute(sql, never);
      assert.ok(!output.includes('secret'), output);
      assert.match(output, fates[fate]);
      if (fate === refused) assert.equal(readStatement(sql).kind, 'refused');
      assert.deepEqual(snapshot(), before);
      assert.equal((await database.execute('SELECT a FROM t', never)).output, "[('mine',)]");
    });
  }

  it('cannot let the copy grow beyond its limit, and lose nothing of it', async () => {
    const flood = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT zeroblob(100000) FROM n';
    for (const sql of [`INSERT INTO t ${flood}`, `CREATE TABLE u AS ${flood}`, `CREATE TEMP TABLE v AS ${flood}`]) {
      const { output, note } = await database.execute(sql, never);
      assert.match(output, /^1\d{3} \(HY000\): .* full/);
      assert.match(note ?? '', /reached the size/);
    }
    assert.equal(await bench.run(database, 'SELECT a FROM t'), "[('mine',)]");
  });

  it('cannot take all memory', async () => {
    const many = Array.from({ length: 8 }, () => 'randomblob(200000000)').join();
    const { output, note } = await database.execute(`SELECT ${many}`, never);
    assert.equal(output, '1317 (70100): Query execution was interrupted');
    assert.equal(note, 'The statement needed too much memory space and was stopped.');
    assert.equal(await bench.run(database, 'SELECT a FROM t'), "[('mine',)]");
  });

  it('cannot fill the disk: their process ends before', async function () {
    if (process.platform !== 'linux') this.skip();
    const scratch = bench.database('disk.db', 'CREATE TABLE t (a)');
    // Nothing is ever free in /proc.
    const worker = startWorker({ workerPath: bench.workerPath, directory: '/proc', writes: [bench.folder] });
    await worker.ask({ type: 'open', place: scratch, scratch, growthBytes: 1e6, dialect: 'sqlite' });
    const running = worker.ask({ type: 'execute', sql: endless, rowsFile: '' });
    await assert.rejects(running, (error) => error instanceof WorkerGone && error.wanted === 'disk');
  });

  it('end with their process, and leave the copy as it was', async () => {
    const stop = new AbortController();
    const running = database.execute(`INSERT INTO t ${endless}`, stop.signal);
    await delay(200);
    stop.abort();
    assert.match((await running).output, /^1317/);
    assert.deepEqual(bench.workers(), []);
    assert.equal(await bench.run(database, 'SELECT a FROM t'), "[('mine',)]");
  });

  it('show no more than a grid of a result without end', async () => {
    const { result, omittedBytes } = await database.execute(endless.replace('count(*)', 'i, i * 1.5, NULL'), never);
    assert.ok(result && !result.complete && omittedBytes > 0);
    assert.equal(result.rows.length, 1000);
    assert.deepEqual(result.rows[1], [2, 3, null]);
    assert.deepEqual(
      result.columns.map(({ kind }) => kind),
      ['integer', 'real', 'unknown'],
    );
    const { result: wide } = await database.execute(
      endless.replace('count(*)', "i, printf('%.*c', 100000, 'x')"),
      never,
    );
    assert.ok(JSON.stringify(wide).length < 300_000);
  });
});

describe('Files that cannot be copied', function () {
  this.timeout(30_000);
  const bench = workbench();
  afterEach(() => assert.deepEqual([bench.workers(), bench.leftovers()], [[], []]));

  it('are larger than what is free: nothing is begun', async () => {
    const file = bench.database('huge.db', 'CREATE TABLE t (a)');
    truncateSync(file, 2 ** 43);
    await refuses(bench.open(file), 'database.noRoom', file, '8796.1 GB', 'are free', 'Make room');
    truncateSync(file, 0);
  });

  it('are of 20 GB, and the user does not wait for the end', async function () {
    const bytes = 20e9;
    if ((await freeBytes(bench.folder)) < 2.5 * bytes) this.skip();
    const file = bench.database('large.db', 'PRAGMA page_size = 4096; CREATE TABLE t (a)');
    const handle = openSync(file, 'r+');
    const pages = Buffer.alloc(4);
    pages.writeUInt32BE(Math.floor(bytes / 4096));
    writeSync(handle, pages, 0, 4, 28); // The size of the database in pages, in SQLite's header.
    closeSync(handle);
    truncateSync(file, Math.floor(bytes / 4096) * 4096);
    const stop = new AbortController();
    const shares: number[] = [];
    const onProgress = (share: number): void => {
      shares.push(share);
      stop.abort(new Error('changed my mind'));
    };
    await assert.rejects(bench.open(file, { onProgress }, stop.signal), /changed my mind/);
    assert.ok(shares[0] !== undefined && shares[0] < 0.1, `${shares[0]}`);
    truncateSync(file, 0);
  });

  it('are devices, pipes, or links that lead nowhere', async () => {
    await refuses(bench.open('/dev/zero'), 'database.unreadable', '/dev/zero is not a file');
    const pipe = path.join(bench.folder, 'pipe.csv');
    execFileSync('mkfifo', [pipe]);
    await refuses(bench.open(pipe), 'database.unreadable', 'is not a file');
    const link = path.join(bench.folder, 'link.db');
    symlinkSync(path.join(bench.folder, 'nowhere'), link);
    await refuses(bench.open(link), 'database.missing', link);
  });

  it('are encrypted', async () => {
    const file = path.join(bench.folder, 'encrypted.db');
    writeFileSync(file, Buffer.alloc(8192, 0xa7));
    await refuses(bench.open(file), 'database.notSqlite', 'encrypted');
  });
});
