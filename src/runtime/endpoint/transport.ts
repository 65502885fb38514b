import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { throughProxy } from './proxy';
import type { Tls } from './tls';

export interface TransportOptions {
  /** Milliseconds until the connection stands, TLS and proxy included; 0 means no limit. */
  readonly connectTimeoutMs: number;
  /** `http://[user:password@]host:port` */
  readonly proxy?: URL | undefined;
  readonly tls: Tls;
}

/** Like `fetch` as far as we use it: headers are a plain object, nothing is followed or decoded. */
export type Exchange = (url: string, init: ExchangeInit) => Promise<Response>;

export interface ExchangeInit {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  /** A function opens what is streamed; a header says how long that is. */
  readonly body?: string | (() => Readable) | undefined;
  /** Aborts in the end, however the exchange went: nothing is left open then. */
  readonly signal: AbortSignal;
}

/**
 * `fetch` over node:http, for three reasons. Its dispatcher gives up after 300 s without a byte, which a queue before a 70B
 * model can take. A certificate or proxy of one endpoint cannot be given to it without the package undici. And VS Code puts
 * its proxy settings and the certificates of the system into `http.request` and `https.request`: they are therefore called as
 * properties of their modules, and without an agent of our own, which VS Code would leave alone.
 *
 * Every request has a connection of its own, and says so: llama-server announces keep-alive, then closes after each stream, so
 * that half of the requests on a kept connection are reset (measured, 0.5.0).
 */
export function createTransport({ connectTimeoutMs, proxy, tls }: TransportOptions): Exchange {
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const secure = target.protocol === 'https:';
      const options = { method, headers: { ...headers, connection: 'close' }, signal, ...(secure && tls) };
      const request = proxy ? throughProxy(proxy, target, options) : (secure ? https : http).request(target, options);

      const slow = () => request.destroy(Object.assign(new Error('No connection in time'), { code: 'ETIMEDOUT' }));
      const timer = connectTimeoutMs > 0 ? setTimeout(slow, connectTimeoutMs) : undefined;
      const connected = () => clearTimeout(timer);
      request.once('socket', (socket) => {
        if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', connected);
        else connected();
      });
      request.once('close', connected);
      request.once('response', (incoming) => {
        connected();
        try {
          resolve(toResponse(incoming));
        } catch (error) {
          incoming.destroy();
          reject(error);
        }
      });
      request.on('error', reject);
      if (typeof body === 'function') pipeline(body(), request).catch(reject);
      else request.end(body);
    });
}

/** Statuses that never have a body; `Response` insists on it. */
const bodiless = new Set([204, 205, 304]);

function toResponse(incoming: http.IncomingMessage): Response {
  const { statusCode: status = 0, headersDistinct } = incoming;
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  if (bodiless.has(status)) incoming.resume();
  return new Response(bodiless.has(status) ? null : (Readable.toWeb(incoming) as ReadableStream), { status, headers });
}
