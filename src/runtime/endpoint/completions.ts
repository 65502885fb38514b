import { UserError } from '../../agent/errors';
import type { Model, ReplyChunk, ReplyRequest } from '../../agent/model';
import type { Endpoint } from './address';
import { completionBody, type Sampling } from './completionBody';
import { finishReason, readChunk } from './completionChunk';
import { createDeadline } from './deadline';
import { promptTooLong, refused, streamCut, systemCode, timedOut, tooLarge } from './errors';
import { eventStream } from './eventStream';
import { send } from './http';
import { joinPrompt, promptPieces, turnPieces } from './llamaPrompt';
import { isRecord, readRefusal } from './refusal';
import { createTokenCounter } from './tokens';

export interface CompletionSettings extends Sampling {
  readonly contextLength: number;
  /** Both in milliseconds, 0 waits for ever. */
  readonly firstTokenTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** A reply that is longer is none: 4096 tokens of Llama-2 are at most 64 thousand characters. */
const textLimit = 1024 * 1024;

/** How long a finished reply is held up for the numbers that come after it. */
const usageTimeoutMs = 2000;

/** The engine for servers with an OpenAI-compatible `/v1/completions`. Opens nothing until it is asked. */
export function completionsModel(endpoint: Endpoint, settings: CompletionSettings): Model {
  const { model: name, contextLength } = settings;
  const countTokens = createTokenCounter();

  async function* reply(request: ReplyRequest, signal: AbortSignal): AsyncGenerator<ReplyChunk> {
    signal.throwIfAborted();
    const pieces = promptPieces(request.turns);
    const promptTokens = await countTokens(pieces);
    // One token stays free: SGLang refuses a request that fills the window.
    const room = contextLength - promptTokens - 1;
    if (room < 1) throw promptTooLong(promptTokens, contextLength);
    yield* stream(completionBody(joinPrompt(pieces), Math.min(request.maxTokens, room), request, settings), signal);
  }

  async function* stream(body: ReturnType<typeof completionBody>, signal: AbortSignal): AsyncGenerator<ReplyChunk> {
    const { firstTokenTimeoutMs, idleTimeoutMs } = settings;
    const { createOpenAI } = await import('./openaiClient');
    const client = createOpenAI(`${endpoint.address}/v1`, async (url, init) =>
      eventStream(endpoint, await send(endpoint, url, init)),
    );
    const deadline = createDeadline(signal);
    let length = 0;
    let finished = false;
    try {
      deadline.set(firstTokenTimeoutMs, () => timedOut(endpoint, 'firstToken', firstTokenTimeoutMs));
      for await (const event of await client.completions.create(body, { signal: deadline.signal })) {
        const chunk = readReply(endpoint, event);
        if (finished) {
          if (chunk.usage) yield { text: '', usage: chunk.usage };
          continue;
        }
        length += chunk.text.length;
        if (length > textLimit) throw tooLarge(endpoint);
        finished = chunk.finishReason !== undefined;
        // Only the server is timed: whoever reads may take their time. Signs of life before the first token count for nothing.
        if (length > 0) deadline.clear();
        if (chunk.text || chunk.usage || finished) yield chunk;
        if (finished) deadline.set(usageTimeoutMs, () => timedOut(endpoint, 'nextToken', usageTimeoutMs));
        else if (length > 0) deadline.set(idleTimeoutMs, () => timedOut(endpoint, 'nextToken', idleTimeoutMs));
      }
      // The package ends the loop in silence when it is aborted, and when the stream is cut.
      signal.throwIfAborted();
      if (!finished) throw streamCut(endpoint, 'it ended without saying that it was complete');
    } catch (error) {
      signal.throwIfAborted();
      // The reply is whole; what could still have come is its usage.
      if (finished) return;
      deadline.signal.throwIfAborted();
      throw explain(endpoint, error);
    } finally {
      deadline.close();
    }
  }

  return { name, contextLength, countTokens: async (turns) => countTokens(turnPieces(turns)), reply };
}

function readReply(endpoint: Endpoint, event: unknown): ReplyChunk {
  const { text, finish, usage, refusal } = readChunk(event);
  if (refusal) throw refused(endpoint, refusal);
  if (finish === undefined) return { text, ...(usage && { usage }) };
  const reason = finishReason(finish);
  if (!reason) throw streamCut(endpoint, `the server ended it with “${finish}”`);
  // TGI hands the end-of-text token on as text.
  return { text: text.replace(/<\/s>$/, ''), finishReason: reason, ...(usage && { usage }) };
}

/** What `openai` throws, as a sentence. What it wrapped is already one; what has nothing to do with the server is a bug. */
function explain(endpoint: Endpoint, error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (UserError.is(cause)) return cause;
  if (isRecord(error) && error['error'] !== undefined) return refused(endpoint, readRefusal(error['error']));
  if (error instanceof SyntaxError) return streamCut(endpoint, 'part of it was not JSON', error);
  const code = systemCode(error);
  return code === undefined ? error : streamCut(endpoint, `the connection was lost (${code})`, error);
}
