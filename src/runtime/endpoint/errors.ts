import { hostname } from 'node:os';
import { UserError } from '../../agent/errors';
import type { Endpoint } from './address';
import { classify, namedContextWindow, type Refusal, type RefusalKind } from './refusal';

/** {0} is the address, {1} what the server said. */
const sentences: Readonly<Record<RefusalKind, string>> = {
  unauthorized: '{0} did not accept the API key. Enter the key of this endpoint again. It answered {1}.',
  'unknown-model': '{0} does not serve this model. Choose one that it serves. It answered {1}.',
  'context-overflow':
    '{0} has no room for this conversation and a reply. Start a new run, or set the context length of this endpoint to what the server was started with. It answered {1}.',
  'memory-exhausted':
    '{0} ran out of the context memory that its requests share. Wait until other runs have ended, or start it with a window for each slot (llama-server -np N -c N×4096). It answered {1}.',
  'grammar-rejected':
    '{0} cannot hold the model to the action grammar. Switch constrained replies off for this endpoint. It answered {1}.',
  loading: '{0} is still loading the model. Try again in a moment. It answered {1}.',
  overloaded: '{0} has too much to do. Try again in a moment, or run fewer tasks at once. It answered {1}.',
  'not-found':
    '{0} has no such route as {2}. Check the endpoint address, and that the server was started with its OpenAI-compatible API. It answered {1}.',
  gateway:
    'The gateway at {0} got no answer from the model server behind it. See that it runs, then try again. It answered {1}.',
  proxy:
    'A proxy on the way to {0} asks for a user name and password. Give them in the proxy settings. It answered {1}.',
  rejected: '{0} refused the request. Check the model and the settings of this endpoint. It answered {1}.',
  'server-error': '{0} failed while it answered. Try again; if it fails again, its log says why. It answered {1}.',
};

const keyMissing = '{0} asks for an API key. Enter the key of this endpoint. It answered {1}.';
const windowNamed =
  '{0} has a window of {2} tokens, too few for this conversation and a reply. Start a new run, or set the context length of this endpoint to {2}. It answered {1}.';

/** The server answered, and the answer is no. */
export function refused(endpoint: Endpoint, refusal: Refusal, route = '/v1/completions'): UserError {
  const kind = classify(refusal);
  const said = quote(endpoint, refusal.message);
  const status = refusal.status === undefined ? '' : `HTTP ${refusal.status}`;
  const window = kind === 'context-overflow' ? namedContextWindow(refusal) : undefined;
  const template = kind === 'unauthorized' && !endpoint.apiKey ? keyMissing : window ? windowNamed : sentences[kind];
  return new UserError(
    `endpoint.${kind}`,
    template,
    [endpoint.address, said || status || 'with an error that says nothing', window ?? route],
    { cause: new Refused([status, shown(endpoint, `${refusal.type} ${refusal.code}`), said], refusal.retryAfterMs) },
  );
}

/** For the log: what the server said, whole. */
class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    facts: readonly string[],
    readonly retryAfterMs: number | undefined,
  ) {
    super(facts.filter(Boolean).join(' '));
  }
}

/** Milliseconds that the server wants us to wait before we ask again, where it said so. */
export function retryAfter(error: unknown): number | undefined {
  return error instanceof Error && error.cause instanceof Refused ? error.cause.retryAfterMs : undefined;
}

/** The server could not be asked. Said from the machine that tried, which under Remote-SSH is the remote one. */
export function connectionFailed(endpoint: Endpoint, cause: unknown): UserError {
  const code = systemCode(cause) ?? '';
  const [, name, template] = connectionSentences.find(([pattern]) => pattern.test(code)) ?? unreachable;
  const reason = code || shown(endpoint, String(cause instanceof Error ? (cause.cause ?? cause) : cause));
  return new UserError(`endpoint.${name}`, template, [endpoint.address, hostname(), reason], {
    cause: withoutServerData(cause),
  });
}

type ConnectionSentence = readonly [code: RegExp, name: string, template: string];

/** {0} is the address, {1} this machine, {2} the code of the failure, as Node and undici name it. */
const connectionSentences: readonly ConnectionSentence[] = [
  [
    /^(?:ENOTFOUND|EAI_)/,
    'dns',
    'The host of {0} is not known to {1} ({2}). Check the spelling of the endpoint address, the network and the VPN.',
  ],
  [
    /^PROXY_/,
    'proxy',
    'The proxy on the way to {0} did not let the request of {1} through ({2}). Check the address of the proxy, its user name and password.',
  ],
  [
    /TIMEOUT|ETIMEDOUT/,
    'timeout',
    '{0} did not answer in time (tried from {1}: {2}). Check the endpoint address and whether a firewall stands between.',
  ],
  [
    /^(?:CERT_|ERR_TLS_|ERR_SSL_|EPROTO|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_)/,
    'tls',
    'No secure connection to {0} ({2}). Use a server whose certificate {1} trusts, or write http:// if it speaks plain HTTP.',
  ],
  [
    /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)/,
    'connection-lost',
    '{0} closed the connection before it answered ({2}). Try again; if it happens again, the log of the server says why.',
  ],
  [
    /^(?:HPE_|HTTPParserError)/,
    'not-an-api',
    '{0} does not speak HTTP ({2}). Check the port and the scheme of the endpoint address.',
  ],
];

