import type { EndpointFacts as ShownFacts, EngineName, ServedModel } from '../../agent/endpointFacts';
import { isRecord } from '../../agent/json';

/** The field of a request that holds the action grammar. A field that a server does not know is ignored or refused by it. */
export type GrammarField =
  /** vLLM from 0.11. */
  | 'structured_outputs.regex'
  /** vLLM up to 0.11. */
  | 'guided_regex'
  /** SGLang. */
  | 'regex'
  /** llama.cpp, as GBNF. */
  | 'grammar'
  /** TGI from 1.4.3, on its own routes only. */
  | 'parameters.grammar';

/** What a server is and can do, as far as it says so when asked. */
export interface EndpointFacts extends ShownFacts {
  /** In which fields a grammar is sent. */
  readonly grammarFields: readonly GrammarField[];
  /** Undefined where a flag of the server decides. */
  readonly reportsCachedTokens: boolean | undefined;
  /** Whether `/metrics` answers. */
  readonly metrics: boolean;
  /** Requests that are worked on at the same time, where the server says (llama.cpp). */
  readonly slots: number | undefined;
  /** Whether chat requests would be put into the Llama-2 format; `other` spoils them. Raw prompts do not care. */
  readonly chatTemplate: 'llama-2' | 'other' | 'unknown';
}

/** What the read-only routes of a server answered, as parsed JSON; undefined where it was no such thing. */
export interface ProbeAnswers {
  /** `/v1/models` */
  readonly models: unknown;
  /** `/info`: TGI */
  readonly info: unknown;
  /** `/props`: llama.cpp */
  readonly props: unknown;
  /** `/version`: vLLM */
  readonly version: unknown;
  /** `/api/version`: Ollama */
  readonly apiVersion: unknown;
  /** `/api/v0/models`: LM Studio */
  readonly apiModels: unknown;
  /** `/get_model_info`: SGLang */
  readonly modelInfo: unknown;
  /** `/model/info`: LiteLLM */
  readonly deployments: unknown;
  /** `/engines`: the vLLM router */
  readonly engines: unknown;
  /** `/metrics` */
  readonly metrics: boolean;
}

/** AgentLM's window. A server may claim more (TGI of AgentTuning's docker files says 16384): the model has learnt no more. */
export const modelWindow = 4096;

/**
 * Names a server by what only it says (serving.md, part 2: read in the engines' sources; llama.cpp 0.5.0 measured). An answer
 * is believed for its shape alone: LM Studio answers every route with 200.
 */
export function recognise(answers: ProbeAnswers): EndpointFacts {
  const { info, props } = answers;
  const models = readModels(answers);
  const engine = nameOf(answers);
  const grammar = grammarOf(engine, info);
  const [first] = models ?? [];
  return {
    engine,
    version: versionOf(engine, answers),
    models,
    contextLength: first?.contextLength,
    ...grammar,
    reportsCachedTokens: cachedTokens[engine],
    metrics: answers.metrics,
    slots: engine === 'llamacpp' && isRecord(props) ? positive(props['total_slots']) : undefined,
    chatTemplate: templateOf(props),
  };
}

function nameOf(answers: ProbeAnswers): EngineName {
  const { models, info, props, version, apiVersion, apiModels, modelInfo, deployments, engines } = answers;
  const owner = isRecord(entries(models)[0]) ? entries(models)[0]?.['owned_by'] : undefined;
  if (owner === 'llamacpp' || isRecord(at(props, 'default_generation_settings'))) return 'llamacpp';
  if (typeof at(info, 'max_total_tokens') === 'number') return 'tgi';
  if (owner === 'sglang' || typeof at(modelInfo, 'model_path') === 'string') return 'sglang';
  if (owner === 'vllm') {
    const behindRouter = Array.isArray(engines) && typeof at(version, 'version') !== 'string';
    return behindRouter ? 'vllm-router' : 'vllm';
  }
  if (owner === 'fastchat') return 'fastchat';
  if (entries(apiModels).some((entry) => 'state' in entry || 'loaded_context_length' in entry)) return 'lmstudio';
  if (typeof at(apiVersion, 'version') === 'string') return 'ollama';
  if (entries(deployments).some((entry) => 'litellm_params' in entry || 'model_info' in entry)) return 'litellm';
  return 'openai';
}

