import type { Grammar, ReplyRequest } from '../../agent/model';

/** Which server's way of constraining a reply to a grammar is used. The wrong one is ignored or refused by the server. */
export type Constrain = 'none' | 'vllm' | 'sglang' | 'llamacpp';

export interface Sampling {
  readonly model: string;
  /** 0 is greedy. */
  readonly temperature: number;
  readonly constrain: Constrain;
}

/** Of the model's published generation settings. Only where there is something to sample: TGI refuses 1 and above. */
const topP = 0.9;

/**
 * The JSON of one request. Everything that has a default on some server is said: vLLM takes omitted values from the model's
 * generation_config and 16 as `max_tokens`, llama.cpp samples at 0.8 without a limit.
 */
export function completionBody(prompt: string, maxTokens: number, { stop, grammar }: ReplyRequest, sampling: Sampling) {
  const { model, temperature, constrain } = sampling;
  return {
    model,
    prompt,
    max_tokens: maxTokens,
    temperature,
    ...(temperature > 0 && { top_p: topP }),
    ...(stop.length > 0 && { stop: [...stop] }),
    stream: true as const,
    stream_options: { include_usage: true },
    ...grammarFields(constrain, grammar),
  };
}

function grammarFields(constrain: Constrain, { regex, gbnf }: Grammar): Readonly<Record<string, unknown>> {
  switch (constrain) {
    case 'none':
      return {};
    case 'vllm':
      // From 0.11 the first, up to 0.11 the second; each ignores the other.
      return { structured_outputs: { regex }, guided_regex: regex };
    case 'sglang':
      return { regex };
    case 'llamacpp':
      return { grammar: gbnf };
  }
}
