import { UserError } from '../../agent/errors';
import { parseAddress, type Endpoint } from './address';
import { readTls, type ClientCertificate } from './tls';
import { createTransport } from './transport';

/** Where a server is and how it is reached. Certificates are PEM files, given by absolute path. */
export interface EndpointAccess {
  /** With or without `/v1`, under any path. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** Random, stable for one conversation, means nothing to anybody else. */
  readonly conversationId: string;
  /** Sent along to this endpoint, for gateways. They never replace a header of ours: an API key stays the one that was given. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Carries `conversationId`; `x-session-id` unless told, which vLLM's router and LiteLLM understand. SMG wants `x-smg-routing-key`. */
  readonly sessionHeader?: string | undefined;
  /** Certificates to trust besides the well-known ones. */
  readonly caFile?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** `http://[user:password@]host:port`. Left out, VS Code's own proxy settings apply inside VS Code, and none outside. */
  readonly proxy?: string | undefined;
  /** Until the connection stands and the server has answered the first question; 5000 unless told, 0 means no limit. */
  readonly connectTimeoutMs?: number | undefined;
}

export const defaultConnectTimeoutMs = 5000;

/**
 * Everything that can be said about an endpoint before it is asked anything.
 * @throws {UserError} `endpoint.bad-address`, `endpoint.bad-key`, `endpoint.bad-header`, `endpoint.bad-proxy`, `endpoint.bad-file`
 */
export async function openEndpoint(access: EndpointAccess): Promise<Endpoint> {
  const { baseUrl, conversationId, headers = {}, connectTimeoutMs = defaultConnectTimeoutMs } = access;
  const { sessionHeader = 'x-session-id' } = access;
  for (const [name, value] of Object.entries({ ...headers, [sessionHeader]: conversationId })) checkHeader(name, value);
  return {
    address: parseAddress(baseUrl),
    apiKey: keyOf(access.apiKey),
    conversationId,
    sessionHeader: sessionHeader.toLowerCase(),
    headers,
    exchange: createTransport({ connectTimeoutMs, proxy: parseProxy(access.proxy), tls: await readTls(access) }),
  };
}

/** Node names the whole header in its error when a character of it cannot be sent, so it is checked first. */
function keyOf(apiKey: string | undefined): string | undefined {
  const key = apiKey?.trim();
  if (!key || /^[\x21-\x7e]+$/.test(key)) return key || undefined;
  throw new UserError(
    'endpoint.bad-key',
    'The API key holds a space, a line break or a letter that no key has. Copy it again and enter it for this endpoint.',
  );
}

/** What the transport says itself, and llama.cpp's header that keeps a generation alive after we have left. */
const reserved = /^(?:host|connection|content-length|transfer-encoding|te|upgrade|x-conversation-id|:.*)$/i;

function checkHeader(name: string, value: string): void {
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name) || reserved.test(name)) {
    throw new UserError(
      'endpoint.bad-header',
      'The extra header “{0}” of this endpoint cannot be sent. Take it out of the settings, or correct its name.',
      [name],
    );
  }
  if (/^[\t\x20-\x7e]*$/.test(value)) return;
  throw new UserError(
    'endpoint.bad-header',
    'The value of the extra header “{0}” holds a character that no header can carry. Correct it in the settings of this endpoint.',
    [name],
  );
}

function parseProxy(proxy: string | undefined): URL | undefined {
  if (!proxy?.trim()) return undefined;
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.hostname && /^https?:$/.test(url.protocol)) return url;
  throw new UserError(
    'endpoint.bad-proxy',
    'The proxy of this endpoint is not the address of an HTTP proxy. Write it like http://proxy:3128.',
  );
}
