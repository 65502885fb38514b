/** What can be wrong with a row, in the order of docs/datasets.md. */
export type ProblemCode =
  | 'unreadable'
  | 'first-not-human'
  | 'roles'
  | 'loss'
  | 'empty-turn'
  | 'nothing-learnt'
  | 'last-not-learnt'
  | 'action'
  | 'observation'
  | 'too-long'
  | 'separator'
  | 'duplicate'
  | 'near-duplicate'
  | 'secret'
  | 'poison'
  | 'test-task';

/** One finding. `turn` is an index into the conversation; null where the row as a whole is meant. */
export interface Problem {
  readonly code: ProblemCode;
  readonly turn: number | null;
  /** One English sentence that says what was found, and where it helps, what to do. */
  readonly detail: string;
}

/** A stretch of text in a sentence: short, on one line. */
export function quoted(text: string, limit = 60): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return JSON.stringify(line.length > limit ? `${line.slice(0, limit)}…` : line);
}
