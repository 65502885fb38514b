import { randomUUID } from 'node:crypto';
import type { Turn } from '../agent/conversation';
import type { Model } from '../agent/model';
import { connect, type EndpointOptions } from './endpoint/connect';
import { turnPieces } from './endpoint/llamaPrompt';
import { createTokenCounter } from './endpoint/tokens';

/**
 * A model for a conversation that is no task: its replies are held to no grammar, and one that was cut is not continued.
 * @throws {UserError} code `endpoint.*`
 */
export async function openPlainModel(
  endpoint: Omit<EndpointOptions, 'conversationId'>,
  signal: AbortSignal,
): Promise<Model> {
  return connect({ ...endpoint, conversationId: randomUUID(), constrain: false, continueCut: false }, signal);
}

const counter = createTokenCounter();

/** Tokens that turns take in a prompt of any Llama-2 model; nobody is asked. */
export async function countTokens(turns: readonly Turn[]): Promise<number> {
  return counter(turnPieces(turns));
}
