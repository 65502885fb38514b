import { UserError } from '../../agent/errors';
import { isRecord } from '../../agent/json';
import type { Endpoint } from './address';
import type { EndpointFacts } from './facts';
import { readJson, send } from './http';

/** A window of Llama-2 as JSON of TGI, which tells the text and the place of every token. */
const answerLimit = 1024 * 1024;

/**
 * The tokens that the server makes of a prompt, `<s>` included, by their ids in the vocabulary; undefined where it does not say.
 * It shows what no reply does: whether `</s><s>` is read as the special tokens, and how often `<s>` goes before the prompt.
 * vLLM, llama.cpp and TGI from 1.4 have a route for it.
 */
export async function serverTokens(
  endpoint: Endpoint,
  { engine }: EndpointFacts,
  model: string,
  prompt: string,
  signal: AbortSignal,
): Promise<readonly number[] | undefined> {
  const bodies: Partial<Record<EndpointFacts['engine'], object>> = {
    vllm: { model, prompt, add_special_tokens: true },
    'vllm-router': { model, prompt, add_special_tokens: true },
    llamacpp: { content: prompt, add_special: true, parse_special: true },
    tgi: { inputs: prompt },
  };
  const body = bodies[engine];
  if (!body) return undefined;
  try {
    const answer = await send(endpoint, `${endpoint.address}/tokenize`, { body: JSON.stringify(body), signal });
    return idsOf(await readJson(endpoint, answer, answerLimit));
  } catch (error) {
    if (UserError.is(error)) return undefined;
    throw error;
  }
}

function idsOf(answer: unknown): readonly number[] | undefined {
  const list = isRecord(answer) ? answer['tokens'] : answer;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const ids = list.map((token: unknown) => (isRecord(token) ? token['id'] : token));
  return ids.every((id) => typeof id === 'number') ? ids : undefined;
}
