import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { tokenCount } from '../src/runtime/endpoint/llamaTokenizer';

const commands = 20;
/** Of each, in turn, so that both meet the same machine. */
const rounds = 7;

/** One session of 20 quick commands. Medians of all rounds. */
interface SessionCost {
  /** From the start of the process to the first prompt at the server. */
  readonly firstPromptMs: number;
  /** From a reply, all of it sent, to the next prompt; the commands take no time of their own. */
  readonly gapMs: number;
  /** Processor time of the process and of all that it started. */
  readonly cpuSeconds: number;
  /** Most memory that the process itself has had. */
  readonly memoryMB: number;
  readonly sentBytes: number;
}

export interface AgentCost {
  readonly product: SessionCost;
  readonly floor: SessionCost;
  readonly firstPromptTokens: number;
  readonly sentTokens: number;
  /** The share of each prompt that the next one begins with, over a session. */
  readonly cacheableShare: number;
}

/** `agentlm run os` as it is packed, and the least loop that does the same, against a server that answers at once. */
export async function agentCost(): Promise<AgentCost> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-bench-'));
  const server = await startServer();
  const task = 'Say the numbers.';
  const product = ['dist/cli.js', 'run', 'os', task, '--cwd', folder, '--steps', String(commands + 1), '--json'];
  const unasked = ['--sandbox', 'off', '--approve', 'all', '--endpoint', server.url];
  const costs = { product: [] as SessionCost[], floor: [] as SessionCost[] };
  let prompts: readonly string[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      costs.floor.push(await session(server, folder, ['bench/minimalLoop.mjs', server.url, task]));
      costs.product.push(await session(server, folder, [...product, ...unasked]));
      prompts = server.prompts();
    }
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
  return {
    product: middle(costs.product),
    floor: middle(costs.floor),
    firstPromptTokens: tokenCount(prompts[0] ?? ''),
    sentTokens: prompts.reduce((sum, prompt) => sum + tokenCount(prompt), 0),
    cacheableShare: cacheableShare(prompts),
  };
}

/** Runs one to its end. */
async function session(server: Server, folder: string, line: readonly string[]): Promise<SessionCost> {
  const report = path.join(folder, 'memory');
  const preload = path.join(folder, 'memory.cjs');
  const write = `require('node:fs').writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS))`;
  await writeFile(preload, `process.on('exit', () => ${write});`);
  // The shell tells the processor time of all that has ended.
  const timed = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1';
  server.begin();
  const begun = performance.now();
  const { stderr } = await promisify(execFile)('bash', ['-c', timed, 'bash', process.execPath, '-r', preload, ...line]);
  const seconds = stderr.trim().split(/\s+/).map(Number);
  const { asked, answered, bytes } = server.times();
  if (asked.length !== commands + 1) throw new Error(`${line[0]} asked ${asked.length} times`);
  return {
    firstPromptMs: (asked[0] ?? NaN) - begun,
    gapMs: median(asked.slice(1).map((at, index) => at - (answered[index] ?? NaN))),
    cpuSeconds: seconds.reduce((sum, each) => sum + each, 0),
    memoryMB: Number(await readFile(report, 'utf8')) / 1024,
    sentBytes: bytes,
  };
}

type Server = Awaited<ReturnType<typeof startServer>>;

/** Has an OS agent say one number after the other: streamed to those who ask for that, as JSON to the others. */
async function startServer() {
  let asked: number[] = [];
  let answered: number[] = [];
  let prompts: string[] = [];
  let bytes = 0;
  const server = createServer((request, response) => {
    if (request.url === '/v1/models') return json(response, { object: 'list', data: [{ id: 'agentlm-7b' }] });
    if (request.method !== 'POST') return void response.writeHead(404).end();
    asked.push(performance.now());
    void readAll(request).then((body) => {
      bytes += body.length;
      const { prompt, stream } = JSON.parse(body) as { readonly prompt: string; readonly stream?: boolean };
      const step = prompts.push(prompt);
      const act = step > commands ? 'finish' : `bash\n\n\`\`\`bash\necho ${step}\n\`\`\``;
      const reply = { choices: [{ index: 0, text: `Think: Number ${step}.\n\nAct: ${act}`, finish_reason: 'stop' }] };
      if (stream === true) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`data: ${JSON.stringify(reply)}\n\ndata: [DONE]\n\n`);
      } else json(response, reply);
      answered.push(performance.now());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    begin() {
      [asked, answered, prompts, bytes] = [[], [], [], 0];
    },
    prompts: (): readonly string[] => prompts,
    times: () => ({ asked, answered, bytes }),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
}

function cacheableShare(prompts: readonly string[]): number {
  let begun = 0;
  let all = 0;
  for (const [index, prompt] of prompts.slice(0, -1).entries()) {
    const next = prompts[index + 1] ?? '';
    let same = 0;
    while (same < prompt.length && prompt[same] === next[same]) same++;
    begun += same;
    all += prompt.length;
  }
  return begun / all;
}

function middle(costs: readonly SessionCost[]): SessionCost {
  const of = (name: keyof SessionCost): number => median(costs.map((cost) => cost[name]));
  return {
    firstPromptMs: of('firstPromptMs'),
    gapMs: of('gapMs'),
    cpuSeconds: of('cpuSeconds'),
    memoryMB: of('memoryMB'),
    sentBytes: of('sentBytes'),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
