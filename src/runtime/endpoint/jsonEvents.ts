import type { Endpoint } from './address';
import { streamCut } from './errors';
import { eventStream } from './eventStream';
import { send } from './http';

/**
 * Asks a server that streams one JSON value a line: newline-delimited, or as `data:` lines of server-sent events. Other lines of
 * such a stream (comments, names of events) are passed over.
 * @throws {UserError}
 */
export async function jsonEvents(
  endpoint: Endpoint,
  url: string,
  body: object,
  signal: AbortSignal,
): Promise<AsyncIterable<unknown>> {
  const response = await send(endpoint, url, { body: JSON.stringify(body), signal });
  return values(endpoint, await eventStream(endpoint, response));
}

async function* values(endpoint: Endpoint, response: Response): AsyncIterable<unknown> {
  for await (const line of lines(response)) {
    const json = /^(?:data:|(?=\{))(.*)$/s.exec(line)?.[1]?.trim();
    if (!json || json === '[DONE]') continue;
    yield parse(endpoint, json);
  }
}

function parse(endpoint: Endpoint, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw streamCut(endpoint, 'part of it was not JSON', error);
  }
}

async function* lines(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of response.body ?? []) {
    const complete = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = complete.pop() ?? '';
    yield* complete;
  }
  yield rest;
}
