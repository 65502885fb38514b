import type { Usage } from '../src/agent/model';
import type { FakeRequest, PlainReply } from './fakeExchange';

/** The servers that a fake endpoint can play, as far as a client can see them. `openai` is one that nobody knows. */
export type FakeFace = keyof typeof faces;

/** How a server words a streamed reply. */
export interface Wire {
  readonly contentType: string;
  piece(text: string, request: FakeRequest): string;
  end(end: ReplyEnd, request: FakeRequest): string;
  error(json: unknown): string;
}

export interface ReplyEnd {
  readonly text: string;
  /** As the script says it, or `stop`. */
  readonly finish: string;
  readonly usage: Usage | null;
}

export interface Face {
  /** GET routes and what they answer; `/v1/models` is made of the fields below. */
  readonly routes: Readonly<Record<string, PlainReply | ((now: FakeState) => PlainReply)>>;
  /** POST routes at which the model is asked. */
  readonly asks: Readonly<Record<string, Wire>>;
  /** What `/tokenize` answers, where there is one. */
  readonly tokenize?: (ids: readonly number[]) => unknown;
  readonly ownedBy: string;
  /** True unless told. */
  readonly hasModelList?: boolean;
  /** Where the list names the context window. */
  readonly window?: 'max_model_len' | 'meta';
  readonly unknownRoute: PlainReply;
  readonly wrongKey: PlainReply;
  /** The header of that name. */
  readonly server?: string;
}

export interface FakeState {
  /** Requests that the model is answering. */
  readonly active: number;
  readonly models: readonly string[];
  readonly generatedTokens: number;
}

const json = (body: unknown): PlainReply => ({ status: 200, body });
const prometheus = (lines: readonly string[]): PlainReply => ({
  status: 200,
  headers: { 'content-type': 'text/plain; version=0.0.4' },
  body: `${lines.join('\n')}\n`,
});

const sse = (space: string, data: unknown) => `data:${space}${JSON.stringify(data)}\n\n`;

function usageOf({ promptTokens, completionTokens, cachedTokens }: Usage) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: cachedTokens === null ? null : { cached_tokens: cachedTokens },
  };
}

function wantsUsage({ body }: FakeRequest): boolean {
  const options = body?.['stream_options'];
  return (
    typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true
  );
}

/** `usage` on the chunk that ends the reply, always (llama.cpp), or in one of its own, on demand (vLLM, SGLang). */
function openaiWire(options: { usageAtEnd?: boolean; chat?: boolean } = {}): Wire {
  const envelope = ({ body }: FakeRequest) => ({
    id: 'cmpl-fake',
    object: options.chat ? 'chat.completion.chunk' : 'text_completion',
    created: 1,
    model: body?.['model'],
  });
  const choice = (text: string, finish: string | null) =>
    options.chat
      ? { index: 0, delta: { content: text }, finish_reason: finish }
      : { index: 0, text, logprobs: null, finish_reason: finish };
  return {
    contentType: 'text/event-stream',
    piece: (text, request) => sse(' ', { ...envelope(request), choices: [choice(text, null)] }),
    end({ finish, usage }, request) {
      const last = { ...envelope(request), choices: [choice('', finish)] };
      if (options.usageAtEnd)
        return sse(' ', { ...last, ...(usage && { usage: usageOf(usage) }) }) + 'data: [DONE]\n\n';
      const numbers =
        usage && wantsUsage(request) ? sse(' ', { ...envelope(request), choices: [], usage: usageOf(usage) }) : '';
      return `${sse(' ', last)}${numbers}data: [DONE]\n\n`;
    },
    error: (error) => `${sse(' ', error)}data: [DONE]\n\n`,
  };
}

const tgiFinish: Readonly<Record<string, string>> = { stop: 'eos_token' };

/** TGI's own: a token an event, `data:` without a space, the end-of-text token visible, nothing after the last event. */
const tgiWire: Wire = {
  contentType: 'text/event-stream',
  piece: (text) =>
    sse('', { token: { id: 25086, text, logprob: -0.01, special: false }, generated_text: null, details: null }),
  end: ({ text, finish, usage }) =>
    sse('', {
      token: { id: 2, text: '</s>', logprob: -0.1, special: true },
      generated_text: text,
      details: {
        finish_reason: tgiFinish[finish] ?? finish,
        generated_tokens: usage?.completionTokens ?? 0,
        seed: null,
      },
    }),
  error: (error) => sse('', error),
};

