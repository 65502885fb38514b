import { isRecord } from '../../agent/json';
/** What a server said when it did not give a reply. Hostile text, not yet fit to be shown. */
export interface Refusal {
  /** HTTP status, or the one named in an error inside a stream that had begun well. */
  readonly status: number | undefined;
  readonly message: string;
  readonly type: string;
  readonly code: string;
  /** How long the server wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

export type RefusalKind =
  | 'unauthorized'
  | 'unknown-model'
  | 'context-overflow'
  /** llama.cpp's slots share one context memory: each request fits, together they do not. */
  | 'memory-exhausted'
  | 'grammar-rejected'
  | 'loading'
  | 'overloaded'
  /** The server has no such route. */
  | 'not-found'
  | 'gateway'
  /** Not the server's answer but that of a proxy on the way, such as the one of VS Code's settings. */
  | 'proxy'
  | 'rejected'
  | 'server-error';

/**
 * Finds message, type and code in the error bodies of vLLM, SGLang, TGI, llama.cpp, Ollama, FastChat, LiteLLM and FastAPI:
 * `{error: {…}}`, `{error: '…', error_type}`, `{object: 'error', message, …}`, `{detail: …}`, a bare string, or a web page.
 */
export function readRefusal(body: unknown, httpStatus?: number, retryAfter: string | null = null): Refusal {
  const { message = '', type = '', code = '', status } = readFacts(body);
  return {
    status: httpStatus ?? status ?? errorStatus(Number(code)),
    message,
    type,
    code,
    retryAfterMs: readWait(retryAfter, message),
  };
}

/** The header `Retry-After`, seconds or a date; else the words of LiteLLM and of cloud gateways. */
function readWait(header: string | null, message: string): number | undefined {
  const seconds = header?.trim() || /(?:try again|retry) (?:in|after) (\d+(?:\.\d+)?) ?s/i.exec(message)?.[1];
  if (!seconds) return undefined;
  const wait = /^[\d.]+$/.test(seconds) ? Number(seconds) * 1000 : Date.parse(seconds) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, Math.ceil(wait)) : undefined;
}

/** Text, type and code first, status last: FastChat says 400 when busy, llama.cpp 500 when full, and a stream always 200. */
export function classify({ status, message, type, code }: Refusal): RefusalKind {
  const text = `${code} ${type} ${message}`;
  return wordings.find(([pattern]) => pattern.test(text))?.[1] ?? byStatus(status);
}

/** The context window in tokens, where the server named it. */
export function namedContextWindow({ message }: Refusal): number | undefined {
  const window =
    /(?:maximum context length (?:is|of)|context size \(|context length \(|must be <=|must have less than) ?(\d{1,9})/i;
  const [, digits] = window.exec(message) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** FastChat's codes lead; the rest are the engines' own words, read in their sources or recorded. */
const wordings: readonly (readonly [RegExp, RefusalKind])[] = [
  [/^42903 |overloaded|queue is full|server busy|temporarily unavailable|no deployments available/i, 'overloaded'],
  [/^40303 |exceed_context_size_error|context_length_exceeded|ContextWindowExceeded/i, 'context-overflow'],
  [/maximum context length|longer than the (?:model's )?context length|available context size/i, 'context-overflow'],
  [/`inputs`.{0,40} must (?:be <=|have less than) \d+/i, 'context-overflow'],
  [/context size has been exceeded/i, 'memory-exhausted'],
  [/(?:parse|compile|convert|invalid|unsupported).{0,40} (?:grammar|regex)/i, 'grammar-rejected'],
  [
    /\bgrammar (?:error|is not supported|compilation)|structured_outputs|guided_(?:regex|decoding)/i,
    'grammar-rejected',
  ],
  [/^invalid_api_key |authentication_error|invalid api key|unauthorized/i, 'unauthorized'],
  [/^(?:40301|model_not_found) |\bmodel\b.{0,200} (?:not found|does not exist)/i, 'unknown-model'],
  [/^50004 |loading model|model is loading|^\S* healthcheck /i, 'loading'],
];

function byStatus(status: number | undefined): RefusalKind {
  switch (status) {
    case 401:
    case 403:
      return 'unauthorized';
    case 404:
    case 405:
    case 501:
      return 'not-found';
    case 429:
    case 503:
    case 529:
      return 'overloaded';
    case 407:
      return 'proxy';
    case 408:
    case 502:
    case 504:
      return 'gateway';
    case 424: // TGI: the generation failed.
    case undefined:
      return 'server-error';
    default:
      return status >= 500 ? 'server-error' : 'rejected';
  }
}

interface Facts {
  readonly message?: string;
  readonly type?: string;
  readonly code?: string;
  readonly status?: number | undefined;
}

function readFacts(body: unknown, depth = 0): Facts {
  if (typeof body === 'string') return { message: /^\s*</.test(body) ? pageTitle(body) : body };
  if (Array.isArray(body)) return { message: body.map(fieldProblem).join('; ') };
  if (!isRecord(body)) return {};
  const inner = body['error'] ?? body['detail'];
  if (inner !== undefined && depth < 3) {
    const facts = readFacts(inner, depth + 1);
    return { ...facts, type: facts.type ?? plain(body['error_type']) };
  }
  return {
    message: plain(body['message']),
    type: plain(body['type']),
    code: plain(body['code']),
    status: errorStatus(body['http_status_code']),
  };
}

/** One entry of FastAPI's `detail` list. */
function fieldProblem(problem: unknown): string {
  if (!isRecord(problem)) return plain(problem);
  const place = Array.isArray(problem['loc']) ? `${problem['loc'].map(plain).join('.')}: ` : '';
  return place + plain(problem['msg']);
}

function pageTitle(html: string): string {
  return /<title[^>]*>([^<]*)/i.exec(html)?.[1] ?? '';
}

function errorStatus(status: unknown): number | undefined {
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

function plain(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
