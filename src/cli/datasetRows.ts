import type { Turn } from '../agent/conversation';
import { readRows } from '../dataset/formats/readRow';
import type { Row, Unreadable } from '../dataset/row';
import { readValues } from '../runtime/trajectories/readValues';
import { conversationTokens } from '../runtime/trajectories/tokenCounts';

/** The rows of several files, one after another. */
export async function* rowsOf(files: readonly string[], signal: AbortSignal): AsyncGenerator<Row | Unreadable, void> {
  for (const file of files) yield* readRows(readValues(file, signal));
}

/** Counts tokens of texts and of conversations with the real vocabulary, which takes a moment to load. */
export async function tokenCounters(): Promise<{
  countText: (text: string) => number;
  countTokens: (turns: readonly Turn[]) => number;
}> {
  const { tokenCount: countText } = await import('../runtime/endpoint/llamaTokenizer');
  return { countText, countTokens: (turns) => conversationTokens(turns, countText) };
}
