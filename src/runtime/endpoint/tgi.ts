import { isRecord } from '../../agent/json';
import { finishOf, nothing, topP, type AnswerPart, type Engine, type Question } from './engine';
import { jsonEvents } from './jsonEvents';
import { readRefusal } from './refusal';

/**
 * The own route of Text Generation Inference, any version: AgentTuning's docker files run 1.0.3, which has no other, and later
 * versions take a grammar here only. Read in the sources of 1.0.3 and 3.3.7.
 */
export const tgi: Engine = {
  route: '/generate_stream',
  continues: true,
  async ask(endpoint, question, signal) {
    const body = { inputs: question.prompt, parameters: parameters(question) };
    return jsonEvents(endpoint, `${endpoint.address}/generate_stream`, body, signal);
  },
  read,
};

/** Never `truncate`: it keeps the last tokens and would cut the instruction off. */
function parameters({ maxTokens, temperature, seed, stop, grammar, grammarFields }: Question) {
  return {
    max_new_tokens: maxTokens,
    // Greedy is the lack of sampling; 1.0.3 samples as soon as there is a temperature.
    ...(temperature > 0 ? { do_sample: true, temperature, top_p: topP } : { do_sample: false }),
    ...(seed !== undefined && { seed }),
    ...(stop.length > 0 && { stop: [...stop] }),
    details: true,
    ...(grammarFields.includes('parameters.grammar') && { grammar: { type: 'regex', value: grammar.regex } }),
  };
}

/** One token an event. The last one says how it ended; special tokens are no text, and the text that stopped it is still there. */
function read(event: unknown): AnswerPart {
  if (!isRecord(event)) return nothing;
  if (event['error'] !== undefined) return { ...nothing, refusal: readRefusal(event) };
  const { token, details } = event;
  const { text, special } = isRecord(token) ? token : {};
  const { finish_reason: finish, generated_tokens: generated, input_length: input } = isRecord(details) ? details : {};
  // Old versions may leave the details out; a generated text then says that it is over, but not why.
  const over = typeof event['generated_text'] === 'string';
  return {
    text: typeof text === 'string' && special !== true ? text : '',
    finish: finishOf(finish) ?? (over ? { unknown: 'no reason' } : undefined),
    usage:
      typeof generated === 'number'
        ? {
            promptTokens: typeof input === 'number' ? input : undefined,
            completionTokens: generated,
            cachedTokens: null,
          }
        : undefined,
    refusal: undefined,
  };
}
