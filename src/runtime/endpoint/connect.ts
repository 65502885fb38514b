import { UserError } from '../../agent/errors';
import type { Model } from '../../agent/model';
import { parseAddress } from './address';
import type { Constrain } from './completionBody';
import { completionsModel } from './completions';
import { findModel } from './models';

export interface EndpointOptions {
  /** With or without `/v1`, under any path. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** As the server calls it; the first one it serves unless told. */
  readonly model?: string | undefined;
  /** Tokens. Can only make the window smaller than what the server says. */
  readonly contextLength?: number | undefined;
  /** For the first question; 5 s unless told. This and the next two in milliseconds, 0 means no limit. */
  readonly connectTimeoutMs?: number | undefined;
  /** 180 s unless told: queue, prefill and a cold start of the server are in it. */
  readonly firstTokenTimeoutMs?: number | undefined;
  /** Between two tokens; 60 s unless told. */
  readonly idleTimeoutMs?: number | undefined;
  /** 0 unless told, which is greedy. */
  readonly temperature?: number | undefined;
  /** 'none' unless told. */
  readonly constrain?: Constrain | undefined;
  /** Random, stable for one conversation, means nothing to anybody else. */
  readonly conversationId: string;
}

/** AgentLM's window. A server may claim more (TGI of AgentTuning's docker files says 16384): the model has learnt no more. */
const modelWindow = 4096;

/**
 * Finds a server and the model that is meant on it. Asks one question, `GET /v1/models`, and keeps nothing open.
 * @throws {UserError} code `endpoint.*` when the address or key cannot be used, nobody answers, or the model is not there
 */
export async function connect(options: EndpointOptions, signal: AbortSignal): Promise<Model> {
  const endpoint = {
    address: parseAddress(options.baseUrl),
    apiKey: headerValue(options.apiKey),
    conversationId: options.conversationId,
  };
  const served = await findModel(endpoint, options.model?.trim(), options.connectTimeoutMs ?? 5000, signal);
  return completionsModel(endpoint, {
    model: served.id,
    contextLength: Math.min(served.contextLength ?? modelWindow, options.contextLength ?? modelWindow, modelWindow),
    temperature: options.temperature ?? 0,
    constrain: options.constrain ?? 'none',
    firstTokenTimeoutMs: options.firstTokenTimeoutMs ?? 180_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
  });
}

/** `fetch` names the whole key in its error when a character of it cannot be sent, so it is checked first. */
function headerValue(apiKey: string | undefined): string | undefined {
  const key = apiKey?.trim();
  if (!key || /^[\x21-\x7e]+$/.test(key)) return key || undefined;
  throw new UserError(
    'endpoint.bad-key',
    'The API key holds a space, a line break or a letter that no key has. Copy it again and enter it for this endpoint.',
  );
}
