import type { Turn } from './conversation';

/** Tokens of one request as the server counted them, a snapshot that replaces the one before it. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Prompt tokens served from the prefix cache; null where the server does not say. */
  readonly cachedTokens: number | null;
}

/** Why a reply ended: the model or a stop string ended it, or it ran into `maxTokens` or the context window. */
export type FinishReason = 'stop' | 'length';

/** A piece of a streamed reply. `finishReason` comes with the last piece that carries text or after it. */
export interface ReplyChunk {
  readonly text: string;
  readonly finishReason?: FinishReason;
  readonly usage?: Usage;
  /** What was sent, to the byte: with the first piece, where the model makes its prompt itself. */
  readonly prompt?: string;
}

/** The action grammar of a task, for servers that can hold a model to one (serving.md, part 4). */
export interface Grammar {
  /** Portable regular expression over the whole reply, no anchors. */
  readonly regex: string;
  /** The same language in GBNF, which is also the EBNF of xgrammar. */
  readonly gbnf: string;
}

export interface ReplyRequest {
  /** Said before the first turn, where the template has a place for it; none if left out, as in all tasks. */
  readonly system?: string;
  /** Alternating roles, first and last turn human. */
  readonly turns: readonly Turn[];
  readonly maxTokens: number;
  /** At most four. */
  readonly stop: readonly string[];
  readonly grammar: Grammar;
}

/** A language model that is asked for one reply at a time. */
export interface Model {
  /** As the endpoint calls it, e.g. `agentlm-7b`. */
  readonly name: string;
  /** Tokens that prompt and reply may take together. */
  readonly contextLength: number;

  /** Tokens that these turns take in a prompt, everything the template adds included; a whole prompt, or some of it. */
  countTokens(turns: readonly Turn[], system?: string): Promise<number>;

  /**
   * Streams one reply. Ends after a chunk with a `finishReason`, or throws: a stream that breaks off is an error, never
   * a short reply. Leaving the loop early or aborting closes the connection, which stops the generation.
   * @throws {UserError} code `endpoint.*` when the endpoint cannot be reached, refuses, or answers with something else.
   */
  reply(request: ReplyRequest, signal: AbortSignal): AsyncIterable<ReplyChunk>;
}
