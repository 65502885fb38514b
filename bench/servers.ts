import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseServer } from '../src/agent/databaseServer';
import { listPendingDatabases } from '../src/runtime/sql/changes/pendingDatabases';
import { allRows } from '../src/runtime/sql/servers/connection';
import { engineOf } from '../src/runtime/sql/servers/engines';
import { startLocalServer } from '../src/runtime/sql/servers/localServer';
import { openServer } from '../src/runtime/sql/servers/openServer';

const statements = 300;
const rows = 100_000;
const { signal } = new AbortController();

/** Milliseconds. */
interface ServerCost {
  readonly name: string;
  /** From the call to the words and the grid of a point query, and the same query by the driver alone. */
  readonly actionMs: number;
  readonly driverMs: number;
  /** From abort to the answer, the server having stopped. */
  readonly cancelMs: number;
  /** Opening a copy of 100,000 rows with its base, on the same server. */
  readonly copyMs: number;
  /** 10,000 changed rows: found, and applied. */
  readonly changesMs: number;
  readonly applyMs: number;
  /** Opening the same copy in a server that is started for it. */
  readonly localMs: number;
}

const servers = [
  {
    name: 'MariaDB',
    engine: 'mysql',
    fill: `INSERT INTO things SELECT seq, CONCAT('thing ', seq) FROM seq_1_to_${rows}`,
    endless: 'SELECT count(*) FROM seq_1_to_100000000 AS a, seq_1_to_100000000 AS b',
  },
  {
    name: 'PostgreSQL',
    engine: 'postgres',
    fill: `INSERT INTO things SELECT i, 'thing ' || i FROM generate_series(1, ${rows}) AS i`,
    endless: 'SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000000) AS b',
  },
] as const;

export async function serverCosts(): Promise<ServerCost[]> {
  const costs: ServerCost[] = [];
  for (const server of servers) costs.push(await serverCost(server));
  return costs;
}

async function serverCost({ name, engine, fill, endless }: (typeof servers)[number]): Promise<ServerCost> {
  const { owner, stop } = await startLocalServer(engine, engineOf(engine), signal);
  const storage = await mkdtemp(path.join(tmpdir(), 'agentlm-bench-'));
  const workerPath = path.resolve('dist/sqlWorker.js');
  const open = async (scratch: 'server' | 'local') => {
    const server: DatabaseServer = { ...owner.server, database: 'bench', access: 'scratch', scratch };
    const keep = { storage, problem: 'bench' };
    return openServer({ server, password: owner.password, workerPath, keep }, signal);
  };
  try {
    const maker = await engineOf(engine).connect(owner);
    await maker.run('CREATE DATABASE bench');
    await maker.close();
    const connection = await engineOf(engine).connect({ ...owner, server: { ...owner.server, database: 'bench' } });
    await connection.run('CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(40))');
    await connection.run(fill);
    const point = (round: number): string => `SELECT * FROM things WHERE id = ${round * 7 + 1}`;
    const driverMs = await median(statements, async (round) => timed(() => allRows(connection, point(round))));
    await connection.close();

    const begun = performance.now();
    const database = await open('server');
    const copyMs = performance.now() - begun;
    const actionMs = await median(statements, async (round) => timed(() => database.execute(point(round), signal)));
    const cancelMs = await median(5, async () => {
      const stopping = new AbortController();
      const running = database.execute(endless, stopping.signal);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return timed(() => {
        stopping.abort();
        return running;
      });
    });
    await database.execute("UPDATE things SET name = 'changed' WHERE id <= 10000", signal);
    await database.close();
    const { review } = database;
    if (!review) throw new Error('Nothing was kept.');
    const changesMs = await timed(() => review.changes(100, signal));
    const [pending] = await listPendingDatabases(storage, workerPath, async () => owner.password);
    const applyMs = await timed(async () => pending?.apply('refuse', signal));
    const localMs = await timed(async () => (await open('local')).close());
    return { name, actionMs, driverMs, cancelMs, copyMs, changesMs, applyMs, localMs };
  } finally {
    await rm(storage, { recursive: true, force: true });
    await stop();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function median(rounds: number, work: (round: number) => Promise<number>): Promise<number> {
  const spent: number[] = [];
  for (let round = 0; round < rounds; round += 1) spent.push(await work(round));
  return spent.sort((one, other) => one - other)[Math.floor(rounds / 2)] ?? Number.NaN;
}
