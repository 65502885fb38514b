import { Stream } from 'openai/core/streaming';
import type { OpenAI } from 'openai';
import type { Endpoint } from './address';
import { eventStream } from './eventStream';
import { send } from './http';

/** What is asked, in the words of the API, with whatever else a server of another maker understands. */
type Body = (OpenAI.CompletionCreateParamsStreaming | OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming) &
  Readonly<Record<string, unknown>>;

/**
 * Asks a route of the OpenAI API and reads its events with the package `openai`: its reader alone, over our own exchange. Its
 * client would add nothing to a server that is not OpenAI (no retries, no time limit, no header of its own is wanted), and takes
 * 80 ms of processor time to load, a third of all that the command line needs before it can ask.
 * @throws {UserError}
 */
export async function openAIEvents(
  endpoint: Endpoint,
  route: string,
  body: Body,
  signal: AbortSignal,
): Promise<AsyncIterable<unknown>> {
  const response = await send(endpoint, endpoint.address + route, { body: JSON.stringify(body), signal });
  return Stream.fromSSEResponse(await eventStream(endpoint, response), new AbortController(), silent);
}

/** All that the reader asks of a client is whether to log what it cannot read; answer.ts says that in a sentence. */
const silent = { logLevel: 'off' } as OpenAI;
