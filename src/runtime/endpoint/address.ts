import { UserError } from '../../agent/errors';
import type { Exchange } from './transport';

/** Where a server is, and who asks. */
export interface Endpoint {
  /** As parseAddress() gives it; `/v1/…` is appended. Shown in messages. */
  readonly address: string;
  /** Sent to this address only. Never part of a message, whoever wrote it. */
  readonly apiKey: string | undefined;
  /** The same for all requests of a conversation, so that a router can send them to the replica that remembers it. */
  readonly conversationId: string;
  /** The header that carries it, in lower case. */
  readonly sessionHeader: string;
  /** The user's own, for gateways. Their values are never part of a message either. */
  readonly headers: Readonly<Record<string, string>>;
  readonly exchange: Exchange;
}

/** What people copy along with the address, because servers print it and manuals show it. */
const knownRoute = /\/(?:v1\/?)?(?:(?:chat\/)?completions|generate|generate_stream|api\/(?:generate|chat))?\/*$/;

/**
 * The address of a server as it is used and shown: scheme, host, port and the path before `/v1`, without a slash at the end.
 * `localhost:8000`, `http://localhost:8000/v1/` and `https://gateway/llm/v1/completions` are all understood.
 * The result holds no secret, so it can stand in any message.
 * @throws {UserError} `endpoint.bad-address`
 */
export function parseAddress(text: string): string {
  const trimmed = text.trim();
  const withScheme = /^[a-z][a-z\d+.-]*:(?!\d)/i.test(trimmed) ? trimmed : `http://${trimmed}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    // The text is not repeated: where it cannot be parsed, a password in it cannot be found either.
    throw badAddress('The endpoint address is not the address of a server. Write it like http://localhost:8000.');
  }
  if (url.username || url.password) {
    throw badAddress(
      'The endpoint address for {0} holds a user name or password. Take it out and give an API key instead: addresses are shown and logged.',
      url.host,
    );
  }
  if (url.search || url.hash) {
    throw badAddress('The endpoint address for {0} goes on after a ? or #. Leave that part out.', url.host);
  }
  return url.origin + url.pathname.replace(knownRoute, '');
}

function badAddress(template: string, ...values: string[]): UserError {
  return new UserError('endpoint.bad-address', template, values);
}
