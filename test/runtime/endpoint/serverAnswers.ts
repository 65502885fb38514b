import type { Usage } from '../../../src/agent/model';
import type { RefusalKind } from '../../../src/runtime/endpoint/refusal';

interface ErrorAnswer {
  readonly server: string;
  readonly when: string;
  readonly status: number;
  /** Sent as JSON unless a string. */
  readonly body: unknown;
  readonly contentType?: string;
  readonly kind: RefusalKind | 'not-an-api' | 'stream-cut';
}

const sse = 'text/event-stream';
const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const vllm = (message: string, type: string, code: number) => ({ error: { message, type, param: null, code } });
const flat = (message: string, code: number, type?: string) => ({ object: 'error', message, type, param: null, code });
const window = "This model's maximum context length is 4096 tokens.";
const inputs = 'Input validation error: `inputs`';

/** What the servers answer to `/v1/completions` when they cannot reply: llama.cpp 0.5.0 as recorded, the others as their sources say. */
export const errorAnswers: readonly ErrorAnswer[] = [
  {
    server: 'vLLM, now',
    when: 'window too small',
    status: 400,
    body: vllm(
      `${window} However, you requested 512 output tokens and your prompt contains at least 3585 input tokens`,
      'BadRequestError',
      400,
    ),
    kind: 'context-overflow',
  },
  {
    server: 'vLLM 0.10',
    when: 'window too small',
    status: 400,
    body: vllm(`'max_tokens' is too large: 512. ${window} (512 > 4096 - 3900).`, 'BadRequestError', 400),
    kind: 'context-overflow',
  },
  {
    server: 'vLLM 0.9',
    when: 'window too small',
    status: 400,
    body: flat(window, 400, 'BadRequestError'),
    kind: 'context-overflow',
  },
  { server: 'vLLM', when: 'wrong key', status: 401, body: { error: 'Unauthorized' }, kind: 'unauthorized' },
  {
    server: 'vLLM',
    when: 'model unknown',
    status: 404,
    body: vllm('The model `x` does not exist.', 'NotFoundError', 404),
    kind: 'unknown-model',
  },
  {
    server: 'vLLM',
    when: 'queue full',
    status: 503,
    body: vllm('Server is overloaded', 'ServiceUnavailableError', 503),
    kind: 'overloaded',
  },
  {
    server: 'vLLM',
    when: 'engine dead, in the stream',
    status: 200,
    contentType: sse,
    body: event(vllm('EngineCore encountered an issue.', 'InternalServerError', 500)) + 'data: [DONE]\n\n',
    kind: 'server-error',
  },
  {
    server: 'TGI',
    when: 'window too small for prompt and reply',
    status: 422,
    body: { error: `${inputs} tokens + \`max_new_tokens\` must be <= 4096. Given: 3900`, error_type: 'validation' },
    kind: 'context-overflow',
  },
  {
    server: 'TGI',
    when: 'window too small for the prompt',
    status: 422,
    body: { error: `${inputs} must have less than 4096 tokens. Given: 5002`, error_type: 'validation' },
    kind: 'context-overflow',
  },
  {
    server: 'TGI',
    when: 'the same, in the stream',
    status: 200,
    contentType: sse,
    body: event({
      error: { message: `${inputs} must have less than 4096 tokens. Given: 5002`, http_status_code: 422 },
    }),
    kind: 'context-overflow',
  },
  {
    server: 'TGI',
    when: 'a parameter is wrong',
    status: 422,
    body: { error: 'Input validation error: `temperature` must be strictly positive', error_type: 'validation' },
    kind: 'rejected',
  },
  {
    server: 'TGI',
    when: 'busy',
    status: 429,
    body: { error: 'Model is overloaded', error_type: 'overloaded' },
    kind: 'overloaded',
  },
  {
    server: 'TGI',
    when: 'out of GPU memory',
    status: 424,
    body: { error: 'Request failed during generation: Server error: CUDA out of memory', error_type: 'generation' },
    kind: 'server-error',
  },
  {
    server: 'TGI',
    when: 'not ready',
    status: 503,
    body: { error: 'unhealthy', error_type: 'healthcheck' },
    kind: 'loading',
  },
  { server: 'TGI', when: 'wrong key', status: 401, body: '', contentType: '', kind: 'unauthorized' },
  {
    server: 'SGLang',
    when: 'window too small for the prompt',
    status: 400,
    body: flat(
      "The input (5002 tokens) is longer than the model's context length (4096 tokens).",
      400,
      'BadRequestError',
    ),
    kind: 'context-overflow',
  },
  {
    server: 'SGLang',
    when: 'window too small for prompt and reply',
    status: 400,
    body: flat(
      "Requested token count exceeds the model's maximum context length of 4096 tokens.",
      400,
      'BadRequestError',
    ),
    kind: 'context-overflow',
  },
  {
    server: 'SGLang',
    when: 'queue full',
    status: 503,
    body: flat('The request queue is full.', 503, 'SERVICE_UNAVAILABLE'),
    kind: 'overloaded',
  },
  {
    server: 'SGLang',
    when: 'queue full, in the stream',
    status: 200,
    contentType: sse,
    body: event({ error: flat('The request queue is full.', 503, 'SERVICE_UNAVAILABLE') }) + 'data: [DONE]\n\n',
    kind: 'overloaded',
  },
  {
    server: 'llama.cpp',
    when: 'still loading',
    status: 503,
    body: { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } },
    kind: 'loading',
  },
  {
    server: 'llama.cpp',
    when: 'wrong key',
    status: 401,
    body: { error: { message: 'Invalid API Key', type: 'authentication_error', code: 401 } },
    kind: 'unauthorized',
  },
  {
    server: 'llama.cpp',
    when: 'window too small',
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'request (5002 tokens) exceeds the available context size (2048 tokens), try increasing it',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 5002,
        n_ctx: 2048,
      },
    },
    kind: 'context-overflow',
  },
  {
    server: 'llama.cpp',
    when: 'shared context memory full',
    status: 500,
    body: { error: { code: 500, message: 'Context size has been exceeded.', type: 'server_error' } },
    kind: 'memory-exhausted',
  },
  {
    server: 'llama.cpp',
    when: 'the same, in the stream',
    status: 200,
    contentType: sse,
    body: event({ error: { code: 500, message: 'Context size has been exceeded.', type: 'server_error' } }),
    kind: 'memory-exhausted',
  },
  {
    server: 'llama.cpp',
    when: 'grammar not understood',
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'Failed to initialize samplers: failed to parse grammar',
        type: 'invalid_request_error',
      },
    },
    kind: 'grammar-rejected',
  },
  {
    server: 'llama.cpp',
    when: 'request not understood',
    status: 500,
    body: {
      error: { code: 500, message: '[json.exception.parse_error.101] parse error at line 1', type: 'server_error' },
    },
    kind: 'server-error',
  },
  {
    server: 'llama.cpp',
    when: 'route not offered',
    status: 501,
    body: { error: { code: 501, message: 'This server does not support this endpoint.', type: 'not_supported_error' } },
    kind: 'not-found',
  },
  {
    server: 'llama.cpp',
    when: 'route unknown',
    status: 404,
    body: { error: { message: 'File Not Found', type: 'not_found_error', code: 404 } },
    kind: 'not-found',
  },
  {
    server: 'Ollama',
    when: 'model unknown',
    status: 404,
    body: { error: { message: "model 'agentlm' not found", type: 'not_found_error', param: null, code: null } },
    kind: 'unknown-model',
  },
  {
    server: 'Ollama',
    when: 'queue full',
    status: 503,
    body: { error: 'server busy, please try again.  maximum pending requests exceeded' },
    kind: 'overloaded',
  },
  {
    server: 'Ollama',
    when: 'window too small',
    status: 400,
    body: { error: 'the prompt is longer than the context length currently available' },
    kind: 'context-overflow',
  },
  { server: 'FastChat', when: 'window too small', status: 400, body: flat(window, 40303), kind: 'context-overflow' },
  {
    server: 'FastChat',
    when: 'busy, and says 400',
    status: 400,
    body: flat('NETWORK ERROR DUE TO HIGH TRAFFIC. PLEASE REGENERATE OR REFRESH THIS PAGE.', 42903),
    kind: 'overloaded',
  },
  {
    server: 'FastChat',
    when: 'model unknown',
    status: 400,
    body: flat('Only agentlm-7b allowed now, your model x', 40301),
    kind: 'unknown-model',
  },
  { server: 'FastChat', when: 'no worker yet', status: 400, body: flat('NO AVAILABLE WORKER', 50004), kind: 'loading' },
  {
    server: 'FastChat',
    when: 'wrong key',
    status: 401,
    body: { detail: { error: { message: '', type: 'invalid_request_error', param: null, code: 'invalid_api_key' } } },
    kind: 'unauthorized',
  },
  {
    server: 'LiteLLM',
    when: 'all deployments cooling down',
    status: 429,
    body: { error: { message: 'No deployments available for selected model, Try again in 5 seconds.', code: '429' } },
    kind: 'overloaded',
  },
  {
    server: 'LiteLLM',
    when: 'window too small',
    status: 400,
    body: { error: { message: `litellm.ContextWindowExceededError: litellm.BadRequestError: ${window}`, code: '400' } },
    kind: 'context-overflow',
  },
  {
    server: 'vLLM router',
    when: 'no healthy replica',
    status: 503,
    body: { error: "Model 'agentlm-7b' is temporarily unavailable" },
    kind: 'overloaded',
  },
  {
    server: 'FastAPI',
    when: 'a field is missing',
    status: 422,
    body: { detail: [{ type: 'missing', loc: ['body', 'prompt'], msg: 'Field required' }] },
    kind: 'rejected',
  },
  { server: 'FastAPI', when: 'route unknown', status: 404, body: { detail: 'Not Found' }, kind: 'not-found' },
  {
    server: 'Squid',
    when: 'it knows nobody',
    status: 407,
    contentType: 'text/html',
    body: '<html><head><title>Cache Access Denied</title></head></html>',
    kind: 'proxy',
  },
  {
    server: 'nginx',
    when: 'nothing behind it',
    status: 502,
    contentType: 'text/html',
    body: '<html><head><title>502 Bad Gateway</title></head></html>',
    kind: 'gateway',
  },
  {
    server: 'a proxy',
    when: 'login page',
    status: 200,
    contentType: 'text/html',
    body: '<!doctype html><html><title>Sign in</title></html>',
    kind: 'not-an-api',
  },
  {
    server: 'any server',
    when: 'stream without an end',
    status: 200,
    contentType: sse,
    body: event({ choices: [{ index: 0, text: 'Think: a', finish_reason: null }] }),
    kind: 'stream-cut',
  },
];

