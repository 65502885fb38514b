import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { startEvaluation, type EvaluationRequest } from '../src/runtime/evaluation/startEvaluation';

const tasks = 48;
const sides = [1, 4, 16] as const;

/** One kind of tasks at one concurrency. */
export interface EvaluationSpeed {
  readonly kind: 'os' | 'db';
  readonly concurrency: number;
  readonly tasksAMinute: number;
  /** Milliseconds from a task's begin to its end, on average; the model's share is next to nothing. */
  readonly taskMs: number;
  /** Of this process, megabytes, at the end. */
  readonly memoryMB: number;
}

/**
 * Tasks of one reply each, with an endpoint that answers at once: what it costs to make a machine or a database for a task,
 * to ask, to judge and to clean up. OS tasks only where this machine has user namespaces.
 */
export async function evaluationSpeed(): Promise<EvaluationSpeed[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-bench-'));
  const server = new Worker(serverSource, { eval: true });
  const [{ port }] = await once(server, 'message');
  try {
    const rows: EvaluationSpeed[] = [];
    for (const kind of ['os', 'db'] as const) {
      const place = path.join(folder, `${kind}.agentlm-suite.json`);
      await writeFile(place, JSON.stringify(suites[kind]));
      for (const concurrency of sides) {
        const speed = await measure(kind, place, concurrency, `http://127.0.0.1:${port}`);
        if (speed !== undefined) rows.push(speed);
      }
    }
    return rows;
  } finally {
    await server.terminate();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  kind: 'os' | 'db',
  place: string,
  concurrency: number,
  baseUrl: string,
): Promise<EvaluationSpeed | undefined> {
  const began = new Map<number, number>();
  let spent = 0;
  let first = 0;
  const request: EvaluationRequest = {
    suite: { kind, place },
    endpoint: { baseUrl },
    rules: 'old',
    concurrency,
    retries: 0,
    out: `${place}.${concurrency}.jsonl`,
    machine: {
      network: false,
      writeLimitBytes: 64 * 1024 * 1024,
      commandTimeoutMs: 30_000,
      scriptTimeoutMs: 30_000,
    },
    database: { statementTimeoutMs: 30_000, sqlWorker: path.resolve('dist/sqlWorker.js') },
  };
  try {
    await startEvaluation(request, new AbortController().signal, {
      suite: () => (first = performance.now()),
      event(event) {
        if (event.type === 'begin') began.set(event.trial.index, performance.now());
        if (event.type !== 'result') return;
        if (!event.passed) throw new Error(`The bench failed: ${event.detail}`);
        spent += performance.now() - (began.get(event.index) ?? NaN);
      },
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'evaluation.noMachine') return undefined;
    throw error;
  }
  return {
    kind,
    concurrency,
    tasksAMinute: (tasks * 60_000) / (performance.now() - first),
    taskMs: spent / tasks,
    memoryMB: process.memoryUsage.rss() / 1e6,
  };
}

const many = <T>(task: T): T[] => Array.from({ length: tasks }, () => task);

const suites = {
  os: { kind: 'os', tasks: many({ task: 'How many?', setup: { init: 'echo 1 >/a' }, check: { match: '1' } }) },
  db: {
    kind: 'db',
    tasks: many({
      task: 'How many?',
      setup: { tables: [{ name: 't', columns: ['a'], rows: Array.from({ length: 20 }, (_, index) => [`${index}`]) }] },
      check: { answer: ['1'] },
    }),
  },
};

/** Says the same to everybody: an action for either grammar. */
const serverSource = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const reply = { os: 'Think: I know.\\n\\nAct: answer(1)', db: 'I know.\\nAction: Answer\\nFinal Answer: ["1"]' };
  const event = (text, finish_reason) =>
    'data: ' + JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices: [{ index: 0, text, finish_reason }] }) + '\\n\\n';
  const server = createServer((request, response) => {
    if (request.url.endsWith('/v1/models')) return response.setHeader('content-type', 'application/json').end('{"object":"list","data":[{"id":"m"}]}');
    if (request.method !== 'POST') return response.writeHead(404).end();
    let body = '';
    request.on('data', (bytes) => (body += bytes)).on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(event(body.includes('Final Answer') ? reply.db : reply.os, 'stop') + 'data: [DONE]\\n\\n');
    });
  }).listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
`;
