import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { human, gpt } from '../src/agent/conversation';
import { connect } from '../src/runtime/endpoint/connect';
import { joinPrompt, promptPieces } from '../src/runtime/endpoint/llamaPrompt';

const tokens = 4000;
const rounds = 3;

export interface EndpointCost {
  /** Processor time of the client for 1,000 tokens, one an event, that come as fast as they can. */
  readonly cpuMs: number;
  /** The same for tokens that come at 2,000 a second: each event wakes the client up. */
  readonly pacedCpuMs: number;
  /** From nothing loaded to the first request at the server, the questions who it is included. */
  readonly firstRequestMs: number;
  readonly firstReplyMs: number;
  /** Megabytes a second. */
  readonly renderMBs: number;
}

/** What the client costs beside a server on loopback, which is another thread so that its time is not counted. */
export async function endpointCost(): Promise<EndpointCost> {
  const server = new Worker(serverSource, { eval: true });
  const [{ port }] = await once(server, 'message');
  try {
    const began = Date.now();
    const { firstReplyMs, cpuMs } = await ask(`http://127.0.0.1:${port}/fast`);
    const { cpuMs: pacedCpuMs } = await ask(`http://127.0.0.1:${port}/paced`);
    const asked = once(server, 'message');
    server.postMessage('first');
    const [{ firstAt }] = await asked;
    return { cpuMs, pacedCpuMs, firstRequestMs: firstAt - began, firstReplyMs, renderMBs: renderSpeed() };
  } finally {
    await server.terminate();
  }
}

async function ask(baseUrl: string): Promise<{ cpuMs: number; firstReplyMs: number }> {
  const { signal } = new AbortController();
  const request = { turns: [human('Go on.')], maxTokens: 64, stop: [], grammar: { regex: '', gbnf: '' } };
  const began = performance.now();
  const model = await connect({ baseUrl, conversationId: 'bench', constrain: false, continueCut: false }, signal);
  let firstReplyMs = NaN;
  let used = process.threadCpuUsage();
  for (let round = 0; round <= rounds; round++) {
    // The first round loads what is loaded once.
    if (round === 1) used = process.threadCpuUsage();
    for await (const { text } of model.reply(request, signal)) {
      if (text && Number.isNaN(firstReplyMs)) firstReplyMs = performance.now() - began;
    }
  }
  const { user, system } = process.threadCpuUsage(used);
  return { cpuMs: (user + system) / rounds / tokens, firstReplyMs };
}

/** Events as vLLM sends them; `/paced` sends those that are due each millisecond. */
const serverSource = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const event = (text, finish_reason) =>
    'data: ' + JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices: [{ index: 0, text, logprobs: null, finish_reason, stop_reason: null }], usage: null }) + '\\n\\n';
  let firstAt;
  const server = createServer((request, response) => {
    if (request.url.endsWith('/v1/models')) return response.setHeader('content-type', 'application/json').end('{"object":"list","data":[{"id":"m"}]}');
    if (request.method !== 'POST') return response.writeHead(404).end();
    firstAt ??= Date.now();
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const end = () => response.end(event('', 'stop') + 'data: [DONE]\\n\\n');
    if (request.url.startsWith('/fast')) {
      for (let sent = 0; sent < ${tokens}; sent++) response.write(event(' abc', null));
      return end();
    }
    let sent = 0;
    const began = performance.now();
    const timer = setInterval(() => {
      const due = Math.min(${tokens}, (performance.now() - began) * 2);
      for (; sent < due; sent++) response.write(event(' abc', null));
      if (sent < ${tokens}) return;
      clearInterval(timer);
      end();
    }, 1);
  }).listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
  parentPort.on('message', () => parentPort.postMessage({ firstAt }));
`;

function renderSpeed(): number {
  const turns = [
    human('x'.repeat(2000)),
    ...Array.from({ length: 6 }, () => [gpt('y'.repeat(300), { loss: true }), human('z'.repeat(800))]).flat(),
  ];
  const times = 2000;
  let bytes = 0;
  const began = performance.now();
  for (let time = 0; time < times; time++) bytes += joinPrompt(promptPieces(turns)).length;
  return bytes / 1e6 / ((performance.now() - began) / 1000);
}
