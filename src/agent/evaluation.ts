import type { Turn } from './conversation';
import type { Outcome, RunTime } from './events';
import type { TaskKind } from './task';

/**
 * How a task of a suite ended, in the classes of the AgentBench paper; `error` is nobody's doing but the endpoint's or the
 * machine's.
 */
export type Ending = 'completed' | 'context-limit' | 'invalid-format' | 'invalid-action' | 'step-limit' | 'error';

export const endings: readonly Ending[] = [
  'completed',
  'context-limit',
  'invalid-format',
  'invalid-action',
  'step-limit',
  'error',
];

/** Whose rules judge: those of the harness that made the paper's numbers (AgentBench.old), or the newer ones. */
export type Rules = 'old' | 'new';

export interface TokenCounts {
  readonly prompt: number;
  readonly completion: number;
  /** Prompt tokens served from the prefix cache; null where the server does not say. */
  readonly cached: number | null;
}

/** What a results file says of itself in its first line: results are only compared or merged where these agree. */
export interface EvaluationSetting {
  readonly type: 'evaluation';
  /** Of the file format. */
  readonly version: 1;
  readonly suite: string;
  readonly kind: TaskKind;
  /** AgentBench's own files, or those of somebody else. */
  readonly format: 'agentbench' | 'own';
  /** Of everything in the suite that decides a result. */
  readonly digest: string;
  /** Tasks of the whole suite, those that cannot be read left out. */
  readonly tasks: number;
  readonly model: string;
  readonly endpoint: string;
  readonly rules: Rules;
  /** What the tasks run on: `root view`, the name of a container image, `sqlite` or `mysql`. */
  readonly environment: string;
  /** `own` or `trained`, and how the SHA-256 of the words begins that a task opens with. */
  readonly prompt: string;
  /** Whether the output of a command ends with the prompt of the shell. */
  readonly promptTail: boolean;
  readonly temperature: number;
  readonly replyTokens: number;
  readonly stepLimit: number;
  /** Whether replies were held to the action grammar. */
  readonly constrained: boolean;
  readonly repeat: number;
  readonly seed: number | null;
}

/** One attempt at one task. A line of a results file. */
export interface TaskResult {
  readonly type: 'result';
  /** Of the task in its suite, from 0. */
  readonly index: number;
  readonly task: string;
  /** Which of the attempts at the task, from 0. */
  readonly attempt: number;
  readonly category: string;
  readonly passed: boolean;
  readonly ending: Ending;
  readonly outcome: Outcome;
  readonly steps: number;
  readonly tokens: TokenCounts;
  readonly time: RunTime;
  readonly answer: string | readonly string[] | null;
  /** What would have passed, where that is a text. */
  readonly expected: string | null;
  /** Why it did not pass or could not be run, where there is something to say. */
  readonly detail: string | null;
  /** How often it was begun again because the endpoint or the machine failed. */
  readonly retries: number;
  readonly turns: readonly Turn[];
}

export interface Share {
  readonly total: number;
  readonly passed: number;
  /** Percent. */
  readonly score: number;
}

/** All results of one model on one suite. */
export interface EvaluationReport {
  readonly type: 'report';
  readonly suite: string;
  readonly kind: TaskKind;
  readonly model: string;
  readonly endpoint: string;
  readonly rules: Rules;
  readonly environment: string;
  /** Attempts, all tasks together. */
  readonly total: number;
  readonly passed: number;
  /** Percent, as the paper counts: of all tasks for the OS, the mean of SELECT, INSERT and UPDATE for a database. */
  readonly score: number;
  /** Where the score would lie, 19 times out of 20, on other tasks of this kind. Percent. */
  readonly interval: { readonly low: number; readonly high: number; readonly method: 'wilson' | 'bootstrap' };
  readonly categories: Readonly<Record<string, Share>>;
  readonly outcomes: Readonly<Record<Ending, number>>;
  readonly averageSteps: number;
  /** Percent of the tasks that at least one of k attempts passes, by k; empty where each was attempted once. */
  readonly passAt: Readonly<Record<string, number>>;
  readonly tokens: TokenCounts;
  /** Milliseconds; `total` is the sum over all attempts, whether they ran side by side or not. */
  readonly time: {
    readonly total: number;
    readonly model: number;
    readonly environment: number;
    readonly averageTask: number;
  };
  /** In the currency of the prices; null where none is set. */
  readonly cost: number | null;
  /** Attempts that are still missing: of other shards, or not done yet. */
  readonly missing: number;
  /** Whether these are all tasks of the paper's test set, as far as their number tells: only then its scores say something. */
  readonly comparable: boolean;
}
