import type { Outcome } from './events';
import type { RunVerdict } from './runReview';

/** What is known of a trajectory in a list, without its conversation. */
export interface TrajectorySummary {
  readonly id: string;
  /** The split of AgentInstruct that it is like: os, db, …, general. */
  readonly task: string;
  /** Null where the file does not say. */
  readonly model: string | null;
  /** What was asked, shortened. */
  readonly problem: string;
  readonly outcome: Outcome | null;
  readonly verdict: RunVerdict;
  /** From 0 to 1; null where nobody judged it. */
  readonly reward: number | null;
  /** Replies that are to be learnt. */
  readonly turns: number;
  /** Whether a person wrote a reply anew. */
  readonly corrected: boolean;
  /** What went wrong in it: rules of the paper's error analysis. */
  readonly errors: readonly string[];
  readonly tags: readonly string[];
  readonly note: string;
}

/** A recorded trajectory, and where it is. */
export interface LibraryEntry extends TrajectorySummary {
  readonly file: string;
  /** When it was asked for, in milliseconds since 1970. */
  readonly at: number;
}

/** What trajectories must have to be shown; a field that is left out does not matter. */
export interface TrajectoryFilter {
  /** Words that stand in the task, the id, the tags or the note, whatever their case. */
  readonly text?: string | undefined;
  readonly task?: string | undefined;
  /** The empty text for those whose file does not say. */
  readonly model?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly error?: string | undefined;
  readonly tag?: string | undefined;
  /** Replies to be learnt. */
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

/** Characters of a task that a list keeps. */
export const problemLength = 200;

export function isFiltering(filter: TrajectoryFilter): boolean {
  return Object.values(filter).some((wanted) => wanted !== undefined && wanted !== '');
}

/** @param said more text to look for the words in, such as the conversation */
export function passes(summary: TrajectorySummary, filter: TrajectoryFilter, said = ''): boolean {
  const { task, model, outcome, error, tag, atLeast = 0, atMost = Infinity } = filter;
  return (
    (task === undefined || summary.task === task) &&
    (model === undefined || (summary.model ?? '') === model) &&
    (outcome === undefined || summary.outcome === outcome) &&
    (error === undefined || summary.errors.includes(error)) &&
    (tag === undefined || summary.tags.includes(tag)) &&
    summary.turns >= atLeast &&
    summary.turns <= atMost &&
    holdsWords(summary, filter.text ?? '', said)
  );
}

function holdsWords({ id, problem, tags, note }: TrajectorySummary, words: string, said: string): boolean {
  if (words.trim() === '') return true;
  const text = [id, problem, ...tags, note, said].join('\n').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
