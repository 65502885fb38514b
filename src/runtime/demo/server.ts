import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPrompt } from './prompt';
import { demoModel, demoReply } from './script';

/** A running demo endpoint. */
export interface DemoEndpoint {
  /** Base URL, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Cuts what is going on and frees the port. Safe to call twice. */
  close(): Promise<void>;
}

/** Milliseconds between two pieces of a reply: about the pace of a 7B model on one GPU. */
const believablePace = 18;
const largestRequest = 1_000_000;

/** Starts the demo on a free loopback port: a scripted endpoint, streamed like a real one. */
export async function startDemoEndpoint({ pieceMs = believablePace } = {}): Promise<DemoEndpoint> {
  const server = createServer((request, response) => {
    answer(request, response, pieceMs).catch((error: unknown) => {
      // A client that leaves in the middle is the ordinary end of a stopped run.
      if (!response.headersSent && !response.destroyed) sendError(response, 500, String(error));
      else response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The demo endpoint has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, pieceMs: number): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://demo').pathname;
  if (request.method === 'GET' && path === '/v1/models') {
    const model = { id: demoModel, object: 'model', owned_by: 'agentlm-demo', max_model_len: 4096 };
    return send(response, 200, { object: 'list', data: [model] });
  }
  if (request.method === 'POST' && path === '/v1/completions') return complete(request, response, pieceMs);
  return sendError(response, 404, 'The demo endpoint answers /v1/models and /v1/completions only.');
}

async function complete(request: IncomingMessage, response: ServerResponse, pieceMs: number): Promise<void> {
  const { prompt, stream } = await readBody(request);
  if (typeof prompt !== 'string') return sendError(response, 400, 'The prompt must be a string.');
  if (stream !== true) return sendError(response, 400, 'The demo endpoint streams only: set stream to true.');
  const left = new AbortController();
  response.on('close', () => left.abort());
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const id = 'cmpl-demo';
  const event = (text: string, finish_reason: 'stop' | null): string =>
    `data: ${JSON.stringify({ id, object: 'text_completion', model: demoModel, choices: [{ index: 0, text, finish_reason }] })}\n\n`;
  for (const piece of demoReply(readPrompt(prompt)).match(/\s*\S{1,6}/g) ?? []) {
    await sleep(pieceMs, undefined, { signal: left.signal });
    response.write(event(piece, null));
  }
  response.end(`${event('', 'stop')}data: [DONE]\n\n`);
}

async function readBody(request: IncomingMessage): Promise<{ prompt?: unknown; stream?: unknown }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestRequest) throw new Error('The request is too large.');
    parts.push(part);
  }
  const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
  return typeof body === 'object' && body !== null ? body : {};
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendError(response: ServerResponse, status: number, message: string): void {
  send(response, status, { error: { message, type: 'demo', code: status } });
}
