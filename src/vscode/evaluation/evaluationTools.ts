import type { Evaluated } from '../../agent/evaluatedRun';
import type { EvaluationReport, EvaluationSetting, TaskResult } from '../../agent/evaluation';
import type { TaskKind } from '../../agent/task';
import type { EndpointAccess } from '../endpoints/endpointTools';

/** A suite on this machine: a file of AgentBench, a folder of them, or a `*.agentlm-suite.json`. */
export interface SuiteSource {
  readonly place: string;
  /** Folder of its script files; looked for beside the suite where it is left out. */
  readonly scripts?: string | undefined;
}

/** What a suite holds, without running anything. */
export interface SuiteOutline {
  readonly name: string;
  readonly kind: TaskKind;
  readonly tasks: readonly SuiteTask[];
  /** What could not be read. */
  readonly faults: readonly (TaskPosition & { readonly sentence: string })[];
}

export interface TaskPosition {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface SuiteTask extends TaskPosition {
  readonly id: string;
  readonly category: string;
  /** What the model is asked. */
  readonly text: string;
}

export interface EvaluationRequest {
  readonly suite: SuiteSource;
  /** Numbers of tasks in their suite, from 0; all of them where it is left out. */
  readonly only?: ReadonlySet<number> | undefined;
  readonly access: EndpointAccess;
  /** Whether what an earlier evaluation of the same settings left unfinished is gone on with. */
  readonly resume: boolean;
}

/** Told of each task that begins, by its number, and of each result, those of a resumed evaluation first. */
export interface EvaluationHearing {
  begin(task: number): void;
  result(result: TaskResult, setting: EvaluationSetting): void;
}

/** An evaluation that came to its end. */
export interface KeptEvaluation {
  readonly id: string;
  readonly report: EvaluationReport;
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly ended: number;
  readonly results: readonly TaskResult[];
}

export interface PublishedScore {
  readonly model: string;
  /** Percent. */
  readonly score: number;
}

/** What evaluations have come to. */
export interface EvaluationArchive {
  /** The last one last; and those of the paper's scores that one of them can be compared with. */
  read(): Promise<{
    readonly evaluations: readonly KeptEvaluation[];
    readonly published: Readonly<Record<TaskKind, readonly PublishedScore[]>>;
  }>;
  /**
   * Takes a results file of the command line in.
   * @throws {UserError} `evaluation.badResults`
   */
  add(file: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** All of them as one page that needs nothing else. */
  html(): Promise<string>;
}

/** How suites are read and run. */
export interface EvaluationTools {
  /** @throws {UserError} `evaluation.noSuite` */
  outline(source: SuiteSource): Promise<SuiteOutline>;
  /** How many tasks an evaluation of the same settings, which did not come to its end, has done; 0 where there is none. */
  unfinished(request: Omit<EvaluationRequest, 'resume'>): Promise<number>;
  /**
   * Keeps the results of whole suites on disk, each as it comes.
   * @throws {UserError} when nothing can be run; on abort it rejects with the signal's reason. Nothing is left running.
   */
  evaluate(request: EvaluationRequest, hearing: EvaluationHearing, signal: AbortSignal): Promise<void>;
}

/** Asks whether an attempt at a task is to become training data, with a warning that it is a test. */
export type AcceptEvaluated = (evaluated: Evaluated) => Promise<void>;
