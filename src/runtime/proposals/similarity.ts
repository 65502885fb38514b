/** Above it the second task is the first one in other words (Self-Instruct, Wang et al. 2022, part 2.2). */
const mostAlike = 0.7;

/** The one of some texts that says the same as another; undefined where none does. */
export function likeOneOf(text: string, others: readonly string[]): string | undefined {
  const words = wordsOf(text);
  return others.find((other) => rougeL(words, wordsOf(other)) > mostAlike);
}

/** In the writings that have no spaces each character is a word. */
export function wordsOf(text: string): string[] {
  const pattern =
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}])+/gu;
  return text.toLowerCase().match(pattern) ?? [];
}

/** ROUGE-L: how much of both texts is in the longest sequence of words that they have in common; 0 to 1. */
export function rougeL(one: readonly string[], other: readonly string[]): number {
  const common = longestCommon(one, other);
  return common === 0 ? 0 : (2 * common) / (one.length + other.length);
}

function longestCommon(one: readonly string[], other: readonly string[]): number {
  let before = Array.from({ length: other.length + 1 }, () => 0);
  for (const word of one) {
    const row = [0];
    for (const [index, each] of other.entries()) {
      row.push(each === word ? (before[index] ?? 0) + 1 : Math.max(row[index] ?? 0, before[index + 1] ?? 0));
    }
    before = row;
  }
  return before[other.length] ?? 0;
}
