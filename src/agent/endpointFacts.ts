/** Servers that are told apart; `vllm-router` stands before several, `openai` is any other one with such an API. */
export type EngineName =
  'vllm' | 'vllm-router' | 'sglang' | 'llamacpp' | 'tgi' | 'ollama' | 'lmstudio' | 'fastchat' | 'litellm' | 'openai';

export interface ServedModel {
  readonly id: string;
  /** Tokens of its window, where the server says. */
  readonly contextLength: number | undefined;
}

/** What a server is, as far as it says so and somebody is shown it. */
export interface EndpointFacts {
  readonly engine: EngineName;
  readonly version: string | undefined;
  /** Undefined where the server has no list. */
  readonly models: readonly ServedModel[] | undefined;
  /** Tokens of the first model's window. Undefined where the server does not say. */
  readonly contextLength: number | undefined;
  /** How a reply can be held to the action grammar. */
  readonly grammar: 'regex' | 'gbnf' | 'none';
}

/** A server that was found on this machine. */
export interface LocalServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** Undefined where it asks for a key first. */
  readonly facts: EndpointFacts | undefined;
}

/** One thing that was looked at. What is not `pass` says what to do. */
export interface EndpointCheck {
  readonly id: string;
  readonly status: 'pass' | 'warn' | 'fail';
  readonly detail: string;
}

/** What a thorough test of an endpoint found; null where the server did not say. */
export interface EndpointReport {
  readonly engine: EngineName | null;
  readonly version: string | null;
  readonly models: readonly string[];
  /** Tokens. */
  readonly contextLength: number | null;
  readonly checks: readonly EndpointCheck[];
}

/** How busy a server is, all its clients together. Undefined is what it does not say. */
export interface ServerMetrics {
  /** Requests that are worked on. */
  readonly running: number | undefined;
  /** Requests in the queue. */
  readonly waiting: number | undefined;
  /** Share of the context memory in use, 0 to 1. */
  readonly memoryUse: number | undefined;
  readonly tokensPerSecond: number | undefined;
}
