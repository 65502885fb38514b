import { isRecord, parseJson } from '../../agent/json';
import type { Endpoint } from './address';
import { connectionFailed, notAnApi, redirected, refused } from './errors';
import { readRefusal } from './refusal';

/** A question: to be read, or, with a body, to be answered. */
export interface Ask {
  /** JSON text. */
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/** Longest error body or page that is looked at, in characters. */
const errorLimit = 64 * 1024;

/**
 * One exchange. The headers are ours alone: what a library adds, or takes from its own environment variables, stays behind.
 * A redirect is not followed, so that the key and the conversation go to the address that the user gave and nowhere else.
 * @returns a 2xx response that is not a web page
 * @throws {UserError} for everything else; the signal's reason when aborted
 */
export async function send(endpoint: Endpoint, url: string, { body, signal }: Ask): Promise<Response> {
  signal.throwIfAborted();
  const method = body === undefined ? 'GET' : 'POST';
  const response = await endpoint
    .exchange(url, { method, headers: headers(endpoint, body), body, signal })
    .catch((error: unknown) => {
      signal.throwIfAborted();
      throw connectionFailed(endpoint, error);
    });
  const location = response.headers.get('location');
  if (response.status >= 300 && response.status < 400 && location !== null) {
    await response.body?.cancel();
    throw redirected(endpoint, url, location);
  }
  if (!response.ok) {
    const said = await readText(response, errorLimit);
    const refusal = readRefusal(parseJson(said) ?? said, response.status, response.headers.get('retry-after'));
    throw refused(endpoint, refusal, new URL(url).pathname);
  }
  if (mediaType(response) === 'text/html') {
    await response.body?.cancel();
    throw notAnApi(endpoint, 'a web page');
  }
  return response;
}

/** The body as JSON. What is not JSON, or says that something went wrong, is thrown. */
export async function readJson(endpoint: Endpoint, response: Response, limit = errorLimit): Promise<unknown> {
  const body = parseJson(await readText(response, limit));
  if (isRecord(body) && (body['error'] || body['object'] === 'error')) throw refused(endpoint, readRefusal(body));
  if (body === undefined || typeof body === 'string') throw notAnApi(endpoint, 'something that is not JSON');
  return body;
}

/** `text/html` of `text/html; charset=utf-8` */
export function mediaType(response: Response): string {
  return response.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function headers(endpoint: Endpoint, body: string | undefined): Record<string, string> {
  const { apiKey, conversationId, sessionHeader, headers: extra } = endpoint;
  const ours = {
    accept: 'text/event-stream, application/json',
    'accept-encoding': 'identity',
    ...(body !== undefined && { 'content-type': 'application/json' }),
    // Never X-Conversation-Id: llama.cpp then goes on generating after we have left.
    [sessionHeader]: conversationId,
    ...(apiKey && { authorization: `Bearer ${apiKey}` }),
  };
  const others = Object.entries(extra).filter(([name]) => !(name.toLowerCase() in ours));
  return { ...Object.fromEntries(others), ...ours };
}

export async function readText(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > limit) break;
  }
  return text.slice(0, limit);
}

/** The parsed value, or the text itself. */
