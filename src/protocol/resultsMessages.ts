import type { Turn } from '../agent/conversation';
import type { Ending, EvaluationReport, TaskResult } from '../agent/evaluation';
import type { TaskKind } from '../agent/task';
import type { StateHostApi } from './statePage';

export { endings, type Ending, type EvaluationReport } from '../agent/evaluation';
export type { TaskKind } from '../agent/task';

/** An evaluation as the page lists it. */
export interface EvaluationSummary {
  readonly id: string;
  readonly report: EvaluationReport;
  /** Evaluations with the same digest asked the same tasks. */
  readonly digest: string;
  /** When it ended: milliseconds since 1970. */
  readonly ended: number;
  /** First attempts, in the order of the suite. */
  readonly tasks: readonly TaskSummary[];
}

export type TaskSummary = Pick<TaskResult, 'index' | 'task' | 'category' | 'passed' | 'ending' | 'steps'>;

export interface ResultsState {
  readonly evaluations: readonly EvaluationSummary[];
  /** The paper's scores, in percent. */
  readonly published: Readonly<Record<TaskKind, readonly { readonly model: string; readonly score: number }[]>>;
}

/** What a model said on one task, and how that was judged. */
export interface Conversation extends Pick<TaskResult, 'expected' | 'detail' | 'passed' | 'ending'> {
  readonly answer: string | undefined;
  readonly turns: readonly Turn[];
}

/** Every text of the page; `{0}` stands for a value. */
export type ResultsStringKey =
  | 'title'
  | 'empty'
  | 'add'
  | 'export'
  | 'remove'
  | `kind.${TaskKind}`
  | 'column.model'
  | 'column.suite'
  | 'column.score'
  | 'column.interval'
  | 'column.passed'
  | 'column.steps'
  | 'column.ended'
  | 'column.category'
  | 'column.task'
  | 'interval'
  | 'ofTotal'
  | 'missing'
  | 'paper'
  | 'paper.left'
  | 'endings'
  | 'categories'
  | 'tasks'
  | 'tasks.hint'
  | `ending.${Ending}`
  | 'passed'
  | 'failed'
  | 'compare'
  | 'accept'
  | 'close'
  | 'answered'
  | 'expected'
  | 'noAnswer'
  | 'user'
  | 'model';

export type ResultsStrings = Readonly<Record<ResultsStringKey, string>>;

/** What the extension answers. A page names evaluations by the ids that it was given, and no path. */
export interface ResultsHostApi extends StateHostApi<ResultsState, ResultsStrings> {
  /** @returns undefined where this evaluation did not come to the task */
  conversation(argument: { readonly id: string; readonly index: number }): Conversation | undefined;
  /** Asks whether what was said on a task is to become training data. */
  accept(argument: { readonly id: string; readonly index: number }): void;
  /** Asks for a results file of the command line, and lists it. */
  add(argument: null): void;
  exportHtml(argument: null): void;
  /** After a question. */
  remove(argument: { readonly id: string }): void;
}
