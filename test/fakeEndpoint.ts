import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from '../src/agent/model';
import type { FakeRequest, PlainReply } from './fakeExchange';
import { faces, type Face, type FakeFace, type FakeState, type Wire } from './fakeEngines';

/** A reply streamed as a server streams it, unless `ending` says how it goes wrong. */
export interface StreamedReply {
  readonly text: string;
  /** Characters an event; 4 unless told. */
  readonly chunkSize?: number;
  /** Milliseconds before each event; none unless told. */
  readonly delayMs?: number;
  /** As the server words it; `stop` unless told. */
  readonly finishReason?: string;
  /** Sent in an event of its own when the client asks for it; made up unless told, never sent when null. */
  readonly usage?: Usage | null;
  /**
   * What follows the text instead of the finish reason: `cut` ends the stream as if all were well, `reset` breaks the
   * connection, `stall` sends nothing more and keeps it open, `{ error }` sends an event with this as its JSON.
   */
  readonly ending?: 'cut' | 'reset' | 'stall' | { readonly error: unknown };
}

/**
 * What the model does when it is asked: a string is the text of a good reply; `hang` accepts the request and says nothing;
 * `reset` breaks the connection without an answer.
 */
export type FakeReply = string | StreamedReply | PlainReply | { readonly fault: 'hang' | 'reset' };

/** The replies in order, or a function that is asked each time and may wait for something. */
export type FakeScript =
  readonly FakeReply[] | ((request: FakeRequest, index: number) => FakeReply | Promise<FakeReply>);

export interface FakeEndpointOptions {
  /** Which server it looks like; one that nobody knows unless told. */
  readonly face?: FakeFace;
  /** Entries of `GET /v1/models`, or another answer to it. One model, `agentlm-7b` with a window of 4096, unless told. */
  readonly models?: readonly unknown[] | FakeReply | (() => FakeReply);
  /** Every request must then carry it; the others get 401. */
  readonly apiKey?: string;
  /** Any free one unless told. */
  readonly port?: number;
}

export interface FakeEndpoint {
  /** `http://127.0.0.1:PORT`, without `/v1` */
  readonly url: string;
  /** What the model was asked, in order, whatever the route. */
  readonly completions: readonly FakeRequest[];
  /** Everything that was asked, of any route. */
  readonly requests: readonly FakeRequest[];
  /** From now on it is another server, as after a restart. */
  turnInto(face: FakeFace): void;
  /** Breaks every connection. Afterwards nothing of the server is left. */
  close(): Promise<void>;
}

/**
 * A model server on loopback that says what a test tells it to, in the words of one of the known engines.
 *
 *     const endpoint = await startFakeEndpoint(['Think: a.\n\nAct: finish', { text: 'Thi', ending: 'reset' }]);
 *     const model = await connect({ baseUrl: endpoint.url, conversationId: 'test' }, signal);
 *     …
 *     endpoint.completions[0]?.prompt
 *     await endpoint.close();
 *
 * When the script is at its end the server answers 500 and says so.
 */
