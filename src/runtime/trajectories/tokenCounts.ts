import type { Turn } from '../../agent/conversation';
import { turnPieces } from '../endpoint/llamaPrompt';

/** Words that are remembered with their counts, and the length from which a word is not: it will not come back. */
const rememberedWords = 200_000;
const longestWord = 40;

const space = 0x20;

/**
 * Counts the tokens of a text in the Llama-2 vocabulary, word by word: no token reaches from one word over a space into the
 * next, so the sum is exact, and the words of a data set repeat. Some forty times faster than counting each text anew.
 */
export function createTextCounter(tokenCount: (text: string) => number): (text: string) => number {
  const counts = new Map<string, number>();
  const countWord = (word: string): number => {
    // The last of the spaces that end a text: a token of its own.
    if (word === '') return 1;
    const known = counts.get(word);
    if (known !== undefined) return known;
    const count = tokenCount(word);
    if (word.length <= longestWord) {
      if (counts.size >= rememberedWords) counts.clear();
      counts.set(word, count);
    }
    return count;
  };
  return (text) => {
    // To the vocabulary this character is a space, so that a token can reach over it.
    if (text.includes('▁')) return tokenCount(text);
    let total = 0;
    let start = 0;
    while (start < text.length) {
      // A word is the spaces before it and all up to the next one.
      let end = start;
      while (text.charCodeAt(end) === space) end++;
      end = text.indexOf(' ', end);
      if (end === -1) end = text.length;
      // The tokenizer puts a space before what it is given, as before the start of a text. A word brings its own.
      total += countWord(text.slice(start === 0 ? 0 : start + 1, end));
      start = end;
    }
    return total;
  };
}

/** Tokens of a conversation in the Llama-2 format, `<s>` and `</s>` included. */
export function conversationTokens(turns: readonly Turn[], countText: (text: string) => number): number {
  return turnPieces(turns).reduce((sum, piece) => sum + 1 + countText(piece), 0);
}
