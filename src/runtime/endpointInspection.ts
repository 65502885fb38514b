import { randomUUID } from 'node:crypto';
import type { EndpointCheck, EndpointFacts, EndpointReport, LocalServer, ServerMetrics } from '../agent/endpointFacts';
import { human } from '../agent/conversation';
import { UserError } from '../agent/errors';
import { connect, type EndpointOptions } from './endpoint/connect';

/** An endpoint as runs ask it, outside of a run. */
export type EndpointToInspect = Omit<EndpointOptions, 'conversationId'>;

/** @throws {UserError} */
export async function probeEndpoint(endpoint: EndpointToInspect, signal: AbortSignal): Promise<EndpointFacts> {
  const { name, contextLength } = await connect(inspected(endpoint), signal);
  const models = [{ id: name, contextLength }];
  return { engine: 'openai', version: undefined, models, contextLength, grammar: 'none' };
}

/**
 * Asks the model for a single token.
 * @throws {UserError} when none comes
 */
export async function tryOut(endpoint: EndpointToInspect, signal: AbortSignal): Promise<void> {
  const model = await connect(inspected(endpoint), signal);
  const request = { turns: [human('Hello')], maxTokens: 1, stop: [], grammar: { regex: '', gbnf: '' } };
  for await (const { text } of model.reply(request, signal)) if (text) return;
}

export async function* diagnose(
  endpoint: EndpointToInspect,
  signal: AbortSignal,
): AsyncGenerator<EndpointCheck, EndpointReport> {
  try {
    const facts = await probeEndpoint(endpoint, signal);
    const check: EndpointCheck = { id: 'probe', status: 'pass', detail: 'The server answers.' };
    yield check;
    const models = facts.models?.map(({ id }) => id) ?? [];
    return { engine: facts.engine, version: null, models, contextLength: facts.contextLength ?? null, checks: [check] };
  } catch (error) {
    if (!UserError.is(error)) throw error;
    const check: EndpointCheck = { id: 'probe', status: 'fail', detail: error.message };
    yield check;
    return { engine: null, version: null, models: [], contextLength: null, checks: [check] };
  }
}

export async function findLocalServers(signal: AbortSignal): Promise<readonly LocalServer[]> {
  signal.throwIfAborted();
  return Promise.resolve([]);
}

/** @returns undefined where the server does not show its metrics */
export type MetricsReader = (signal: AbortSignal) => Promise<ServerMetrics | undefined>;

export async function openMetrics(_endpoint: EndpointToInspect): Promise<MetricsReader> {
  return Promise.resolve(() => Promise.resolve(undefined));
}

/** A conversation of its own. */
function inspected(endpoint: EndpointToInspect): EndpointOptions {
  return { ...endpoint, conversationId: randomUUID() };
}