const unreachable: ConnectionSentence = [
  /^/,
  'unreachable',
  'No server answers at {0} (tried from {1}: {2}). Start it, wait if it is still loading the model, or change the endpoint address.',
];

/** @param location the header as the server sent it */
export function redirected(endpoint: Endpoint, url: string, location: string): UserError {
  const target = URL.canParse(location, url) ? new URL(location, url) : undefined;
  return new UserError(
    'endpoint.redirected',
    '{0} sends its visitors on to {1}. Nothing was sent there. If you know that server, use its address for this endpoint.',
    [endpoint.address, target ? shown(endpoint, target.origin + target.pathname) : 'nowhere'],
  );
}

export function notAnApi(endpoint: Endpoint, found: string): UserError {
  return new UserError(
    'endpoint.not-an-api',
    '{0} answered with {1}, not as an OpenAI-compatible API does. Check the endpoint address, and whether a login page or proxy stands before the server.',
    [endpoint.address, found],
  );
}

export function tooLarge(endpoint: Endpoint): UserError {
  return new UserError(
    'endpoint.too-large',
    '{0} sent more than a reply can hold, so reading was stopped. Check that the endpoint address belongs to a language model.',
    [endpoint.address],
  );
}

/** @param how what happened, as the end of the sentence "The reply broke off" */
export function streamCut(endpoint: Endpoint, how: string, cause?: unknown): UserError {
  return new UserError(
    'endpoint.stream-cut',
    'The reply of {0} broke off: {1}. Nothing of it was run. Try again; if it happens again, the log of the server says why.',
    [endpoint.address, shown(endpoint, how)],
    { cause: withoutServerData(cause) },
  );
}

export function promptTooLong(promptTokens: number, contextLength: number): UserError {
  return new UserError(
    'endpoint.context-overflow',
    'The conversation takes {0} of the {1} tokens of the context window and leaves no room for a reply. Start a new run with a shorter task.',
    [promptTokens, contextLength],
  );
}

/** @param wait what did not come in time */
export function timedOut(endpoint: Endpoint, wait: keyof typeof waits, milliseconds: number): UserError {
  return new UserError('endpoint.timeout', waits[wait], [endpoint.address, `${milliseconds / 1000} s`]);
}

const waits = {
  answer: '{0} did not answer within {1}. Check the endpoint address and whether the server is busy.',
  firstToken:
    '{0} sent nothing within {1}. It may be busy or still loading the model: try again, or allow more time for the first token.',
  whole: '{0} did not finish its reply within {1}. Nothing of it was run. Try again, or allow more time for a reply.',
  nextToken: 'The reply of {0} came to a halt for {1}. Nothing of it was run. Try again; the server may be overloaded.',
};

/** Server text fit for a message: one line, nothing invisible, never a key of the user's, at most 300 characters. */
export function shown({ apiKey, headers }: Endpoint, text: string): string {
  const line = text
    .replace(/\p{Cc}\[[\d;?]*[A-Za-z]/gu, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[\p{Cf}\p{Cs}\p{Co}]/gu, '')
    .trim();
  // A short header value is a switch, not a secret, and stands in every other word.
  const secrets = Object.values(headers).filter((value) => value.length >= 8);
  const safe = [...(apiKey ? [apiKey] : []), ...secrets].reduce((rest, one) => rest.replaceAll(one, '[API key]'), line);
  const characters = Array.from(safe);
  return characters.length > 300 ? `${characters.slice(0, 299).join('')}…` : safe;
}

/** The first code in an error, its causes and, where several addresses were tried, their errors. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error.name === 'HTTPParserError') return error.name;
  return systemCode(error instanceof AggregateError ? error.errors[0] : error.cause);
}

/** The HTTP parser keeps what it could not read, and that may be an echo of our headers, the key among them. */
function withoutServerData(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if ('data' in cause) delete cause.data;
  return error;
}

function quote(endpoint: Endpoint, text: string): string {
  const safe = shown(endpoint, text);
  return safe && `“${safe}”`;
}
