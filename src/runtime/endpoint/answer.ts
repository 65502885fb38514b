import { UserError } from '../../agent/errors';
import { isRecord } from '../../agent/json';
import type { FinishReason } from '../../agent/model';
import type { Endpoint } from './address';
import { createDeadline } from './deadline';
import type { AnswerUsage, Engine, Question } from './engine';
import { refused, streamCut, systemCode, timedOut, tooLarge } from './errors';
import { readRefusal } from './refusal';

/** All in milliseconds; 0 waits for ever. */
export interface AnswerTimeouts {
  /** Queue, prefill and a cold start of the server are in it. */
  readonly firstTokenTimeoutMs: number;
  /** Between two tokens. */
  readonly idleTimeoutMs: number;
}

/** What is left of an event once the engine's words are gone. */
export interface AnswerChunk {
  readonly text: string;
  readonly finishReason?: FinishReason;
  readonly usage?: AnswerUsage;
}

/** A reply that is longer is none: 4096 tokens of Llama-2 are at most 64 thousand characters. */
const textLimit = 1024 * 1024;

/** How long a finished reply is held up for the numbers that come after it. */
const usageTimeoutMs = 2000;

/**
 * One request and its streamed answer. Ends after a `finishReason`, with the usage after it where there is one, or throws;
 * leaving the loop closes the connection, which stops the generation.
 * @throws {UserError} the signal's reason when aborted
 */
export async function* answer(
  endpoint: Endpoint,
  engine: Engine,
  question: Question,
  { firstTokenTimeoutMs, idleTimeoutMs }: AnswerTimeouts,
  signal: AbortSignal,
): AsyncGenerator<AnswerChunk> {
  const deadline = createDeadline(signal);
  let length = 0;
  let finished = false;
  try {
    deadline.set(firstTokenTimeoutMs, () => timedOut(endpoint, 'firstToken', firstTokenTimeoutMs));
    for await (const event of await engine.ask(endpoint, question, deadline.signal)) {
      const chunk = readPart(endpoint, engine, event);
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
    // The package `openai` ends the loop in silence when it is aborted, and when the stream is cut.
    signal.throwIfAborted();
    if (finished) return;
    deadline.signal.throwIfAborted();
    throw streamCut(endpoint, 'it ended without saying that it was complete');
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

function readPart(endpoint: Endpoint, engine: Engine, event: unknown): AnswerChunk {
  const { text, finish, usage, refusal } = engine.read(event);
  if (refusal) throw refused(endpoint, refusal, engine.route);
  if (typeof finish === 'object') throw streamCut(endpoint, `the server ended it with “${finish.unknown}”`);
  return { text, ...(finish && { finishReason: finish }), ...(usage && { usage }) };
}

/** What `openai` throws, as a sentence. What it wrapped is already one; what has nothing to do with the server is a bug. */
function explain(endpoint: Endpoint, error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (UserError.is(cause)) return cause;
  if (isRecord(error) && error['error'] !== undefined) return refused(endpoint, readRefusal(error['error']));
  if (error instanceof SyntaxError) return streamCut(endpoint, 'part of it was not JSON', error);
  const code = systemCode(error);
  return code === undefined ? error : streamCut(endpoint, `the connection was lost (${code})`, error);
}
