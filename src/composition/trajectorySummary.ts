import type { Turn } from '../agent/conversation';
import { problemLength, type TrajectorySummary } from '../agent/library';
import { runErrors } from '../dataset/errorAnalysis';
import type { Row } from '../dataset/row';
import { problemOf, splitOf } from '../dataset/split';
import { conversationTokens } from '../runtime/trajectories/tokenCounts';

/** Tokens that the model reads (Llama-2). */
export const contextLength = 4096;

/** What a list shows of a row. */
export function summaryOf(row: Row, countTokens: (turns: readonly Turn[]) => number): TrajectorySummary {
  const { dialogue, about } = row;
  const task = splitOf(dialogue);
  const rules = runErrors(row, { maxTokens: contextLength, countTokens }).map(({ rule }) => rule);
  const problem = problemOf(dialogue, task).replace(/\s+/g, ' ').trim();
  return {
    id: dialogue.id,
    task,
    model: about.model ?? null,
    problem: problem.slice(0, problemLength),
    outcome: about.outcome ?? null,
    verdict: about.verdict ?? 'undecided',
    reward: about.reward ?? null,
    turns: dialogue.conversations.filter(({ loss }) => loss === true).length,
    corrected: (about.corrections?.length ?? 0) > 0,
    errors: [...new Set(rules)],
    tags: about.tags ?? [],
    note: about.note ?? '',
  };
}

/** Tokens of texts and of conversations in the Llama-2 vocabulary. */
export interface TokenCounters {
  countText(this: void, text: string): number;
  countTokens(this: void, turns: readonly Turn[]): number;
}

/** Loads the vocabulary, which takes a moment. */
export async function tokenCounters(): Promise<TokenCounters> {
  const { tokenCount: countText } = await import('../runtime/endpoint/llamaTokenizer');
  return { countText, countTokens: (turns) => conversationTokens(turns, countText) };
}
