import type { FinishReason, Usage } from '../../agent/model';
import { isRecord, readRefusal, type Refusal } from './refusal';

/** What one event of a stream says. All of it may be missing. */
interface CompletionChunk {
  readonly text: string;
  /** As the server words it; undefined while the reply goes on. */
  readonly finish: string | undefined;
  readonly usage: Usage | undefined;
  readonly refusal: Refusal | undefined;
}

/** Reads an event of vLLM, SGLang, TGI, llama.cpp, LM Studio, FastChat or a router. Whatever else arrives says nothing. */
export function readChunk(event: unknown): CompletionChunk {
  if (!isRecord(event)) return { text: '', finish: undefined, usage: undefined, refusal: undefined };
  const choice: unknown = Array.isArray(event['choices']) ? event['choices'][0] : undefined;
  const { text, finish_reason: finish } = isRecord(choice) ? choice : {};
  return {
    text: typeof text === 'string' ? text : '',
    finish: typeof finish === 'string' && finish ? finish : undefined,
    usage: readUsage(event['usage']),
    // SGLang and old vLLM send the error as if it were a chunk.
    refusal: event['object'] === 'error' || event['detail'] ? readRefusal(event) : undefined,
  };
}

/** TGI has its own words. A reason that is not known is no end to trust: undefined. */
export function finishReason(finish: string): FinishReason | undefined {
  switch (finish) {
    case 'stop':
    case 'eos_token':
    case 'stop_sequence':
      return 'stop';
    case 'length':
      return 'length';
    default:
      return undefined;
  }
}

function readUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens, prompt_tokens_details: details } = usage;
  if (typeof promptTokens !== 'number' || typeof completionTokens !== 'number') return undefined;
  const cachedTokens = isRecord(details) ? details['cached_tokens'] : undefined;
  return { promptTokens, completionTokens, cachedTokens: typeof cachedTokens === 'number' ? cachedTokens : null };
}
