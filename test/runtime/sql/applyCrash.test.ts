import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import type { DatabaseReview } from '../../../src/agent/database';
import { listPendingDatabases } from '../../../src/runtime/sql/changes/pendingDatabases';
import { DatabaseSync, never, refuses, workbench } from './workbench';

const rowCount = 60_000;

/** Signs by which a phase of applying is known from outside: the folder of the database, and the size that it had. */
const phases: Readonly<Record<string, (data: string, size: number) => boolean>> = {
  'as it begins': () => true,
  'while the backup is written': (data) => find(data, /\.new$/) !== undefined,
  'once the backup is there': (data) => find(data, /backup-.*\.db$/) !== undefined,
  'as the first row is changed': (data) => find(data, /shop\.db-(journal|wal)$/) !== undefined,
  'in the middle of the changes': (data) => sizeOf(data, /shop\.db-(journal|wal)$/) > 500_000,
  'as the changes reach the file': (data, size) => sizeOf(data, /^shop\.db$/) > size,
};

function find(folder: string, name: RegExp): string | undefined {
  return readdirSync(folder).find((entry) => name.test(entry));
}

function sizeOf(folder: string, name: RegExp): number {
  const found = find(folder, name);
  return (found && statSync(path.join(folder, found), { throwIfNoEntry: false })?.size) || 0;
}

