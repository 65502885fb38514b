import { isRecord } from '../../agent/json';
import type { Grammar } from '../../agent/model';
import { finishOf, nothing, topP, type AnswerPart, type AnswerUsage, type Engine, type Question } from './engine';
import type { GrammarField } from './facts';
import { openAIEvents } from './openaiStream';
import { readRefusal } from './refusal';

/**
 * The raw route of vLLM, SGLang, llama.cpp, LM Studio, FastChat, LiteLLM and the routers. Everything that has a default on some
 * server is said: vLLM takes omitted values from the model's generation_config and 16 as `max_tokens`, llama.cpp samples at 0.8
 * without a limit.
 */
export const completions: Engine = {
  route: '/v1/completions',
  continues: true,
  async ask(endpoint, question, signal) {
    const { model, prompt } = question;
    return openAIEvents(endpoint, '/v1/completions', { model, prompt, ...settings(question) }, signal);
  },
  read: readChunk,
};

/** The parameters that a raw and a chat request share. */
export function settings(question: Question) {
  const { maxTokens, temperature, seed, stop, grammar, grammarFields } = question;
  return {
    max_tokens: maxTokens,
    temperature,
    ...(temperature > 0 && { top_p: topP }),
    ...(seed !== undefined && { seed }),
    ...(stop.length > 0 && { stop: [...stop] }),
    stream: true as const,
    stream_options: { include_usage: true },
    ...inFields(grammar, grammarFields),
  };
}

function inFields(grammar: Grammar, fields: readonly GrammarField[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(fields.flatMap((field) => Object.entries(grammarIn[field](grammar))));
}

const grammarIn: Readonly<Record<GrammarField, (grammar: Grammar) => object>> = {
  'structured_outputs.regex': ({ regex }) => ({ structured_outputs: { regex } }),
  guided_regex: ({ regex }) => ({ guided_regex: regex }),
  regex: ({ regex }) => ({ regex }),
  grammar: ({ gbnf }) => ({ grammar: gbnf }),
  // TGI knows it on its own routes only.
  'parameters.grammar': () => ({}),
};

/** Reads an event of any server with an OpenAI-compatible API. Whatever else arrives says nothing. */
export function readChunk(event: unknown): AnswerPart {
  if (!isRecord(event)) return nothing;
  const choice: unknown = Array.isArray(event['choices']) ? event['choices'][0] : undefined;
  const { text, finish_reason: finish, delta } = isRecord(choice) ? choice : {};
  const said = isRecord(delta) ? delta['content'] : text;
  return {
    text: typeof said === 'string' ? said : '',
    finish: finishOf(finish),
    usage: readUsage(event['usage']),
    // SGLang and old vLLM send the error as if it were a chunk.
    refusal: event['object'] === 'error' || event['detail'] ? readRefusal(event) : undefined,
  };
}

function readUsage(usage: unknown): AnswerUsage | undefined {
  if (!isRecord(usage)) return undefined;
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens, prompt_tokens_details: details } = usage;
  if (typeof promptTokens !== 'number' || typeof completionTokens !== 'number') return undefined;
  const cachedTokens = isRecord(details) ? details['cached_tokens'] : undefined;
  return { promptTokens, completionTokens, cachedTokens: typeof cachedTokens === 'number' ? cachedTokens : null };
}
