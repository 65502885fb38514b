import tokenizer from 'llama-tokenizer-js';

/**
 * Tokens of a text in the true Llama-2 vocabulary, read as the start of a text or of what follows a special token (a space goes
 * before it). Special tokens are not counted, neither around the text nor in it.
 * Loading this file builds the vocabulary, some 200 ms: import it when it is needed.
 */
export function tokenCount(text: string): number {
  return tokenizer.encode(text, false, true).length;
}

/** The tokens of a text, each as the stretch of text that it stands for; the bytes of one character stay together. */
export function tokenPieces(text: string): string[] {
  const pieces: string[] = [];
  let bytes: number[] = [];
  const endBytes = (): void => {
    if (bytes.length > 0) pieces.push(Buffer.from(bytes).toString('utf8'));
    bytes = [];
  };
  for (const [index, id] of tokenizer.encode(text, false, true).entries()) {
    const token = tokenizer.vocabById[id] ?? '';
    const [, byte] = /^<0x([\dA-F]{2})>$/.exec(token) ?? [];
    if (byte !== undefined) {
      bytes.push(Number.parseInt(byte, 16));
      continue;
    }
    endBytes();
    const piece = token.replaceAll('▁', ' ');
    // The tokenizer puts a space before a text.
    pieces.push(index === 0 ? piece.slice(1) : piece);
  }
  endBytes();
  return pieces;
}
