import { UserError } from '../../agent/errors';
import { createTransport, type ExchangeInit } from '../endpoint/transport';

/** The Hugging Face hub, or a mirror that speaks its API, and who asks it. */
export interface HubAccess {
  /** `https://huggingface.co` */
  readonly hub: string;
  readonly token?: string | undefined;
  readonly proxy?: URL | undefined;
}

const redirects = 5;
const connectTimeoutMs = 20_000;

/**
 * Asks the hub, or the store behind it, over the transport that endpoints have. Redirections are followed; the token goes
 * to the hub alone, since the addresses of the store are signed.
 * @param url may be of another server
 * @throws {UserError} `hub.unreachable`, `hub.redirected`; on abort it rejects with the signal's reason
 */
export async function askHub({ hub, token, proxy }: HubAccess, url: string, init: ExchangeInit): Promise<Response> {
  const exchange = createTransport({ connectTimeoutMs, proxy, tls: {} });
  const home = new URL(hub).origin;
  let target = new URL(url);
  for (let hop = 0; hop <= redirects; hop++) {
    const authorization = token !== undefined && target.origin === home ? { authorization: `Bearer ${token}` } : {};
    let response: Response;
    try {
      response = await exchange(target.href, { ...init, headers: { ...init.headers, ...authorization } });
    } catch (cause) {
      init.signal.throwIfAborted();
      throw new UserError(
        'hub.unreachable',
        '{0} does not answer. Check the network and the proxy, and try again.',
        [target.origin],
        { cause },
      );
    }
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, target);
    if (target.protocol === 'https:' && next.protocol !== 'https:') break;
    target = next;
  }
  throw new UserError(
    'hub.redirected',
    '{0} sends from one place to the next and never to the file. Check its address.',
    [hub],
  );
}
