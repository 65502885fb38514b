/** Longest token of the Llama-2 vocabulary, in characters: sixteen spaces. */
const longestToken = 16;

/** Above this no window of Llama-2 (4096 tokens) holds the text, whatever is in it. */
const hopelessLength = longestToken * 4096;

/** Characters whose counts are remembered: some sixty full windows. */
const cacheLimit = 1_000_000;

/**
 * Makes a function that counts the tokens of a prompt exactly as the server will, `<s>` and `</s>` included, from the pieces of
 * llamaPrompt.ts. Counting piece by piece is exact because no token of the vocabulary has a space after another character:
 * merges never cross the start of a word. Pieces are remembered, so a step of a conversation costs its new turns only.
 *
 * A piece that no window can hold is not tokenized, which would block for seconds: its count is then a lower bound, still
 * larger than every window.
 */
export function createTokenCounter(loadTokenizer = lazyTokenizer): (pieces: readonly string[]) => Promise<number> {
  const counts = new Map<string, number>();
  let cachedLength = 0;

  function remember(piece: string, count: number): void {
    counts.set(piece, count);
    cachedLength += piece.length;
    for (const oldest of counts.keys()) {
      if (cachedLength <= cacheLimit) return;
      counts.delete(oldest);
      cachedLength -= oldest.length;
    }
  }

  return async (pieces) => {
    const tokenCount = await loadTokenizer();
    let total = 0;
    for (const piece of pieces) {
      total += 1;
      if (piece.length > hopelessLength) {
        total += Math.ceil(piece.length / longestToken);
        continue;
      }
      const known = counts.get(piece);
      const count = known ?? tokenCount(piece);
      if (known === undefined) remember(piece, count);
      total += count;
    }
    return total;
  };
}

/** The vocabulary in a bundle of its own. */
async function lazyTokenizer(): Promise<(text: string) => number> {
  return (await import('./llamaTokenizer')).tokenCount;
}