export async function startFakeEndpoint(
  script: FakeScript,
  { face: firstFace = 'openai', models, apiKey, port = 0 }: FakeEndpointOptions = {},
): Promise<FakeEndpoint> {
  const requests: FakeRequest[] = [];
  const completions: FakeRequest[] = [];
  let face: Face = faces[firstFace];
  let active = 0;
  let generatedTokens = 0;
  const nextReply =
    typeof script === 'function' ? script : (_: FakeRequest, index: number) => script[index] ?? atItsEnd;

  /** The answer, and how it is worded when it is a reply of the model. */
  async function choose(request: FakeRequest): Promise<readonly [FakeReply, Wire?]> {
    const { path } = request;
    const { routes, asks, tokenize, hasModelList = true } = face;
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) return [face.wrongKey];
    if (path === '/v1/models' && (hasModelList || models)) return [modelList(face, models)];
    const wire = asks[path];
    if (wire) return [await nextReply(request, completions.push(request) - 1), wire];
    if (path === '/tokenize' && tokenize) return [{ status: 200, body: tokenize(await tokenIds(request)) }];
    const route = routes[path];
    const names = isList(models) ? models.map((entry) => String((entry as { id?: unknown }).id)) : ['agentlm-7b'];
    const state: FakeState = { active, models: names, generatedTokens };
    return [(typeof route === 'function' ? route(state) : route) ?? face.unknownRoute];
  }

  const server = createServer((incoming, response) => {
    const left = new AbortController();
    const closedEarly = new Promise<boolean>((resolve) => {
      response.once('close', () => {
        left.abort();
        resolve(!response.writableFinished);
      });
    });
    const answer = async () => {
      const request = await readRequest(incoming, closedEarly);
      requests.push(request);
      const [reply, wire] = await choose(request);
      if (face.server !== undefined) response.setHeader('server', face.server);
      if (wire) active++;
      const over = () => (active -= wire ? 1 : 0);
      void closedEarly.then(over);
      generatedTokens += await send(reply, wire, request, response, left.signal);
    };
    answer().catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    completions,
    requests,
    turnInto(other) {
      face = faces[other];
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const atItsEnd: PlainReply = {
  status: 500,
  body: { error: { message: 'The script of the fake endpoint is at its end' } },
};

async function readRequest(incoming: IncomingMessage, closedEarly: Promise<boolean>): Promise<FakeRequest> {
  const { method = '', url = '', headers } = incoming;
  const json = await readAll(incoming);
  const body = json ? (JSON.parse(json) as Record<string, unknown>) : null;
  const messages = Array.isArray(body?.['messages']) ? (body['messages'] as { content: string }[]) : [];
  const text = body?.['prompt'] ?? body?.['inputs'] ?? messages.map(({ content }) => content).join('\n');
  const prompt = typeof text === 'string' ? text : '';
  return { method, path: new URL(url, 'http://fake').pathname, headers, body, prompt, closedEarly };
}

/** @returns how many tokens the model has said */
async function send(
  reply: FakeReply,
  wire: Wire | undefined,
  request: FakeRequest,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<number> {
  const streamed = typeof reply === 'string' ? { text: reply } : reply;
  if ('text' in streamed) return wire ? stream(streamed, wire, request, response, signal) : 0;
  if ('status' in streamed) {
    const { status, body = '', headers } = streamed;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    if (isPieces(body)) await pipeline(body, response);
    else response.end(typeof body === 'string' ? body : JSON.stringify(body));
  } else if (streamed.fault === 'reset') response.socket?.resetAndDestroy();
  return 0;
}

async function stream(
  reply: StreamedReply,
  wire: Wire,
  request: FakeRequest,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<number> {
  const { text, chunkSize = 4, delayMs = 0, finishReason = 'stop', ending } = reply;
  response.writeHead(200, { 'content-type': wire.contentType });
  response.flushHeaders();
  const pieces = Array.from(text).flatMap((_, index, all) =>
    index % chunkSize === 0 ? [all.slice(index, index + chunkSize).join('')] : [],
  );
  let said = 0;
  for (const piece of pieces) {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal });
    if (signal.aborted) return said;
    response.write(wire.piece(piece, request));
    said++;
  }
  if (ending === 'stall') return said;
  if (ending === 'cut') response.end();
  else if (ending === 'reset') response.socket?.resetAndDestroy();
  else if (ending) response.end(wire.error(ending));
  else {
    const { usage = madeUp(request, pieces.length) } = reply;
    response.end(wire.end({ text, finish: finishReason, usage }, request));
  }
  return said;
}

function modelList(face: Face, models: FakeEndpointOptions['models']): FakeReply {
  if (typeof models === 'function') return models();
  if (models && !isList(models)) return models;
  const { ownedBy: owned_by, window } = face;
  const length = window === 'meta' ? { meta: { n_ctx: 4096, n_ctx_train: 4096 } } : window && { [window]: 4096 };
  const data = models ?? [{ id: 'agentlm-7b', object: 'model', owned_by, ...length }];
  return { status: 200, body: { object: 'list', data } };
}

/** As a server counts that knows the true vocabulary: special tokens in the text are live, and one `<s>` goes before it. */
async function tokenIds({ body, prompt }: FakeRequest): Promise<readonly number[]> {
  const { default: tokenizer } = await import('llama-tokenizer-js');
  const text = typeof body?.['content'] === 'string' ? body['content'] : prompt;
  return text
    .split('</s><s>')
    .flatMap((part, index) => [...(index > 0 ? [2] : []), 1, ...tokenizer.encode(part, false, true)]);
}

function madeUp({ prompt }: FakeRequest, completionTokens: number): Usage {
  return { promptTokens: Math.ceil(prompt.length / 4), completionTokens, cachedTokens: null };
}

function isPieces(body: unknown): body is AsyncIterable<string> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function isList(models: FakeEndpointOptions['models']): models is readonly unknown[] {
  return Array.isArray(models);
}
