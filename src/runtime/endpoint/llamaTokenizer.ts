import tokenizer from 'llama-tokenizer-js';

/**
 * Tokens of a text in the true Llama-2 vocabulary, read as the start of a text or of what follows a special token (a space goes
 * before it). Special tokens are not counted, neither around the text nor in it.
 * Loading this file builds the vocabulary, some 200 ms: import it when it is needed.
 */
export function tokenCount(text: string): number {
  return tokenizer.encode(text, false, true).length;
}