const ollamaWire: Wire = {
  contentType: 'application/x-ndjson',
  piece: (response, { body }) => `${JSON.stringify({ model: body?.['model'], response, done: false })}\n`,
  end: ({ finish, usage }, { body }) =>
    `${JSON.stringify({
      model: body?.['model'],
      response: '',
      done: true,
      done_reason: finish,
      ...(usage && { prompt_eval_count: usage.promptTokens, eval_count: usage.completionTokens }),
    })}\n`,
  error: (error) => `${JSON.stringify(error)}\n`,
};

const fastApiNotFound: PlainReply = { status: 404, body: { detail: 'Not Found' } };
const unauthorized: PlainReply = { status: 401, body: { error: 'Unauthorized' } };
const openaiAsks = {
  '/v1/completions': openaiWire(),
  '/v1/chat/completions': openaiWire({ chat: true }),
};

const tgiLimits = { max_concurrent_requests: 128, max_best_of: 2, max_stop_sequences: 4, validation_workers: 2 };

/** From the engines' sources and, for llama.cpp, from its answers (0.5.0). */
export const faces = {
  openai: {
    ownedBy: 'fake',
    window: 'max_model_len',
    routes: {},
    asks: openaiAsks,
    unknownRoute: fastApiNotFound,
    wrongKey: {
      status: 401,
      body: { error: { message: 'Invalid API Key', type: 'authentication_error', code: 401 } },
    },
  },
  vllm: {
    ownedBy: 'vllm',
    window: 'max_model_len',
    routes: {
      '/version': json({ version: '0.32.0' }),
      '/health': { status: 200, body: '' },
      '/metrics': ({ active, generatedTokens }) =>
        prometheus([
          '# TYPE vllm:num_requests_running gauge',
          `vllm:num_requests_running{engine="0",model_name="agentlm-7b"} ${active}.0`,
          'vllm:num_requests_running{engine="1",model_name="agentlm-7b"} 0.0',
          'vllm:num_requests_waiting{engine="0",model_name="agentlm-7b"} 0.0',
          'vllm:kv_cache_usage_perc{engine="0",model_name="agentlm-7b"} 0.25',
          'vllm:kv_cache_usage_perc{engine="1",model_name="agentlm-7b"} 0.75',
          `vllm:generation_tokens_total{engine="0",model_name="agentlm-7b"} ${generatedTokens}`,
        ]),
    },
    asks: openaiAsks,
    tokenize: (tokens) => ({ count: tokens.length, max_model_len: 4096, tokens }),
    unknownRoute: fastApiNotFound,
    wrongKey: unauthorized,
  },
  'vllm-router': {
    ownedBy: 'vllm',
    routes: { '/engines': json([]) },
    asks: openaiAsks,
    unknownRoute: fastApiNotFound,
    wrongKey: unauthorized,
  },
  sglang: {
    ownedBy: 'sglang',
    window: 'max_model_len',
    routes: {
      '/get_model_info': json({
        model_path: 'THUDM/agentlm-7b',
        tokenizer_path: 'THUDM/agentlm-7b',
        is_generation: true,
      }),
      '/metrics': ({ active, generatedTokens }) =>
        prometheus([
          `sglang:num_running_reqs{model_name="agentlm-7b"} ${active}.0`,
          'sglang:num_queue_reqs{model_name="agentlm-7b"} 2.0',
          'sglang:token_usage{model_name="agentlm-7b"} 0.5',
          `sglang:gen_throughput{model_name="agentlm-7b"} ${generatedTokens}.5`,
        ]),
    },
    asks: openaiAsks,
    unknownRoute: fastApiNotFound,
    wrongKey: unauthorized,
  },
  llamacpp: {
    ownedBy: 'llamacpp',
    window: 'meta',
    server: 'llama.cpp',
    routes: {
      '/health': json({ status: 'ok' }),
      '/props': json({
        default_generation_settings: { n_ctx: 4096 },
        total_slots: 2,
        chat_template: "{{- '<|im_start|>' + message.role }}",
        build_info: 'b1-de3ff81',
      }),
      '/slots': ({ active }) =>
        json([0, 1].map((id) => ({ id, n_ctx: 4096, speculative: false, is_processing: id < active }))),
      '/metrics': ({ active, generatedTokens }) =>
        prometheus([
          '# TYPE llamacpp:requests_processing gauge',
          `llamacpp:requests_processing ${active}`,
          'llamacpp:requests_deferred 3',
          `llamacpp:tokens_predicted_total ${generatedTokens}`,
          'llamacpp:predicted_tokens_seconds 42.5',
        ]),
    },
    asks: {
      '/v1/completions': openaiWire({ usageAtEnd: true }),
      '/v1/chat/completions': openaiWire({ usageAtEnd: true, chat: true }),
    },
    tokenize: (tokens) => ({ tokens }),
    unknownRoute: { status: 404, body: { error: { message: 'File Not Found', type: 'not_found_error', code: 404 } } },
    wrongKey: {
      status: 401,
      body: { error: { message: 'Invalid API Key', type: 'authentication_error', code: 401 } },
    },
  },
  /** AgentTuning's docker files: no OpenAI route at all, and a window larger than the model's. */
  'tgi-1.0.3': {
    ownedBy: '',
    hasModelList: false,
    routes: {
      '/info': json({
        ...tgiLimits,
        model_id: '/data',
        max_input_length: 4096,
        max_total_tokens: 16384,
        version: '1.0.3',
      }),
      '/health': { status: 200, body: '' },
      '/metrics': ({ active }) => prometheus(['tgi_queue_size 1', `tgi_batch_current_size ${active}`]),
    },
    asks: { '/generate_stream': tgiWire },
    unknownRoute: { status: 404, body: '' },
    wrongKey: { status: 401, body: '' },
  },
  'tgi-3': {
    ownedBy: 'agentlm-7b',
    routes: {
      '/info': json({
        ...tgiLimits,
        model_id: 'agentlm-7b',
        max_input_tokens: 4095,
        max_total_tokens: 4096,
        router: 'text-generation-router',
        version: '3.3.7',
      }),
      '/metrics': ({ active }) => prometheus(['tgi_queue_size 1', `tgi_batch_current_size ${active}`]),
    },
    asks: { '/generate_stream': tgiWire, ...openaiAsks },
    tokenize: (ids) => ids.map((id) => ({ id, text: '', start: 0, stop: 0 })),
    unknownRoute: { status: 404, body: '' },
    wrongKey: { status: 401, body: '' },
  },
  ollama: {
    ownedBy: 'library',
    routes: {
      '/': { status: 200, headers: { 'content-type': 'text/plain' }, body: 'Ollama is running' },
      '/api/version': json({ version: '0.32.0' }),
    },
    // Its OpenAI route puts the prompt into the template of the model: nobody of ours should be seen there.
    asks: { '/api/generate': ollamaWire },
    unknownRoute: { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' },
    wrongKey: unauthorized,
  },
  lmstudio: {
    ownedBy: 'organization_owner',
    routes: {
      '/api/v0/models': ({ models }) =>
        json({
          object: 'list',
          data: models.map((id) => ({ id, object: 'model', state: 'loaded', loaded_context_length: 4096 })),
        }),
    },
    asks: openaiAsks,
    unknownRoute: { status: 200, body: { error: 'Unexpected endpoint or method. (GET). Returning 200 anyway' } },
    wrongKey: unauthorized,
  },
  fastchat: {
    ownedBy: 'fastchat',
    routes: {},
    asks: openaiAsks,
    unknownRoute: fastApiNotFound,
    wrongKey: {
      status: 401,
      body: { detail: { error: { message: '', type: 'invalid_request_error', param: null, code: 'invalid_api_key' } } },
    },
  },
  litellm: {
    ownedBy: 'openai',
    routes: {
      '/model/info': ({ models }) =>
        json({ data: models.map((id) => ({ model_name: id, litellm_params: {}, model_info: {} })) }),
    },
    asks: openaiAsks,
    unknownRoute: fastApiNotFound,
    wrongKey: {
      status: 401,
      body: { error: { message: 'Authentication Error, Invalid proxy server token', type: 'auth_error', code: '401' } },
    },
  },
} as const satisfies Readonly<Record<string, Face>>;
