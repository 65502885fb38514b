import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from '../src/agent/model';

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
 * Any HTTP answer at all: an error, a web page, a recorded stream. A string is sent as it is, an async iterable of strings
 * piece by piece as they come, anything else as JSON.
 */
export interface PlainReply {
  readonly status: number;
  readonly body?: unknown;
  /** `content-type` is `application/json` unless told. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What the model does when it is asked: a string is the text of a good reply; `hang` accepts the request and says nothing;
 * `reset` breaks the connection without an answer.
 */
export type FakeReply = string | StreamedReply | PlainReply | { readonly fault: 'hang' | 'reset' };

/** The replies in order, or a function that is asked each time and may wait for something. */
export type FakeScript =
  readonly FakeReply[] | ((request: FakeRequest, index: number) => FakeReply | Promise<FakeReply>);

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; null where there was none. */
  readonly body: Readonly<Record<string, unknown>> | null;
  /** The `prompt` of the body. */
  readonly prompt: string;
  /** Settles with the connection's end: true when it went away before the whole answer was sent. */
  readonly closedEarly: Promise<boolean>;
}

export interface FakeEndpointOptions {
  /** Entries of `GET /v1/models`, or another answer to it. One model, `agentlm-7b` with a window of 4096, unless told. */
  readonly models?: readonly unknown[] | FakeReply;
  /** Every request must then carry it; the others get 401. */
  readonly apiKey?: string;
}

export interface FakeEndpoint {
  /** `http://127.0.0.1:PORT`, without `/v1` */
  readonly url: string;
  /** What `/v1/completions` was asked, in order. */
  readonly completions: readonly FakeRequest[];
  /** Everything that was asked, of any route. */
  readonly requests: readonly FakeRequest[];
  /** Breaks every connection. Afterwards nothing of the server is left. */
  close(): Promise<void>;
}

/**
 * An OpenAI-compatible server on loopback that says what a test tells it to.
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
  {
    models = [{ id: 'agentlm-7b', object: 'model', owned_by: 'fake', max_model_len: 4096 }],
    apiKey,
  }: FakeEndpointOptions = {},
): Promise<FakeEndpoint> {
  const requests: FakeRequest[] = [];
  const completions: FakeRequest[] = [];
  const nextReply =
    typeof script === 'function' ? script : (_: FakeRequest, index: number) => script[index] ?? atItsEnd;
  const modelList = isList(models) ? { status: 200, body: { object: 'list', data: models } } : models;

  async function choose(request: FakeRequest): Promise<FakeReply> {
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) return wrongKey;
    if (request.path === '/v1/models') return modelList;
    if (request.path !== '/v1/completions') return unknownRoute;
    return nextReply(request, completions.push(request) - 1);
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
      await send(await choose(request), request, response, left.signal);
    };
    answer().catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    completions,
    requests,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const wrongKey: PlainReply = {
  status: 401,
  body: { error: { message: 'Invalid API Key', type: 'authentication_error', code: 401 } },
};
const unknownRoute: PlainReply = { status: 404, body: { detail: 'Not Found' } };
const atItsEnd: PlainReply = {
  status: 500,
  body: { error: { message: 'The script of the fake endpoint is at its end' } },
};

async function readRequest(incoming: IncomingMessage, closedEarly: Promise<boolean>): Promise<FakeRequest> {
  const { method = '', url = '', headers } = incoming;
  const json = await readAll(incoming);
  const body = json ? (JSON.parse(json) as Record<string, unknown>) : null;
  const prompt = typeof body?.['prompt'] === 'string' ? body['prompt'] : '';
  return { method, path: new URL(url, 'http://fake').pathname, headers, body, prompt, closedEarly };
}

async function send(
  reply: FakeReply,
  request: FakeRequest,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (typeof reply === 'string') return stream({ text: reply }, request, response, signal);
  if ('text' in reply) return stream(reply, request, response, signal);
  if ('status' in reply) {
    const { status, body = '', headers } = reply;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    if (isPieces(body)) await pipeline(body, response);
    else response.end(typeof body === 'string' ? body : JSON.stringify(body));
  } else if (reply.fault === 'reset') response.socket?.resetAndDestroy();
}

async function stream(
  reply: StreamedReply,
  request: FakeRequest,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { text, chunkSize = 4, delayMs = 0, finishReason = 'stop', ending } = reply;
  const envelope = { id: 'cmpl-fake', object: 'text_completion', created: 1, model: request.body?.['model'] };
  const event = (fields: object) => response.write(`data: ${JSON.stringify(fields)}\n\n`);
  const choice = (piece: string, finish: string | null) =>
    event({ ...envelope, choices: [{ index: 0, text: piece, logprobs: null, finish_reason: finish }] });

  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const pieces = Array.from(text).flatMap((_, index, all) =>
    index % chunkSize === 0 ? [all.slice(index, index + chunkSize).join('')] : [],
  );
  for (const piece of pieces) {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal });
    if (signal.aborted) return;
    choice(piece, null);
  }
  if (ending === 'stall') return;
  if (ending === 'cut') response.end();
  else if (ending === 'reset') response.socket?.resetAndDestroy();
  else if (ending) {
    event(ending);
    response.end('data: [DONE]\n\n');
  } else {
    choice('', finishReason);
    const { usage = madeUp(request, pieces.length) } = reply;
    if (usage && wantsUsage(request)) {
      event({
        ...envelope,
        choices: [],
        usage: {
          prompt_tokens: usage.promptTokens,
          completion_tokens: usage.completionTokens,
          total_tokens: usage.promptTokens + usage.completionTokens,
          prompt_tokens_details: usage.cachedTokens === null ? null : { cached_tokens: usage.cachedTokens },
        },
      });
    }
    response.end('data: [DONE]\n\n');
  }
}

function madeUp({ prompt }: FakeRequest, completionTokens: number): Usage {
  return { promptTokens: Math.ceil(prompt.length / 4), completionTokens, cachedTokens: null };
}

function wantsUsage({ body }: FakeRequest): boolean {
  const options = body?.['stream_options'];
  return (
    typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true
  );
}

function isPieces(body: unknown): body is AsyncIterable<string> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function isList(models: readonly unknown[] | FakeReply): models is readonly unknown[] {
  return Array.isArray(models);
}