interface StreamAnswer {
  readonly server: string;
  readonly body: string;
  readonly reply: {
    readonly text: string;
    readonly finish: 'stop' | 'length';
    readonly usage: Usage | undefined;
  };
}

const chunk = (text: string, finish: string | null, more: object = {}) =>
  event({
    id: 'cmpl-1',
    object: 'text_completion',
    choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
    ...more,
  });
const done = 'data: [DONE]\n\n';
const counted = (prompt: number, completion: number, details: unknown) => ({
  usage: {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: details,
  },
});

/** How the servers stream: where the end and the usage are. */
export const streamAnswers: readonly StreamAnswer[] = [
  {
    server: 'vLLM, usage in an event of its own',
    body:
      chunk(' Think', null, { usage: null }) +
      chunk(': a', 'stop', { usage: null }) +
      event({ choices: [], ...counted(34, 6, { cached_tokens: 32 }) }) +
      done,
    reply: { text: ' Think: a', finish: 'stop', usage: { promptTokens: 34, completionTokens: 6, cachedTokens: 32 } },
  },
  {
    server: 'SGLang, no cached tokens',
    body: chunk(' Think: a', 'stop') + event({ choices: [], ...counted(34, 6, null) }) + done,
    reply: { text: ' Think: a', finish: 'stop', usage: { promptTokens: 34, completionTokens: 6, cachedTokens: null } },
  },
  {
    server: 'TGI 3, words of its own and the end token as text',
    body: chunk(' Think', '') + chunk('</s>', 'eos_token') + done,
    reply: { text: ' Think', finish: 'stop', usage: undefined },
  },
  {
    server: 'llama.cpp, usage with the end, progress before the first token',
    body:
      chunk('', null, { prompt_progress: { total: 53, cache: 34, processed: 53, time_ms: 3 } }) +
      chunk(' Мексику', null) +
      chunk('', 'length', { ...counted(53, 4, { cached_tokens: 34 }), timings: { cache_n: 34 } }) +
      done,
    reply: { text: ' Мексику', finish: 'length', usage: { promptTokens: 53, completionTokens: 4, cachedTokens: 34 } },
  },
  {
    server: 'llama.cpp, comments that keep it alive',
    body: `:\n\n${chunk('ok', 'stop')}${done}`,
    reply: { text: 'ok', finish: 'stop', usage: undefined },
  },
  {
    server: 'TGI 1, no space after the colon and no [DONE], CRLF',
    body: (chunk('ok', null) + chunk('', 'stop')).replaceAll('data: ', 'data:').replaceAll('\n', '\r\n'),
    reply: { text: 'ok', finish: 'stop', usage: undefined },
  },
];
