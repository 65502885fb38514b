import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gguf } from './gguf';

/** A signal that never stops anything. */
export const never = new AbortController().signal;

export interface FakeLlamaServer {
  /** Milliseconds for which /health answers 503 "Loading model"; 'forever' never gets ready. */
  readonly loading?: number | 'forever';
  /** Printed at once, on stderr. */
  readonly prints?: string;
  /** Ends at once with this code, before it listens; a signal's name kills it. */
  readonly ends?: number | NodeJS.Signals;
  /** Stays when it is asked to end. */
  readonly ignoresTerm?: boolean;
  /** Starts a process of its own that ignores SIGTERM. */
  readonly hasChild?: boolean;
  /** That process leaves the group, and holds on to the output. */
  readonly childLeaves?: boolean;
}

export interface FakeOllama {
  /** As `GET /api/tags` answers. */
  readonly tags?: unknown;
  /** The events of `POST /api/pull`, one list a request; the last list is used for all that follow. */
  readonly pulls?: readonly (readonly unknown[])[];
  /** HTTP status of the pull; 200 unless told. */
  readonly pullStatus?: number;
  /** The stream stays open after its last event. */
  readonly pullStalls?: boolean;
}

/** What a fake program says of itself, in a file beside it. */
export interface Birth {
  readonly pid: number;
  readonly child: number | undefined;
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

export interface Bench {
  readonly folder: string;
  /** A GGUF file as llama.cpp writes it, vocabulary and weights left out. */
  model(name?: string): string;
  llamaServer(fake?: FakeLlamaServer): string;
  ollama(fake?: FakeOllama): string;
  /** Waits until somebody stopped reading an answer of the fake Ollama before it was whole. */
  cut(program: string): Promise<void>;
  /** What the fake program wrote when it began; waits for it. */
  birth(program: string): Promise<Birth>;
}

/** A folder for fake programs, made and removed for each test; what they left running fails the test. */
export function bench(): Bench {
  let folder = '';
  const programs: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-local-'));
  });
  afterEach(() => {
    const alive = programs
      .splice(0)
      .filter((program) => existsSync(`${program}.json`))
      .flatMap((program) => {
        const { pid, child } = readBirth(program);
        return [pid, ...(child === undefined ? [] : [child])].filter(isAlive);
      });
    for (const pid of alive) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
    if (alive.length > 0) throw new Error(`Left running: ${alive.join(', ')}`);
  });

  const write = (name: string, fake: unknown, source: string) => {
    const program = path.join(folder, name);
    writeFileSync(program, `#!${process.execPath}\nconst fake = ${JSON.stringify(fake)};\n${source}`, { mode: 0o755 });
    programs.push(program);
    return program;
  };
  return {
    get folder() {
      return folder;
    },
    model(name = 'agentlm-7b.Q4_K_M.gguf') {
      const file = path.join(folder, name);
      writeFileSync(
        file,
        gguf({ 'general.architecture': 'llama', 'llama.context_length': 4096, 'general.name': 'AgentLM' }),
      );
      return file;
    },
    llamaServer: (fake = {}) => write('llama-server', fake, begin + llamaServerSource),
    ollama: (fake = {}) => write('ollama', fake, begin + ollamaSource),
    async cut(program) {
      while (!existsSync(`${program}.cut`)) await sleep(20);
    },
    async birth(program) {
      while (!existsSync(`${program}.json`)) await sleep(20);
      return readBirth(program);
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    // A zombie is gone: it only waits for somebody to ask how it ended.
    return !execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}

export async function untilGone(...pids: (number | undefined)[]): Promise<void> {
  while (pids.some((pid) => pid !== undefined && isAlive(pid))) await sleep(50);
}

/** Runs an Ollama that was there before, and ends it. */
export async function withServer<T>(answer: (url: string) => unknown, use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? { error: 'not found' }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const address = server.address();
    return await use(typeof address === 'object' && address !== null ? address.port : 0);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function readBirth(program: string): Birth {
  return JSON.parse(readFileSync(`${program}.json`, 'utf8')) as Birth;
}

const begin = `
const { spawn } = require('node:child_process');
const { writeFileSync, renameSync } = require('node:fs');
const { createServer } = require('node:http');
const child = fake.hasChild
  ? spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'inherit', detached: fake.childLeaves === true })
  : undefined;
const birth = { pid: process.pid, child: child?.pid, argv: process.argv.slice(2), variables: process.env };
writeFileSync(__filename + '.part', JSON.stringify(birth));
renameSync(__filename + '.part', __filename + '.json');
const json = (response, status, body) => response.writeHead(status).end(JSON.stringify(body));
`;

const llamaServerSource = `
process.stderr.write(fake.prints ?? '');
if (typeof fake.ends === 'string') process.kill(process.pid, fake.ends);
else if (fake.ends !== undefined) process.exit(fake.ends);
if (fake.ignoresTerm) process.on('SIGTERM', () => {});
const value = (name) => process.argv[process.argv.lastIndexOf(name) + 1];
const start = Date.now();
const isLoading = () => fake.loading === 'forever' || Date.now() - start < (fake.loading ?? 0);
createServer((request, response) => {
  if (isLoading()) json(response, 503, { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } });
  else if (request.url === '/health') json(response, 200, { status: 'ok' });
  else json(response, 200, { data: [{ id: value('--alias'), owned_by: 'llamacpp' }] });
}).listen(Number(value('--port')), value('--host'));
`;

const ollamaSource = `
let pulls = 0;
const [host, port] = process.env.OLLAMA_HOST.split(':');
createServer((request, response) => {
  if (request.url === '/api/version') return json(response, 200, { version: '0.30.0' });
  if (request.url === '/api/tags') return json(response, 200, fake.tags ?? { models: [] });
  if (request.url !== '/api/pull') return json(response, 404, { error: 'not found' });
  const events = fake.pulls[Math.min(pulls++, fake.pulls.length - 1)];
  response.on('close', () => response.writableEnded || writeFileSync(__filename + '.cut', ''));
  response.writeHead(fake.pullStatus ?? 200);
  for (const event of events) response.write(typeof event === 'string' ? event : JSON.stringify(event) + '\\n');
  if (!fake.pullStalls) response.end();
}).listen(Number(port), host);
`;
