import type { EvaluationSetting } from '../../agent/evaluation';
import type { TaskKind } from '../../agent/task';

/** A program of a suite: one of a language, or one of AgentBench's comparing scripts, which are built in. */
export type Script = { readonly language: Language; readonly code: string } | { readonly builtin: string };

export const languages = ['bash', 'python', 'c', 'c++'] as const;
export type Language = (typeof languages)[number];

/** How an answer that is a text is judged. */
export type TextCheck =
  | { readonly kind: 'match'; readonly answer: string; readonly strip: boolean }
  | { readonly kind: 'regex'; readonly pattern: string };

export type OsCheck =
  | TextCheck
  /** All have to exit with 0. Each is given the answer and what the ones before it printed; null stands for the reference. */
  | { readonly kind: 'scripts'; readonly scripts: readonly (Script | null)[] };

export type DatabaseCheck =
  | TextCheck
  | { readonly kind: 'answer'; readonly values: readonly string[] }
  /** What the rows are afterwards, by AgentBench's hash; undefined for what they are after the reference statement. */
  | { readonly kind: 'hash'; readonly md5: string | undefined }
  | { readonly kind: 'query'; readonly sql: string; readonly rows: readonly (readonly CellValue[])[] };

export type CellValue = string | number | null;

interface ProblemOf<Kind extends TaskKind> {
  readonly kind: Kind;
  /** Of its suite; a name within it that says where it stands. */
  readonly id: string;
  readonly category: string;
  /** What the model is asked. */
  readonly text: string;
}

export interface OsProblem extends ProblemOf<'os'> {
  /** Container image that the task wants. */
  readonly image: string | undefined;
  /** Run one after the other before anything else, each in a process of its own. */
  readonly init: readonly Script[];
  /** Run in the agent's own shell before the agent. */
  readonly start: string | undefined;
  readonly check: OsCheck;
  /** Absolute. A copy of it is where the agent and all scripts begin; the root of the machine where there is none. */
  readonly folder?: string;
  /** A solution, or a command that prints the answer. */
  readonly reference: Script | undefined;
}

export interface SetupTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CellValue[])[];
}

export interface DatabaseProblem extends ProblemOf<'db'> {
  /** Tables and headers in the words of the suite; made from the tables where it has none. */
  readonly tableSentence: string | undefined;
  readonly tables: readonly SetupTable[];
  /** Statements that are run after the tables are there. */
  readonly script: string | undefined;
  /** Absolute. What a task works on a copy of, instead of tables of the suite; chosen as in sql/source.ts. */
  readonly database?: string;
  readonly check: DatabaseCheck;
  /** The statement that solves it. */
  readonly reference: string | undefined;
}

export type Problem = OsProblem | DatabaseProblem;

/** What could not be read, and where. */
export interface SuiteFault extends TaskPlace {
  /** One sentence without its file and line. */
  readonly sentence: string;
}

/** Where a task stands. */
export interface TaskPlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface Suite<P extends Problem = Problem> {
  readonly name: string;
  readonly format: EvaluationSetting['format'];
  readonly problems: readonly P[];
  /** Of each problem. */
  readonly places: readonly TaskPlace[];
  /** What was left out. */
  readonly faults: readonly SuiteFault[];
}
