import { randomUUID } from 'node:crypto';
import { converse } from '../agent/converse';
import type { EndpointNotice } from '../agent/events';
import type { RunSession } from '../agent/session';
import type { RunCourse } from '../agent/steering';
import { connect, type EndpointOptions } from './endpoint/connect';

/** What is set for every conversation. */
export interface ChatOptions {
  readonly endpoint: Omit<EndpointOptions, 'conversationId'>;
  readonly replyTokens: number;
  readonly course: Required<Pick<RunCourse, 'instructions' | 'saidSomething'>> & Pick<RunCourse, 'earlier'>;
}

/**
 * Connects the endpoint for a conversation that is no task: replies are held to no grammar, and nothing is run.
 * @throws {UserError} code `endpoint.*`
 */
export async function startChat(
  problem: string,
  { endpoint, replyTokens, course }: ChatOptions,
  signal: AbortSignal,
  onNotice: (notice: EndpointNotice) => void,
): Promise<RunSession> {
  const id = `chat_${randomUUID()}`;
  const model = await connect({ ...endpoint, conversationId: id, constrain: false, onNotice }, signal);
  const settings = { id, problem, replyTokens };
  return {
    events: converse(settings, { model, course, signal, now: () => performance.now() }),
    terminal: undefined,
  };
}
