import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Endpoint } from '../../../src/runtime/endpoint/address';
import { connectionFailed, refused } from '../../../src/runtime/endpoint/errors';
import { readRefusal } from '../../../src/runtime/endpoint/refusal';
import { startFakeEndpoint, type FakeReply } from '../../fakeEndpoint';
import { connectTo, failureOf, readAll } from './ask';
import { errorAnswers } from './serverAnswers';

const endpoint: Endpoint = {
  address: 'http://gpu:8000',
  apiKey: 'sk-secret',
  conversationId: '1',
  sessionHeader: 'x-session-id',
  headers: {},
  exchange: () => Promise.reject(new Error('Nothing is asked here')),
};
const sse = { 'content-type': 'text/event-stream' };

describe('the error of an endpoint', () => {
  for (const { server, when, status, body, kind, contentType = 'application/json' } of errorAnswers) {
    it(`${server}: ${when} is “${kind}”`, async () => {
      const fake = await startFakeEndpoint([{ status, body, headers: { 'content-type': contentType } }]);
      try {
        const error = await failureOf(readAll(await connectTo(fake)));
        assert.equal(error.code, `endpoint.${kind}`);
      } finally {
        await fake.close();
      }
    });
  }

  it('repeats what the server said', () => {
    const error = refused(endpoint, readRefusal({ error: '`temperature` must be strictly positive' }, 422));
    assert.match(error.message, /It answered “`temperature` must be strictly positive”\.$/);
  });

  it('names the window that the server named', () => {
    const message = "This model's maximum context length is 2048 tokens. However, you requested 4412 tokens.";
    assert.match(refused(endpoint, readRefusal({ message })).message, /has a window of 2048 tokens.*set .* to 2048\./);
  });

  it('says the status where the server said nothing, and the route that it does not know', () => {
    const { message } = refused(endpoint, readRefusal('', 404));
    assert.match(message, /no such route as \/v1\/completions.*It answered HTTP 404\.$/);
  });

  it('keeps type and code for the log', () => {
    const { cause } = refused(endpoint, readRefusal({ message: 'no', type: 'BadRequestError', code: 40300 }, 400));
    assert.match(String(cause), /HTTP 400 BadRequestError 40300 “no”/);
  });

  it('is one short line, whatever the server sends', () => {
    const words = `\u001b[31mred\u001b[0m\r\n\u0000 \u202Eevil\u200B ${'x'.repeat(10_000)}`;
    const { message } = refused(endpoint, readRefusal({ error: words }, 400));
    assert.match(message, /“red evil x{50,}…”\.$/);
    assert.ok(message.length < 500);
  });

  it('is found at any depth that a server could mean, and no deeper', () => {
    let body: unknown = 'deep';
    for (let depth = 0; depth < 100_000; depth++) body = { error: body };
    assert.equal(refused(endpoint, readRefusal(body, 500)).code, 'endpoint.server-error');
  });

  const codes: Record<string, string> = {
    ECONNREFUSED: 'unreachable',
    EHOSTUNREACH: 'unreachable',
    ECONNRESET: 'connection-lost',
    UND_ERR_SOCKET: 'connection-lost',
    ENOTFOUND: 'dns',
    EAI_AGAIN: 'dns',
    ETIMEDOUT: 'timeout',
    UND_ERR_CONNECT_TIMEOUT: 'timeout',
    UND_ERR_HEADERS_TIMEOUT: 'timeout',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
    CERT_HAS_EXPIRED: 'tls',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
    ERR_TLS_CERT_ALTNAME_INVALID: 'tls',
    ERR_SSL_WRONG_VERSION_NUMBER: 'tls',
    HPE_INVALID_CONSTANT: 'not-an-api',
  };
  for (const [code, kind] of Object.entries(codes)) {
    it(`of a connection: ${code} is “${kind}”`, () => {
      const failure = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code }) });
      const error = connectionFailed(endpoint, failure);
      assert.equal(error.code, `endpoint.${kind}`);
      assert.ok(error.message.includes(code));
      assert.equal(error.cause, failure);
    });
  }

  it('of a connection looks into every address that was tried', () => {
    const refusedHere = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    const failure = new TypeError('fetch failed', { cause: new AggregateError([refusedHere]) });
    assert.match(connectionFailed(endpoint, failure).message, /ECONNREFUSED/);
  });

  it('of a connection says what it can where there is no code', () => {
    const failure = new TypeError('fetch failed', { cause: new Error('bad port') });
    assert.match(connectionFailed(endpoint, failure).message, /Error: bad port/);
  });

  const key = 'sk-very-secret-4711';
  const echoes: Record<string, FakeReply> = {
    'an error': { status: 401, body: { error: { message: `Key ${key} is bad`, type: key, code: key } } },
    'a validation error': { status: 422, body: { detail: [{ loc: ['header', key], msg: key }] } },
    'plain text': { status: 500, body: `no: ${key}`, headers: { 'content-type': 'text/plain' } },
    'a web page': { status: 502, body: `<title>${key}</title>`, headers: { 'content-type': 'text/html' } },
    'a text with invisible characters in it': { status: 400, body: { error: `k ${key.split('').join('\u200B')}` } },
    'the stream': { text: 'a', ending: { error: { message: key } } },
    'a flat error in the stream': {
      status: 200,
      headers: sse,
      body: `data: {"object":"error","message":"${key}"}\n\n`,
    },
    'the finish reason': { text: 'a', finishReason: key },
    'a redirect': { status: 302, headers: { location: `https://elsewhere.example/${key}?k=${key}` } },
    'an event that is no JSON': { status: 200, headers: sse, body: `data: ${key}\n\n` },
  };
  for (const [where, answer] of Object.entries(echoes)) {
    it(`never holds the API key, though the server repeats it in ${where}`, async () => {
      const fake = await startFakeEndpoint([answer], { apiKey: key });
      try {
        const error = await failureOf(readAll(await connectTo(fake, { apiKey: key })));
        assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(key));
      } finally {
        await fake.close();
      }
    });
  }

  it('never holds the API key, though a model is named after it', async () => {
    const fake = await startFakeEndpoint([], { apiKey: key, models: [{ id: key }] });
    try {
      const error = await failureOf(connectTo(fake, { apiKey: key, model: 'agentlm-7b' }));
      assert.ok(!inspect(error, { depth: 10 }).includes(key));
    } finally {
      await fake.close();
    }
  });
});
