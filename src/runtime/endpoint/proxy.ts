import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import { addAbortSignal, type Duplex } from 'node:stream';
import { connect } from 'node:tls';

type Options = Omit<https.RequestOptions, 'headers' | 'signal'> & {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/**
 * A request by way of an HTTP proxy: one for a secure server goes through a tunnel (CONNECT), any other one is the proxy's to forward.
 * A refusal of the proxy is an error with the code `PROXY_HTTP_` and its status.
 * @param options those of the request to the server; its headers are not shown to the proxy of a tunnel
 */
export function throughProxy(proxy: URL, target: URL, options: Options): http.ClientRequest {
  const way = { protocol: proxy.protocol, host: proxy.hostname, port: proxy.port };
  const { request } = proxy.protocol === 'https:' ? https : http;
  if (target.protocol === 'http:') {
    const headers = { ...options.headers, host: target.host, ...credentials(proxy) };
    return request({ ...options, ...way, path: target.href, headers });
  }

  return https.request(target, {
    ...options,
    createConnection(_, done: (error: Error | null, socket: Duplex) => void) {
      const fail = (error: Error) => done(error, undefined as unknown as Duplex);
      const refuse = ({ statusCode }: http.IncomingMessage) => fail(refusal(statusCode));
      const path = `${target.hostname}:${target.port || 443}`;
      const headers = { host: path, ...credentials(proxy) };
      const tunnel = request({ ...way, method: 'CONNECT', path, headers, signal: options.signal });
      tunnel.once('error', fail);
      tunnel.once('response', (answer) => {
        answer.destroy();
        refuse(answer);
      });
      tunnel.once('connect', (answer, socket) => {
        if (answer.statusCode === 200) secure(target, socket, options, done, fail);
        else {
          socket.destroy();
          refuse(answer);
        }
      });
      tunnel.end();
      return undefined;
    },
  });
}

function secure(
  { hostname }: URL,
  socket: Duplex,
  { ca, cert, key, passphrase, signal }: Options,
  done: (error: null, socket: Duplex) => void,
  fail: (error: Error) => void,
): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  const secured = connect({
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
  secured.once('error', fail);
  secured.once('secureConnect', () => {
    secured.off('error', fail);
    done(null, secured);
  });
}

function refusal(status: number | undefined): Error {
  return Object.assign(new Error(`The proxy answered HTTP ${status}`), { code: `PROXY_HTTP_${status}` });
}

function credentials({ username, password }: URL): http.OutgoingHttpHeaders {
  if (!username) return {};
  const both = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(both).toString('base64')}` };
}
