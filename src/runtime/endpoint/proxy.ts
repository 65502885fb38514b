import { ClientRequest, type IncomingMessage } from 'node:http';
import { connect as openSocket, isIP } from 'node:net';
import { addAbortSignal, type Duplex } from 'node:stream';
import { connect as openSecure } from 'node:tls';
import { callbackify } from 'node:util';
import type { Tls } from './tls';

interface RequestThroughProxy extends Tls {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * A request by way of an HTTP proxy: one for a secure server goes through a tunnel (CONNECT), any other one is the proxy's to forward.
 * A refusal of the proxy is an error with the code `PROXY_HTTP_` and its status.
 *
 * `ClientRequest` is what `http.request` makes; VS Code would put a proxy of its own into the latter.
 */
export function throughProxy(proxy: URL, target: URL, options: RequestThroughProxy): ClientRequest {
  const { method, signal } = options;
  const headers = { ...options.headers, host: target.host };
  if (target.protocol === 'http:') {
    const path = target.href;
    const forwarded = { ...headers, ...credentials(proxy) };
    return new ClientRequest({ method, path, headers: forwarded, signal, createConnection: () => dial(proxy) });
  }
  const path = target.pathname + target.search;
  return new ClientRequest({
    method,
    path,
    headers,
    signal,
    createConnection(_, done) {
      callbackify(openTunnel)(proxy, target, options, done);
      return undefined;
    },
  });
}

async function openTunnel(proxy: URL, target: URL, options: RequestThroughProxy): Promise<Duplex> {
  const path = `${target.hostname}:${target.port || 443}`;
  const headers = { host: path, ...credentials(proxy) };
  const { signal } = options;
  const socket = await new Promise<Duplex>((resolve, reject) => {
    const request = new ClientRequest({
      method: 'CONNECT',
      path,
      headers,
      signal,
      createConnection: () => dial(proxy),
    });
    const refuse = ({ statusCode }: IncomingMessage) =>
      reject(Object.assign(new Error('Refused by the proxy'), { code: `PROXY_HTTP_${statusCode}` }));
    request.once('error', reject);
    request.once('response', (answer) => {
      answer.destroy();
      refuse(answer);
    });
    request.once('connect', (answer, tunnel) => {
      if (answer.statusCode === 200) resolve(tunnel);
      else {
        tunnel.destroy();
        refuse(answer);
      }
    });
    request.end();
  });
  return secure(socket, target, options);
}

async function secure(socket: Duplex, { hostname }: URL, options: RequestThroughProxy): Promise<Duplex> {
  const { ca, cert, key, passphrase, signal } = options;
  const host = hostname.replace(/^\[|\]$/g, '');
  const secured = openSecure({
    socket,
    host,
    // An address is no name that TLS could ask for (RFC 6066).
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(passphrase && { passphrase }),
  });
  addAbortSignal(signal, secured);
  return new Promise((resolve, reject) => {
    secured.once('error', reject);
    secured.once('secureConnect', () => {
      secured.off('error', reject);
      resolve(secured);
    });
  });
}

/** What fails before the connection stands is the proxy's, and its code says so: `PROXY_ECONNREFUSED`. */
function dial({ protocol, hostname, port }: URL): Duplex {
  const host = hostname.replace(/^\[|\]$/g, '');
  const plain = protocol === 'http:';
  const socket = plain
    ? openSocket({ host, port: Number(port || 80) })
    : openSecure({ host, port: Number(port || 443), ...(isIP(host) === 0 && { servername: host }) });
  const blame = (error: Error & { code?: string }) => (error.code = `PROXY_${error.code}`);
  socket.once('error', blame);
  socket.once(plain ? 'connect' : 'secureConnect', () => socket.off('error', blame));
  return socket;
}

function credentials({ username, password }: URL): Readonly<Record<string, string>> {
  if (!username) return {};
  const both = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(both).toString('base64')}` };
}
