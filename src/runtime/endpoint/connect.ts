import { createAdmission, type Admission } from './admission';
import { endpointModel, type EndpointModel } from './endpointModel';
import { modelWindow, type EndpointFacts } from './facts';
import type { GrammarMemory } from './grammarWatch';
import type { EndpointNotice } from '../../agent/events';
import { openEndpoint, type EndpointAccess } from './openEndpoint';
import { createPatience } from './patience';
import { chooseModel, probe } from './probe';

/** All times in milliseconds; 0 means no limit. */
export interface EndpointOptions extends EndpointAccess {
  /** As the server calls it; the first one it serves unless told. */
  readonly model?: string | undefined;
  /** Tokens. Can only make the window smaller than what the server says. */
  readonly contextLength?: number | undefined;
  /** 180 s unless told, 600 s for Ollama, which loads the model when it is first asked. */
  readonly firstTokenTimeoutMs?: number | undefined;
  /** Between two tokens; 60 s unless told. */
  readonly idleTimeoutMs?: number | undefined;
  /** Of a whole reply; none unless told. */
  readonly totalTimeoutMs?: number | undefined;
  /** How long a server that is busy, loading or being restarted is asked again, before the first token; 120 s unless told, 0 asks once. */
  readonly patienceMs?: number | undefined;
  /** 0 unless told, which is greedy. */
  readonly temperature?: number | undefined;
  /** Sent to the server where it is told; not negative. */
  readonly seed?: number | undefined;
  /** Whether replies are held to the action grammar where the server can; true unless told. */
  readonly constrain?: boolean | undefined;
  /** Asks `/v1/chat/completions`, where the server makes the prompt: for a gateway that has nothing else. */
  readonly chat?: boolean | undefined;
  /** Whether a reply that ran into its own limit goes on once where the window has room; true unless told. */
  readonly continueCut?: boolean | undefined;
  /** Where a grammar is known not to work; hand the same one in again to keep it beyond a conversation. */
  readonly grammarMemory?: GrammarMemory | undefined;
  /** Hand the same one in again for conversations that ask the same server, so that they wait for each other. */
  readonly admission?: Admission | undefined;
  /** Replies at a time; unless told what llama.cpp says of itself, and no limit for servers that have a queue. */
  readonly parallel?: number | undefined;
  readonly onNotice?: ((notice: EndpointNotice) => void) | undefined;
}

/**
 * Finds a server, what it is, and the model that is meant on it. Keeps nothing open.
 * @throws {UserError} code `endpoint.*` when the address or key cannot be used, nobody answers, or the model is not there
 */
export async function connect(options: EndpointOptions, signal: AbortSignal): Promise<EndpointModel> {
  const { onNotice = () => {}, patienceMs = 120_000, chat = false } = options;
  const endpoint = await openEndpoint(options);
  const probeOnce = async (until: AbortSignal): Promise<EndpointFacts> =>
    probe(endpoint, until, options.connectTimeoutMs);
  const facts = await patiently(probeOnce, { patienceMs, onNotice }, signal);
  const served = chooseModel(endpoint, facts, options.model?.trim());
  const { chatTemplate: template } = facts;
  if (chat && template !== 'llama-2') onNotice({ code: 'chat-template', template });
  return endpointModel(endpoint, facts, probeOnce, {
    name: served.id,
    contextLength: Math.min(served.contextLength ?? modelWindow, options.contextLength ?? modelWindow, modelWindow),
    temperature: options.temperature ?? 0,
    seed: options.seed,
    constrain: options.constrain ?? true,
    chat,
    continueCut: options.continueCut ?? true,
    firstTokenTimeoutMs: options.firstTokenTimeoutMs ?? (facts.engine === 'ollama' ? 600_000 : 180_000),
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    totalTimeoutMs: options.totalTimeoutMs ?? 0,
    patienceMs,
    grammarMemory: options.grammarMemory ?? new Map(),
    admission: options.admission ?? createAdmission(),
    parallel: options.parallel,
    onNotice,
  });
}

/** A server that says it is loading or busy is waited for. One that is not there is more likely a wrong address. */
async function patiently(
  ask: (signal: AbortSignal) => Promise<EndpointFacts>,
  options: { readonly patienceMs: number; readonly onNotice: (notice: EndpointNotice) => void },
  signal: AbortSignal,
): Promise<EndpointFacts> {
  const patience = createPatience({ ...options, known: false });
  for (;;) {
    try {
      return await ask(signal);
    } catch (error) {
      await patience(error, signal);
    }
  }
}