describe('Changes to a database survive', function () {
  this.timeout(60_000);
  const bench = workbench();
  let data: string;
  let storage: string;
  let file: string;
  let program: string;

  before(async () => {
    program = path.join(bench.folder, 'program.js');
    await build({
      stdin: {
        contents: `
          import { listPendingDatabases } from './src/runtime/sql/changes/pendingDatabases';
          import { openDatabase } from './src/runtime/sql/openDatabase';
          const [what, storage, workerPath, path] = process.argv.slice(2);
          const signal = new AbortController().signal;
          async function apply() {
            const [review] = await listPendingDatabases(storage, workerPath);
            await review.apply('refuse', signal);
          }
          async function change() {
            const database = await openDatabase({ path, workerPath, dialect: 'sqlite', keep: { storage, problem: 'Crash.' } }, signal);
            if (what === 'idle') return console.log('idle');
            await database.execute('INSERT INTO item VALUES (0, 0, 0)', signal);
            console.log('changed');
            await database.execute('DELETE FROM item WHERE id IN (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)', signal);
          }
          void (what === 'apply' ? apply() : change());`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      outfile: program,
    });
  });

  function prepare(mode: string): void {
    const folder = mkdtempSync(path.join(bench.folder, 'crash-'));
    data = path.join(folder, 'data');
    storage = path.join(folder, 'storage');
    mkdirSync(data);
    file = path.join(data, 'shop.db');
    const database = new DatabaseSync(file);
    database.exec(`
      PRAGMA journal_mode = ${mode};
      CREATE TABLE item (id INTEGER PRIMARY KEY, a, b); CREATE INDEX i ON item (a);
      INSERT INTO item WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${rowCount})
        SELECT i, 'text ' || i, randomblob(20) FROM n`);
    database.close();
  }

  async function change(): Promise<DatabaseReview> {
    const database = await bench.open(file, { keep: { storage, problem: 'Change it.' } });
    await database.execute("UPDATE item SET b = b || 'more of it than before, so that the file grows'", never);
    await database.execute('CREATE TABLE added AS SELECT id FROM item', never);
    await database.close();
    assert.ok(database.review);
    return database.review;
  }

  /** Of everything in it; SQLite recovers it on opening, as any program's would. */
  function fingerprint(): string {
    const database = new DatabaseSync(file);
    try {
      const tables = database.prepare("SELECT group_concat(sql, ';') AS t FROM sqlite_schema").get()?.['t'];
      const item = database.prepare('SELECT count(*), sum(length(b)), min(hex(b)) FROM item').get() ?? {};
      assert.deepEqual(Object.values(database.prepare('PRAGMA integrity_check').get() ?? {}), ['ok']);
      return JSON.stringify([tables, ...Object.values(item)]);
    } finally {
      database.close();
    }
  }

  function workerPids(): number[] {
    return execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(bench.workerPath) && !line.includes(program))
      .map((line) => Number.parseInt(line, 10));
  }

  /** Nothing or everything was applied; applying again ends in everything, whatever it was. */
  async function expectWhole(before: string, review: DatabaseReview): Promise<void> {
    const now = fingerprint();
    if (now !== before) assert.ok(now.includes('CREATE TABLE added'), 'all of it or nothing');
    const [pending] = await listPendingDatabases(storage, bench.workerPath);
    assert.equal(pending?.id, review.id, 'it still waits');
    const report = await pending.apply('refuse', never);
    assert.equal(report.applied, true);
    assert.notEqual(fingerprint(), before);
    assert.deepEqual(readdirSync(storage), []);
    assert.deepEqual(
      readdirSync(data).filter((name) => !/^shop\.(db|backup-.*\.db)$/.test(name)),
      [],
    );
  }

  for (const mode of ['DELETE', 'WAL']) {
    for (const [phase, isReached] of Object.entries(phases)) {
      it(`the end of the process that applies them, ${phase} (${mode})`, async () => {
        prepare(mode);
        const review = await change();
        const before = fingerprint();
        const { size } = statSync(file);
        const applying = review.apply('refuse', never).then(
          () => 'done' as const,
          (error: unknown) => error,
        );
        const over = new AbortController();
        void applying.then(() => over.abort());
        while (!over.signal.aborted && !isReached(data, size)) await nextTurn();
        while (!over.signal.aborted && workerPids().length === 0) await nextTurn();
        const [pid] = workerPids();
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
        const outcome = await applying;
        if (outcome === 'done') return; // Too quick to be killed: it was applied.
        await refuses(Promise.reject(outcome), 'database.processEnded', 'Either all');
        await expectWhole(before, review);
      });
    }
  }

  for (const phase of ['while the backup is written', 'in the middle of the changes']) {
    it(`the end of the program that asked for it, ${phase}`, async () => {
      prepare('DELETE');
      const review = await change();
      const before = fingerprint();
      const child = start('apply');
      const isReached = phases[phase] ?? (() => true);
      while (child.exitCode === null && !isReached(data, 0)) await nextTurn();
      child.kill('SIGKILL');
      while (workerPids().length > 0) await delay(50);
      if (existsSync(path.join(storage, review.id))) await expectWhole(before, review);
    });
  }

  it('the end of the program in the middle of a run: what was committed waits for a review', async () => {
    prepare('DELETE');
    const child = start('change');
    assert.ok(child.stdout);
    await once(child.stdout, 'data');
    await delay(100);
    assert.deepEqual(await listPendingDatabases(storage, bench.workerPath), [], 'it is still running');
    child.kill('SIGKILL');
    while (workerPids().length > 0) await delay(50);
    const [pending] = await listPendingDatabases(storage, bench.workerPath);
    const changes = await pending?.changes(10, never);
    assert.deepEqual(changes?.tables[0]?.rows, [{ kind: 'inserted', before: null, after: [0, 0, 0] }]);
    await pending?.discard();
    assert.deepEqual(readdirSync(storage), []);
  });

  it('and of a program that ended before it changed anything nothing is left', async () => {
    prepare('DELETE');
    const child = start('idle');
    assert.ok(child.stdout);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    while (workerPids().length > 0) await delay(50);
    assert.equal(readdirSync(storage).length, 1);
    assert.deepEqual(await listPendingDatabases(storage, bench.workerPath), []);
    assert.deepEqual(readdirSync(storage), []);
  });

  function start(what: 'apply' | 'change' | 'idle'): ChildProcess {
    return spawn(process.execPath, [program, what, storage, bench.workerPath, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }
});
