import type { AnswerChunk } from './answer';

/**
 * Ends an answer at the first of these strings, as servers do that know them, and keeps the string itself out: TGI leaves it in.
 * Text that could be its beginning is held back until more has come. A server that does not know the string would go on:
 * whoever leaves makes it stop.
 */
export async function* endAtStop(
  chunks: AsyncIterable<AnswerChunk>,
  stop: readonly string[],
): AsyncGenerator<AnswerChunk> {
  let held = '';
  for await (const chunk of chunks) {
    held += chunk.text;
    const end = firstOf(stop, held);
    if (end !== undefined) {
      yield { ...chunk, text: held.slice(0, end), finishReason: 'stop' };
      if (!chunk.finishReason) return;
      held = '';
      continue;
    }
    const safe = held.length - (chunk.finishReason ? 0 : openLength(stop, held));
    const text = held.slice(0, safe);
    held = held.slice(safe);
    if (text || chunk.finishReason || chunk.usage) yield { ...chunk, text };
  }
}

function firstOf(stop: readonly string[], text: string): number | undefined {
  const found = stop.map((string) => text.indexOf(string)).filter((index) => index >= 0);
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** Length of the longest end of the text that one of the strings begins with. */
function openLength(stop: readonly string[], text: string): number {
  let longest = 0;
  for (const string of stop) {
    for (let length = Math.min(string.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(string.slice(0, length))) longest = length;
    }
  }
  return longest;
}
