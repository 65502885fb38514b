import { randomUUID } from 'node:crypto';
import { UserError } from '../../agent/errors';
import type { EvaluationSetting, TaskResult } from '../../agent/evaluation';
import { databaseTrial } from './databaseTrial';
import { withMachineFolder } from './machines';
import { osTrial, type OsTrialOptions } from './osTrial';
import type { Results, ResultFile } from './resultFile';
import { bestOf } from './resultFile';
import type { Problem } from './suite';
import type { Attempted, TrialTools, Verdict } from './trial';
import type { OpenDatabase } from './trialDatabase';

/** One attempt that is due. */
export interface Trial {
  readonly problem: Problem;
  /** Of the problem in its suite. */
  readonly index: number;
  readonly attempt: number;
}

export interface Slice {
  /** Only so many problems, from the first. */
  readonly limit?: number | undefined;
  /** Of what is left, every `count`th problem from number `index` on, which begins at 1. */
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  /** Of the suite, only the problems of these numbers, which begin at 0. */
  readonly only?: ReadonlySet<number> | undefined;
}

export interface EvaluationTools extends Omit<TrialTools, 'connect' | 'hear'> {
  /** Connects for one conversation; the seed is that of the attempt. */
  readonly connect: (
    conversationId: string,
    seed: number | undefined,
    signal: AbortSignal,
  ) => ReturnType<TrialTools['connect']>;
  readonly os: OsTrialOptions;
  readonly openDatabase: OpenDatabase;
  /** Attempts side by side. */
  readonly concurrency: number;
  /** How often an attempt is begun again that failed for no fault of the model's. */
  readonly retries: number;
  /** Told of each attempt that begins, and of each result as it comes. */
  readonly hear: (event: EvaluationEvent) => void;
  /** Waited for before a result is written. */
  readonly keep: (trial: Trial, result: TaskResult) => Promise<void>;
}

export type EvaluationEvent =
  | { readonly type: 'begin'; readonly trial: Trial }
  | { readonly type: 'event'; readonly trial: Trial; readonly event: Parameters<TrialTools['hear']>[0] }
  | TaskResult;

/** All attempts of a suite, or of a slice of it, in order. */
export function trialsOf(problems: readonly Problem[], repeat: number, { limit, shard, only }: Slice = {}): Trial[] {
  const { index: mine, count } = shard ?? { index: 1, count: 1 };
  return problems
    .slice(0, limit)
    .flatMap((problem, index) =>
      index % count === mine - 1 && (only?.has(index) ?? true)
        ? Array.from({ length: repeat }, (_, attempt) => ({ problem, index, attempt }))
        : [],
    );
}

/**
 * Makes the attempts that `file` does not have yet, several at a time, and writes each result as it comes. Attempts that
 * failed through endpoint or machine are made again, also those of an earlier run.
 * @returns all results of the file, in order
 * @throws {UserError} `evaluation.surrender` when one attempt after the other fails so; what was done is kept. On abort it
 *   rejects with the signal's reason. Nothing is left running in either case.
 */
export async function evaluate(
  setting: EvaluationSetting,
  trials: readonly Trial[],
  file: Pick<ResultFile, 'earlier' | 'append'>,
  tools: EvaluationTools,
  signal: AbortSignal,
): Promise<Results> {
  const done = [...file.earlier];
  const finished = new Set(
    done.filter(({ ending }) => ending !== 'error').map(({ index, attempt }) => `${index} ${attempt}`),
  );
  const queue = trials.filter(({ index, attempt }) => !finished.has(`${index} ${attempt}`));
  const failing = new AbortController();
  const until = AbortSignal.any([signal, failing.signal]);
  const patience = 5 + tools.concurrency;
  let failuresInARow = 0;

  async function work(place: () => string): Promise<void> {
    for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
      until.throwIfAborted();
      tools.hear({ type: 'begin', trial });
      const result = await patiently(setting, trial, place, tools, until);
      await tools.keep(trial, result);
      await file.append(result);
      done.push(result);
      tools.hear(result);
      failuresInARow = result.ending === 'error' ? failuresInARow + 1 : 0;
      if (failuresInARow >= patience) throw surrender(failuresInARow, result);
    }
  }

  return withMachineFolder(async (place) => {
    const workers = Array.from({ length: Math.min(tools.concurrency, queue.length) }, async () => {
      try {
        await work(place);
      } catch (error) {
        failing.abort(error);
        throw error;
      }
    });
    await Promise.allSettled(workers);
    until.throwIfAborted();
    return { setting, results: bestOf(done) };
  });
}

