import type { Turn } from '../../agent/conversation';
import type { FinishReason, Grammar } from '../../agent/model';
import type { Endpoint } from './address';
import type { GrammarField } from './facts';
import type { Refusal } from './refusal';

/** What is asked, in no server's words yet. */
export interface Question {
  /** As the server calls it. */
  readonly model: string;
  /** The bytes of the prompt. */
  readonly prompt: string;
  /** What the prompt was made of, for the one engine that cannot take it. */
  readonly system: string | undefined;
  readonly turns: readonly Turn[];
  readonly maxTokens: number;
  readonly contextLength: number;
  readonly stop: readonly string[];
  /** 0 is greedy. */
  readonly temperature: number;
  /** For a sampling that can be repeated, where the server knows one. */
  readonly seed: number | undefined;
  /** Sent in these fields; no field, no grammar. */
  readonly grammar: Grammar;
  readonly grammarFields: readonly GrammarField[];
}

/** What one event of an answer says. All of it may be missing. */
export interface AnswerPart {
  readonly text: string;
  /** Undefined while the reply goes on. A reason that is in no engine's vocabulary is kept as it came: no end to trust. */
  readonly finish: FinishReason | { readonly unknown: string } | undefined;
  readonly usage: AnswerUsage | undefined;
  readonly refusal: Refusal | undefined;
}

export interface AnswerUsage {
  /** Undefined where the server counts only what it generated. */
  readonly promptTokens: number | undefined;
  readonly completionTokens: number;
  readonly cachedTokens: number | null;
}

/** One way to ask a server for text. Stateless. */
export interface Engine {
  readonly route: string;
  /** Whether a prompt with the beginning of its reply after it makes the server go on from there. */
  readonly continues: boolean;
  /** The events of the answer, as parsed JSON. */
  ask(endpoint: Endpoint, question: Question, signal: AbortSignal): Promise<AsyncIterable<unknown>>;
  read(event: unknown): AnswerPart;
}

export const nothing: AnswerPart = { text: '', finish: undefined, usage: undefined, refusal: undefined };

/** Of the model's published generation settings. Only where there is something to sample: TGI refuses 1 and above. */
export const topP = 0.9;

/** The words of all engines for the two ways a reply ends. */
export function finishOf(word: unknown): AnswerPart['finish'] {
  switch (word) {
    case undefined:
    case null:
    case '':
      return undefined;
    case 'stop':
    case 'eos_token':
    case 'stop_sequence':
      return 'stop';
    case 'length':
      return 'length';
    default:
      return { unknown: typeof word === 'string' ? word : JSON.stringify(word) };
  }
}