function versionOf(engine: EngineName, { info, props, version, apiVersion }: ProbeAnswers): string | undefined {
  const named: Partial<Record<EngineName, unknown>> = {
    vllm: at(version, 'version'),
    tgi: at(info, 'version'),
    llamacpp: at(props, 'build_info'),
    ollama: at(apiVersion, 'version'),
  };
  const found = named[engine];
  return typeof found === 'string' && found ? found : undefined;
}

const cachedTokens: Readonly<Record<EngineName, boolean | undefined>> = {
  llamacpp: true,
  // --enable-prompt-tokens-details, --enable-cache-report
  vllm: undefined,
  'vllm-router': undefined,
  sglang: undefined,
  litellm: undefined,
  openai: undefined,
  tgi: false,
  ollama: false,
  lmstudio: false,
  fastchat: false,
};

/** JSON schemas, all that Ollama and LM Studio know, would take AgentLM out of the form it was trained on. */
function grammarOf(engine: EngineName, info: unknown): Pick<EndpointFacts, 'grammar' | 'grammarFields'> {
  switch (engine) {
    case 'vllm':
    case 'vllm-router':
      // Sent together: each version ignores the other's.
      return { grammar: 'regex', grammarFields: ['structured_outputs.regex', 'guided_regex'] };
    case 'sglang':
      return { grammar: 'regex', grammarFields: ['regex'] };
    case 'llamacpp':
      return { grammar: 'gbnf', grammarFields: ['grammar'] };
    case 'tgi':
      if (!isAtLeast(at(info, 'version'), [1, 4, 3])) break;
      return { grammar: 'regex', grammarFields: ['parameters.grammar'] };
    default:
  }
  return { grammar: 'none', grammarFields: [] };
}

function isAtLeast(version: unknown, wanted: readonly number[]): boolean {
  const parts = typeof version === 'string' ? (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? []) : [];
  const different = wanted.findIndex((part, index) => parts[index] !== part);
  return different === -1 || (parts[different] ?? -1) > (wanted[different] ?? 0);
}

function readModels({ models, info, props, apiModels }: ProbeAnswers): readonly ServedModel[] | undefined {
  const window = windowOf(info) ?? windowOf(at(props, 'default_generation_settings'));
  const loaded = new Map(entries(apiModels).map((entry) => [entry['id'], entry['loaded_context_length']]));
  const named = Array.isArray(at(models, 'data')) ? entries(models) : undefined;
  const list = named ?? (typeof at(info, 'model_id') === 'string' ? [{ id: at(info, 'model_id') }] : undefined);
  return list?.flatMap((entry: Readonly<Record<string, unknown>>) => {
    const id = entry['id'];
    if (typeof id !== 'string' || !id) return [];
    const said = positive(entry['max_model_len']) ?? positive(at(entry['meta'], 'n_ctx')) ?? positive(loaded.get(id));
    const tokens = said ?? window;
    return [{ id, contextLength: tokens === undefined ? undefined : Math.min(tokens, modelWindow) }];
  });
}

/**
 * Of TGI or of a slot of llama.cpp. TGI limits the prompt by itself as well; a window in which every prompt stays below that
 * limit wastes some of its room where the two are far apart, which they are by default up to TGI 1.4 (1024 of 2048).
 */
function windowOf(facts: unknown): number | undefined {
  const total = positive(at(facts, 'max_total_tokens'));
  const input = positive(at(facts, 'max_input_tokens')) ?? positive(at(facts, 'max_input_length'));
  return total === undefined ? positive(at(facts, 'n_ctx')) : Math.min(total, (input ?? total) + 1);
}

function templateOf(props: unknown): EndpointFacts['chatTemplate'] {
  const template = at(props, 'chat_template');
  if (typeof template !== 'string' || !template) return 'unknown';
  return template.includes('[INST]') ? 'llama-2' : 'other';
}

function entries(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  const data = at(list, 'data');
  return Array.isArray(data) ? data.filter(isRecord) : [];
}

function at(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function positive(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}
