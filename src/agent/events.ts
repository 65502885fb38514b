import type { Decision } from './approval';
import type { Turn } from './conversation';
import type { Intervention, SandboxKind } from './environment';
import type { UserError } from './errors';
import type { Grid } from './grid';
import type { Usage } from './model';
import type { Action, FormatProblem, RunKind } from './task';

/** How a run ended. Exactly one of these, always. */
export type Outcome = 'answered' | 'finished' | 'step-limit' | 'malformed' | 'repeated' | 'stopped' | 'failed';

/** Milliseconds. `overheadMs` is what the product itself added: total less model, environment and waiting for a person. */
export interface RunTime {
  readonly totalMs: number;
  readonly modelMs: number;
  readonly environmentMs: number;
  readonly overheadMs: number;
}

/** Something the user should know that is neither the model's doing nor an error. */
export type Notice =
  | { readonly code: 'trimmed'; readonly omittedTurns: number; readonly promptTokens: number }
  | { readonly code: 'malformed'; readonly problem: FormatProblem }
  | { readonly code: 'repetition' }
  /** The run has no end of its own: the window that it ran in was closed, or crashed. */
  | { readonly code: 'interrupted' }
  | OpeningNotice;

/** What can come before the run has started. */
export type OpeningNotice = EndpointNotice | DatabaseNotice;

/** What is done with a database before a task works on it. */
export type DatabaseNotice =
  /** Its scratch copy is made, which takes a while; so much of it, 0 to 1. */
  | { readonly code: 'copying'; readonly share: number }
  /** The window has no room for all columns: the model is told some of them, and how to find the rest. */
  | { readonly code: 'tables-shortened' };

/** What an endpoint does that is no error, but that the user should see. It can come before the run has started. */
export type EndpointNotice =
  /** It will be asked again after so many milliseconds. */
  | { readonly code: 'waiting'; readonly reason: UserError; readonly waitMs: number; readonly attempt: number }
  /** It answers others of this product first: so many replies are under way or come before. */
  | { readonly code: 'queued'; readonly ahead: number }
  /** It refused the action grammar; from now on its replies are not held to one. */
  | { readonly code: 'grammar-rejected'; readonly reason: UserError }
  /** It took the action grammar and did not keep to it; from now on it is not sent. */
  | { readonly code: 'grammar-ignored' }
  /** A reply ran into the limit of its tokens, and the model was asked to go on. */
  | { readonly code: 'continued' }
  /** The server makes the prompt, in a format that is not the one the model was trained on, or cannot be seen. */
  | { readonly code: 'chat-template'; readonly template: 'other' | 'unknown' };

/** Who answers in a run and what was put before the task, for those who read its record later. */
export interface RunOrigin {
  /** The kind of server, e.g. `vllm`, and its version where it tells. */
  readonly engine: string;
  readonly engineVersion?: string;
  /** Whose instruction it is, ours or that of the training data, and the SHA-256 of its turns as AgentInstruct writes them. */
  readonly prompt: { readonly source: 'own' | 'trained'; readonly sha256: string };
}

/**
 * Everything that happens in a run, in order: chat, terminal, recorder, command line and tests all read this.
 *
 *     started  turn*
 *     ( step  context  delta*  exchange  ( turn  turn? | action  turn | action  approval  turn  observation  instruction?  turn ) )*
 *     failure?  finished
 *
 * A conversation is `started  turn  ( step  context  delta*  turn  replied  instruction  turn )*  failure?  finished`.
 * `turn` events are the conversation, each as soon as it is final: that of an action when it has been executed. A `notice` can stand anywhere before `finished`.
 */
export type AgentEvent =
  | {
      readonly type: 'started';
      readonly id: string;
      readonly kind: RunKind;
      readonly problem: string;
      readonly model: string;
      readonly stepLimit: number;
      /** What holds its commands; left out where there are none. */
      readonly sandbox?: SandboxKind;
      readonly origin?: RunOrigin;
    }
  | { readonly type: 'turn'; readonly turn: Turn }
  | { readonly type: 'step'; readonly step: number; readonly limit: number }
  /** How full the window is as the step begins, in tokens. */
  | {
      readonly type: 'context';
      readonly promptTokens: number;
      readonly reservedTokens: number;
      readonly contextLength: number;
    }
  /** The next piece of the reply. Nothing after the first complete action is ever sent. */
  | { readonly type: 'delta'; readonly text: string }
  /** What was sent for one reply and what came back, to the byte: for the record, not for a surface. */
  | {
      readonly type: 'exchange';
      readonly step: number;
      /** Null where the server makes the prompt. */
      readonly prompt: string | null;
      /** As far as it was read: to the end of the first complete action, or of the piece that brought it. */
      readonly reply: string;
      readonly promptTokens: number;
      readonly completionTokens: number;
    }
  | {
      readonly type: 'action';
      readonly step: number;
      readonly kind: Action['kind'];
      readonly text: string;
      readonly thought: string;
    }
  | { readonly type: 'approval'; readonly step: number; readonly decision: Decision }
  | {
      readonly type: 'observation';
      readonly step: number;
      /** What the model reads. */
      readonly text: string;
      readonly exitCode: number | null;
      readonly cwd: string | null;
      readonly truncated: boolean;
      /** The end of an output that the model got the beginning of, for people. */
      readonly tail?: string;
      /** The rows of a statement, as the user sees them. */
      readonly result?: Grid;
      /** What a person did in the shell since the observation before; left out where nobody did anything. */
      readonly interventions?: readonly Intervention[];
    }
  /** What a person said to the agent at work, as it reads it behind an observation or a reminder. */
  | { readonly type: 'instruction'; readonly step: number; readonly text: string }
  /** The reply of a conversation is whole, and it is the user's turn. */
  | { readonly type: 'replied'; readonly step: number }
  | { readonly type: 'notice'; readonly notice: Notice }
  /** Why the outcome is `failed`. A UserError is shown as it is; anything else is a bug to be logged with its stack. */
  | { readonly type: 'failure'; readonly error: unknown }
  | {
      readonly type: 'finished';
      readonly outcome: Outcome;
      readonly answer: string | readonly string[] | null;
      readonly steps: number;
      readonly usage: Usage;
      readonly time: RunTime;
    };

/** One kind of event, by its `type`. */
export type EventOf<T extends AgentEvent['type']> = Extract<AgentEvent, { readonly type: T }>;
