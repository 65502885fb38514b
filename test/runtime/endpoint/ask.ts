import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { human } from '../../../src/agent/conversation';
import { UserError } from '../../../src/agent/errors';
import type { Model, ReplyChunk, ReplyRequest } from '../../../src/agent/model';
import { connect, type EndpointOptions } from '../../../src/runtime/endpoint/connect';
import type { EndpointModel } from '../../../src/runtime/endpoint/endpointModel';
import type { FakeEndpoint } from '../../fakeEndpoint';

/** A signal that nobody aborts. */
export const never = new AbortController().signal;

export const question: ReplyRequest = {
  turns: [human('How many files are in /etc?')],
  maxTokens: 64,
  stop: ['</s>'],
  grammar: { regex: 'Act: (finish)', gbnf: 'root ::= "Act: finish"' },
};

/** Asks once, unless told: most tests are about one answer. */
export async function connectTo(
  endpoint: FakeEndpoint,
  options: Partial<EndpointOptions> = {},
): Promise<EndpointModel> {
  return connect(
    { baseUrl: endpoint.url, conversationId: 'conversation-1', patienceMs: 0, continueCut: false, ...options },
    never,
  );
}

export async function readAll(model: Model, request = question, signal = never): Promise<ReplyChunk[]> {
  const chunks: ReplyChunk[] = [];
  for await (const chunk of model.reply(request, signal)) chunks.push(chunk);
  return chunks;
}

/** The whole reply, as the loop sees it in the end. */
export async function replyOf(model: Model, request = question) {
  const chunks = await readAll(model, request);
  return {
    text: chunks.map(({ text }) => text).join(''),
    finish: chunks.findLast(({ finishReason }) => finishReason)?.finishReason,
    usage: chunks.findLast(({ usage }) => usage)?.usage,
  };
}

/** The UserError that something fails with: shown as it is, so it must be whole sentences without a hole. */
export async function failureOf(work: Promise<unknown>): Promise<UserError> {
  const error: unknown = await work.then(
    (value) => assert.fail(`No failure but ${inspect(value)}`),
    (failure: unknown) => failure,
  );
  if (!UserError.is(error)) throw error;
  assert.doesNotMatch(error.message, /\{\d\}|undefined|\[object/);
  assert.match(error.message, /^\S.*\.$/);
  return error;
}
