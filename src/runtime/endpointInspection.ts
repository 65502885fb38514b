import { randomUUID } from 'node:crypto';
import { human } from '../agent/conversation';
import type { EndpointCheck, EndpointFacts, EndpointReport } from '../agent/endpointFacts';
import { connect, type EndpointOptions } from './endpoint/connect';
import { diagnose as diagnoseEndpoint } from './endpoint/doctor';
import { createMetricsReader, type MetricsReader } from './endpoint/metrics';
import { openEndpoint } from './endpoint/openEndpoint';
import { probe } from './endpoint/probe';

export { findLocalServers } from './endpoint/localServers';

/** An endpoint as runs ask it, outside of a run. */
export type EndpointToInspect = Omit<EndpointOptions, 'conversationId'>;

/** @throws {UserError} */
export async function probeEndpoint(endpoint: EndpointToInspect, signal: AbortSignal): Promise<EndpointFacts> {
  return probe(await openEndpoint(inspected(endpoint)), signal, endpoint.connectTimeoutMs);
}

/**
 * Asks the model for a single token.
 * @throws {UserError} when none comes
 */
export async function tryOut(endpoint: EndpointToInspect, signal: AbortSignal): Promise<void> {
  // Somebody waits in front of a question: what stands in the way is said at once, and Enter asks again.
  const impatient = { ...inspected(endpoint), constrain: false, continueCut: false, patienceMs: 0 };
  const model = await connect(impatient, signal);
  const request = { turns: [human('Hello')], maxTokens: 1, stop: [], grammar: { regex: '', gbnf: '' } };
  for await (const { text } of model.reply(request, signal)) if (text) return;
}

export function diagnose(
  endpoint: EndpointToInspect,
  signal: AbortSignal,
): AsyncGenerator<EndpointCheck, EndpointReport> {
  return diagnoseEndpoint(inspected(endpoint), signal);
}

export async function openMetrics(endpoint: EndpointToInspect): Promise<MetricsReader> {
  return createMetricsReader(await openEndpoint(inspected(endpoint)));
}

/** A conversation of its own. */
function inspected(endpoint: EndpointToInspect): EndpointOptions {
  return { ...endpoint, conversationId: randomUUID() };
}
