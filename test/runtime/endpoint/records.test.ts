import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { openEndpoint } from '../../../src/runtime/endpoint/openEndpoint';
import { probe } from '../../../src/runtime/endpoint/probe';
import { startFakeEndpoint } from '../../fakeEndpoint';
import type { FakeFace } from '../../fakeEngines';
import { tokenCount } from '../../../src/runtime/endpoint/llamaTokenizer';
import { connectTo, failureOf, never, question, readAll, replyOf } from './ask';

const folder = path.resolve('../shared/data/serving');

interface CatalogEntry {
  readonly backend: string;
  readonly when?: string;
  readonly origin: string;
  readonly status?: number;
  readonly contentType?: string;
  readonly body: string;
  readonly expect: {
    readonly class?: string;
    readonly max?: number;
    readonly text?: string;
    readonly finish?: string;
    readonly prompt?: number;
    readonly completion?: number;
    readonly cached?: number;
  };
}

interface CatalogProbe {
  readonly backend: string;
  readonly origin: string;
  readonly paths: Readonly<Record<string, readonly [number, unknown]>>;
  readonly headers?: object;
  readonly expect: { readonly kind: string; readonly model?: string; readonly ctx?: number };
}

interface Exchange {
  readonly request?: { readonly path?: string; readonly body?: { readonly content?: string } };
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Their classes in our words; those of a chat template cannot happen to a raw prompt and are refusals like any other. */
const kinds: Readonly<Record<string, string>> = {
  context_overflow: 'context-overflow',
  kv_exhausted: 'memory-exhausted',
  auth: 'unauthorized',
  model_not_found: 'unknown-model',
  no_chat_template: 'rejected',
  template_error: 'rejected',
  grammar_rejected: 'grammar-rejected',
  loading: 'loading',
  not_ready: 'loading',
  overloaded: 'overloaded',
  bad_request: 'rejected',
  server_error: 'server-error',
  gateway: 'gateway',
  not_an_api: 'not-an-api',
  not_found: 'not-found',
  unsupported: 'not-found',
  stream_cut: 'stream-cut',
};

function read(file: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
}

/** The server that answers so, by the shape of what it says. */
function faceOf({ backend, contentType, body }: CatalogEntry): FakeFace {
  if (backend.startsWith('ollama') && (contentType === 'application/x-ndjson' || body.includes('"done"')))
    return 'ollama';
  return backend === 'tgi-native' ? 'tgi-1.0.3' : 'openai';
}

/** A server whose read-only routes answer as recorded; every other one is 404. */
async function serveRoutes(paths: Readonly<Record<string, readonly [number, unknown]>>, headers: object) {
  const server = createServer(({ url = '' }, response) => {
    const [status, body] = paths[url] ?? [404, ''];
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

if (!existsSync(folder)) {
  describe('the recorded exchanges', () => it.skip('are replayed (absent: ../shared/data/serving)'));
} else {
  describe('the recorded exchanges of ../shared/data/serving', () => {
    for (const entry of read('catalog-errors.json') as CatalogEntry[]) {
      const { backend, when, origin, status = 0, contentType = '', body, expect } = entry;
      it(`error: ${backend} (${origin}): ${when} is ${expect.class}`, async () => {
        const answer = { status, body, headers: { 'content-type': contentType } };
        const fake = await startFakeEndpoint([answer], { face: faceOf(entry) });
        try {
          const error = await failureOf(readAll(await connectTo(fake)));
          assert.equal(error.code, `endpoint.${kinds[expect.class ?? '']}`);
          if (expect.max !== undefined) assert.ok(error.message.includes(`a window of ${expect.max} tokens`));
        } finally {
          await fake.close();
        }
      });
    }

    for (const entry of read('catalog-streams.json') as CatalogEntry[]) {
      const { backend, origin, body, expect, contentType = 'text/event-stream' } = entry;
      it(`stream: ${backend} (${origin})`, async () => {
        const answer = { status: 200, body, headers: { 'content-type': contentType } };
        const fake = await startFakeEndpoint([answer], { face: faceOf(entry) });
        try {
          const model = await connectTo(fake);
          const { text, finish, usage } = await replyOf(model);
          const counted = expect.completion === undefined ? undefined : await model.countTokens(question.turns);
          if (expect.text !== undefined) assert.equal(text, expect.text);
          assert.equal(finish, expect.finish);
          assert.equal(usage?.promptTokens, expect.prompt ?? counted);
          assert.equal(usage?.completionTokens, expect.completion);
          assert.equal(usage?.cachedTokens ?? undefined, expect.cached);
        } finally {
          await fake.close();
        }
      });
    }

    for (const { backend, origin, paths, headers = {}, expect } of read('catalog-probes.json') as CatalogProbe[]) {
      it(`probe: ${backend} (${origin}) is ${expect.kind}`, async () => {
        const server = await serveRoutes(paths, headers);
        try {
          const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
          const facts = await probe(await openEndpoint({ baseUrl, conversationId: '1' }), never);
          assert.equal(facts.engine, expect.kind);
          assert.equal(facts.contextLength, expect.ctx);
          if (expect.model !== undefined) assert.equal(facts.models?.[0]?.id, expect.model);
        } finally {
          server.close();
        }
      });
    }

    for (const file of readdirSync(folder).filter((name) => /^llamacpp-.*\.json$/.test(name))) {
      const { request, status, headers = {}, body = '' } = read(file) as Exchange;
      if (request?.path === '/tokenize' && body && !file.includes('doublebos') && !file.includes('auth')) {
        it(`tokens: ${file}`, () => {
          const [first = '', ...rest] = (request.body?.content ?? '').split('</s><s>');
          const tokens = [first, ...rest].reduce((sum, part) => sum + 1 + tokenCount(part), rest.length);
          assert.equal(tokens, (JSON.parse(body) as { tokens: unknown[] }).tokens.length);
        });
      } else if (request?.path === '/v1/completions' || (request && !request.path)) {
        it(`exchange: ${file}`, async () => {
          const fake = await startFakeEndpoint([status === undefined ? { fault: 'reset' } : { status, headers, body }]);
          try {
            const work = connectTo(fake).then(replyOf);
            if (status === 200 && headers['content-type'] === 'text/event-stream' && !body.includes('"error"')) {
              assert.match((await work).finish ?? '', /stop|length/);
            } else {
              assert.match((await failureOf(work)).code, /^endpoint\./);
            }
          } finally {
            await fake.close();
          }
        });
      }
    }
  });
}