/** One attempt, begun again when it failed for no fault of the model's. */
async function patiently(
  setting: EvaluationSetting,
  trial: Trial,
  place: () => string,
  tools: EvaluationTools,
  signal: AbortSignal,
): Promise<TaskResult> {
  for (let retries = 0; ; retries++) {
    const begin = performance.now();
    let failure: unknown;
    try {
      const attempted = await once(setting, trial, place(), tools, signal);
      const result = resultOf(trial, attempted, retries);
      if (result.ending !== 'error') return result;
      ({ failure } = attempted);
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
    if (retries >= tools.retries || !maySucceed(failure)) {
      return failed(trial, failure, performance.now() - begin, retries);
    }
  }
}

async function once(
  { kind, seed }: EvaluationSetting,
  trial: Trial,
  place: string,
  tools: EvaluationTools,
  signal: AbortSignal,
): Promise<Attempted & Verdict> {
  const id = `${kind}_${randomUUID()}`;
  const trialTools: TrialTools = {
    ...tools,
    connect: async (conversation, until) =>
      tools.connect(conversation, seed === null ? undefined : seed + trial.attempt, until),
    hear: (event) => tools.hear({ type: 'event', trial, event }),
  };
  const { problem } = trial;
  return problem.kind === 'os'
    ? osTrial(problem, id, place, tools.os, trialTools, signal)
    : databaseTrial(problem, id, place, tools.openDatabase, trialTools, signal);
}

/** Failures that pass. The others come again, and a bug is a bug. */
function maySucceed(failure: unknown): boolean {
  return (
    UserError.is(failure) &&
    /^(endpoint\.(unreachable|connection-lost|timeout|stream-cut|overloaded|server-error|memory-exhausted|gateway|loading)|shell\.|database\.|evaluation\.(noMachine|noServer|scriptTimeout))/.test(
      failure.code,
    )
  );
}

function resultOf(
  trial: Trial,
  { ending, trajectory, failure, passed, detail }: Attempted & Verdict,
  retries: number,
): TaskResult {
  const { outcome, steps, usage, time, answer } = trajectory.finished;
  return {
    ...headOf(trial),
    passed,
    ending,
    outcome,
    steps,
    tokens: { prompt: usage.promptTokens, completion: usage.completionTokens, cached: usage.cachedTokens },
    time,
    answer,
    detail: detail ?? (failure === undefined ? null : describe(failure)),
    retries,
    turns: trajectory.turns,
  };
}

function failed(trial: Trial, failure: unknown, milliseconds: number, retries: number): TaskResult {
  return {
    ...headOf(trial),
    passed: false,
    ending: 'error',
    outcome: 'failed',
    steps: 0,
    tokens: { prompt: 0, completion: 0, cached: null },
    time: { totalMs: Math.round(milliseconds), modelMs: 0, environmentMs: 0, overheadMs: 0 },
    answer: null,
    detail: describe(failure),
    retries,
    turns: [],
  };
}

function headOf({ problem, index, attempt }: Trial) {
  const { id, category } = problem;
  return { type: 'result', index, task: id, attempt, category, expected: expectedOf(problem) } as const;
}

function expectedOf({ check }: Problem): string | null {
  switch (check.kind) {
    case 'match':
      return check.answer;
    case 'regex':
      return `/${check.pattern}/`;
    case 'answer':
      return check.values.join(', ');
    case 'hash':
      return check.md5 ?? null;
    case 'query':
    case 'scripts':
      return null;
  }
}

function describe(failure: unknown): string {
  if (UserError.is(failure)) return failure.message;
  return failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
}

function surrender(count: number, { detail }: TaskResult): UserError {
  return new UserError(
    'evaluation.surrender',
    'The last {0} tasks could not be run: {1} Mend that, and go on with --resume.',
    [count, detail ?? ''],
  );
}
