import type { Turn } from '../../agent/conversation';
import { turnPieces } from '../endpoint/llamaPrompt';

/** Tokens of a conversation in the Llama-2 format, `<s>` and `</s>` included. */
export function conversationTokens(turns: readonly Turn[], countText: (text: string) => number): number {
  return turnPieces(turns).reduce((sum, piece) => sum + 1 + countText(piece), 0);
}
