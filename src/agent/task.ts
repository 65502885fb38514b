import type { Turn } from './conversation';
import type { Execution } from './environment';
import type { Grammar } from './model';

/** The splits of AgentInstruct that this product runs. */
export type TaskKind = 'os' | 'db';

/** What a run is: a task, or a conversation that is none. */
export type RunKind = TaskKind | 'chat';

export type Action =
  | { readonly kind: 'bash'; readonly text: string }
  | { readonly kind: 'sql'; readonly text: string }
  | { readonly kind: 'finish'; readonly text: '' }
  | { readonly kind: 'answer'; readonly text: string; readonly answer: string | readonly string[] };

/** Why a reply holds no action, in the words that the model is told. */
export interface FormatProblem {
  readonly code:
    'empty' | 'no-action' | 'unknown-action' | 'no-block' | 'open-block' | 'empty-block' | 'no-answer' | 'cut-off';
  /** One English sentence that says exactly what was wrong. */
  readonly sentence: string;
}

export type ParsedReply = { readonly thought: string; readonly action: Action } | { readonly problem: FormatProblem };

/** What the model reads of an execution. */
export interface Observation {
  readonly text: string;
  readonly truncated: boolean;
}

/** A kind of work: its instruction, its action grammar and the wording of its observations. Pure and stateless. */
export interface Task {
  readonly kind: TaskKind;
  /** Replies the model may give before the run ends, as in the paper's evaluation. */
  readonly stepLimit: number;
  /** Strings at which the server ends a reply, at most four. */
  readonly stop: readonly string[];
  readonly grammar: Grammar;
  /** Ends an observation that was cut. */
  readonly truncationMark: string;

  /** Instruction, one-shot example and the user's problem; the last turn is human. */
  opening(problem: string): readonly Turn[];
  /** Reads a whole reply. Generous: what a person would understand is understood. */
  parse(reply: string): ParsedReply;
  /** Where the first complete action of a reply that is still arriving ends, as an index; undefined while it is open. */
  actionEnd(partialReply: string): number | undefined;
  /** The reply that says exactly this, in the form the model was trained on. */
  compose(thought: string, action: Action): string;
  observe(execution: Execution): Observation;
  /** The observation for an action that was not run. */
  observeSkipped(reason: string): Observation;
  /** What the model is told when a reply held no action. */
  remind(problem: FormatProblem): string;
}
