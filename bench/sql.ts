import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '../src/runtime/sql/openDatabase';

const statements = 300;
const changedRows = 100_000;
const csvRows = 1_000_000;
const { signal } = new AbortController();

/** Milliseconds, but for `csvRowsPerSecond`. */
interface SqlCost {
  /** From the call to the words and the grid of a point query, and the same query by the driver alone. */
  readonly actionMs: number;
  readonly driverMs: number;
  /** Opening a database of 1 GB with its base copy, both copies made. */
  readonly cloneMs: number;
  /** 100,000 changed rows of 500,000: found, and applied with a backup. */
  readonly changesMs: number;
  readonly applyMs: number;
  readonly csvRowsPerSecond: number;
  /** From abort to the answer, the process of an endless statement being gone. */
  readonly cancelMs: number;
}

export async function sqlCost(): Promise<SqlCost> {
  const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-bench-'));
  const workerPath = path.resolve('dist/sqlWorker.js');
  const keep = { storage: path.join(folder, 'storage'), problem: 'bench' };
  const open = (place: string) => openDatabase({ path: place, workerPath, keep }, signal);
  try {
    const file = path.join(folder, 'rows.db');
    fill(file, 500_000);
    const database = await open(file);
    const actionMs = await median(statements, async (round) => {
      await database.execute(`SELECT * FROM row WHERE id = ${round * 7}`, signal);
    });
    const cancelMs = await median(5, async () => {
      const stop = new AbortController();
      const running = database.execute(
        'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n',
        stop.signal,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      const begun = performance.now();
      stop.abort();
      await running;
      return performance.now() - begun;
    });
    await database.execute(`UPDATE row SET b = CONCAT(b, '!') WHERE id <= ${changedRows}`, signal);
    await database.close();
    const { review } = database;
    if (!review) throw new Error('Nothing was kept.');
    const changesMs = await timed(() => review.changes(100, signal));
    const applyMs = await timed(() => review.apply('refuse', signal));
    return {
      actionMs,
      driverMs: await driver(file),
      cloneMs: await clone(folder, open),
      changesMs,
      applyMs,
      csvRowsPerSecond: await csv(folder, open),
      cancelMs,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fill(file: string, rows: number, width = 20): void {
  const database = new DatabaseSync(file);
  database.exec(`
    CREATE TABLE row (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);
    INSERT INTO row WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${rows})
      SELECT i, i * 3, hex(randomblob(${width})) FROM n`);
  database.close();
}

async function driver(file: string): Promise<number> {
  const database = new DatabaseSync(file, { readOnly: true });
  const spent = await median(statements, (round) => {
    database.prepare(`SELECT * FROM row WHERE id = ${round * 7}`).all();
  });
  database.close();
  return spent;
}

async function clone(folder: string, open: (place: string) => ReturnType<typeof openDatabase>): Promise<number> {
  const file = path.join(folder, 'large.db');
  fill(file, 500_000, 1000);
  const gigabytes = statSync(file).size / 1e9;
  const begun = performance.now();
  const database = await open(file);
  const spent = performance.now() - begun;
  await database.close();
  rmSync(file);
  return spent / gigabytes;
}

async function csv(folder: string, open: (place: string) => ReturnType<typeof openDatabase>): Promise<number> {
  const file = path.join(folder, 'rows.csv');
  const line = (_: unknown, index: number): string => `${index},name ${index},${index / 4},2024-01-01`;
  writeFileSync(file, `id,name,price,day\n${Array.from({ length: csvRows }, line).join('\n')}\n`);
  const begun = performance.now();
  const database = await open(file);
  const spent = performance.now() - begun;
  await database.close();
  return csvRows / (spent / 1000);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Of the milliseconds each round takes, or of those that it says. */
async function median(rounds: number, work: (round: number) => Promise<number | void> | void): Promise<number> {
  const spent: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const begun = performance.now();
    const own = await work(round);
    spent.push(typeof own === 'number' ? own : performance.now() - begun);
  }
  return spent.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? NaN;
}
