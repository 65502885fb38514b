import { isRecord } from '../../agent/json';
import { finishOf, nothing, topP, type AnswerPart, type Engine, type Question } from './engine';
import { jsonEvents } from './jsonEvents';
import { readRefusal } from './refusal';

/**
 * Ollama's own route with `raw`, because its OpenAI routes put the prompt into the template of the model. There is no field for
 * a grammar here. Read in the sources of 0.32.
 */
export const ollama: Engine = {
  route: '/api/generate',
  continues: true,
  async ask(endpoint, question, signal) {
    return jsonEvents(endpoint, `${endpoint.address}/api/generate`, body(question), signal);
  },
  read,
};

function body({ model, prompt, maxTokens, contextLength, temperature, seed, stop }: Question) {
  return {
    model,
    prompt,
    raw: true,
    stream: true,
    // Both would drop the middle of the prompt in silence.
    truncate: false,
    shift: false,
    keep_alive: '30m',
    options: {
      num_ctx: contextLength,
      num_predict: maxTokens,
      temperature,
      ...(temperature > 0 && { top_p: topP }),
      ...(seed !== undefined && { seed }),
      ...(stop.length > 0 && { stop: [...stop] }),
    },
  };
}

function read(event: unknown): AnswerPart {
  if (!isRecord(event)) return nothing;
  if (event['error'] !== undefined) return { ...nothing, refusal: readRefusal(event) };
  const { response, done, done_reason: reason, prompt_eval_count: prompt, eval_count: generated } = event;
  return {
    text: typeof response === 'string' ? response : '',
    // Versions before 0.1.35 gave no reason.
    finish: done === true ? finishOf(reason ?? 'stop') : undefined,
    usage:
      done === true && typeof generated === 'number'
        ? {
            promptTokens: typeof prompt === 'number' ? prompt : undefined,
            completionTokens: generated,
            cachedTokens: null,
          }
        : undefined,
    refusal: undefined,
  };
}
