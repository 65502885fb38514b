import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import { Readable, type Duplex } from 'node:stream';
import { connect as secureOver } from 'node:tls';

export interface TransportOptions {
  /** Milliseconds until the connection stands, TLS and proxy included; 0 means no limit. */
  readonly connectTimeoutMs: number;
  /** `http://[user:password@]host:port` */
  readonly proxy?: URL | undefined;
  /** PEM. With `ca` nothing else is trusted, so it holds whatever should be. */
  readonly tls?: Tls | undefined;
}

export interface Tls {
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string | undefined;
}

/** Like `fetch` as far as we use it: headers are a plain object, the body is a string, nothing is followed or decoded. */
export type Exchange = (url: string, init: ExchangeInit) => Promise<Response>;

export interface ExchangeInit {
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * `fetch` over node:http, for three reasons. Its dispatcher gives up after 300 s without a byte, which a queue before a 70B
 * model can take. A certificate or proxy of one endpoint cannot be given to it without the package undici. And VS Code puts
 * its proxy settings and the certificates of the system into `http.request` and `https.request`, which are therefore called
 * as properties of their modules, with the TLS options in the request and not in an agent.
 *
 * Every request has a connection of its own, and says so: llama-server announces keep-alive, then closes after each stream, so
 * that half of the requests on a kept connection are reset (measured, 0.5.0).
 */
export function createTransport({ connectTimeoutMs, proxy, tls }: TransportOptions): Exchange {
  return (url, { method = 'GET', headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const secure = target.protocol === 'https:';
      const options = { method, headers, signal, ...(secure && withoutReadonly(tls)) };
      const request = proxy
        ? throughProxy(proxy, target, options)
        : (secure ? https : http).request(target, { ...options, agent: false });

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
      request.end(body);
    });
}

/** A request for a secure server goes through a tunnel (CONNECT), any other one is the proxy's to forward. */
function throughProxy(proxy: URL, target: URL, options: https.RequestOptions): http.ClientRequest {
  const authorization = proxy.username
    ? {
        'proxy-authorization': `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString('base64')}`,
      }
    : {};
  const { request } = proxy.protocol === 'https:' ? https : http;
  const toProxy = { protocol: proxy.protocol, host: proxy.hostname, port: proxy.port, agent: false as const };
  if (target.protocol === 'http:') {
    const headers = { ...(options.headers as http.OutgoingHttpHeaders), host: target.host, ...authorization };
    return request({ ...options, ...toProxy, path: target.href, headers });
  }

  const port = target.port || '443';
  const host = target.hostname.replace(/^\[|\]$/g, '');
  function createConnection(_: unknown, done: (error: Error | null, socket: Duplex) => void): undefined {
    const fail = (error: Error) => done(error, undefined as unknown as Duplex);
    const path = `${target.hostname}:${port}`;
    const tunnel = request({
      ...toProxy,
      method: 'CONNECT',
      path,
      headers: { host: path, ...authorization },
      ...signalOf(options),
    });
    tunnel.once('error', fail);
    tunnel.once('response', (answer) => {
      answer.destroy();
      fail(proxyRefusal(answer.statusCode));
    });
    tunnel.once('connect', (answer, socket) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        fail(proxyRefusal(answer.statusCode));
        return;
      }
      const { ca, cert, key, passphrase } = options;
      const servername = isIP(host) ? {} : { servername: host };
      const secured = secureOver({ socket, host, ...servername, ...definedOnly({ ca, cert, key, passphrase }) });
      secured.once('error', fail);
      secured.once('secureConnect', () => {
        secured.off('error', fail);
        done(null, secured);
      });
    });
    tunnel.end();
    return undefined;
  }
  return https.request(target, { ...options, createConnection });
}

function proxyRefusal(status: number | undefined): Error {
  return Object.assign(new Error(`The proxy answered HTTP ${status}`), { code: `PROXY_HTTP_${status}` });
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

function signalOf({ signal }: https.RequestOptions): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function withoutReadonly(tls: Tls = {}): https.RequestOptions {
  const { ca, ...rest } = tls;
  return definedOnly({ ...rest, ca: ca && [...ca] });
}

function definedOnly<T extends object>(options: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
