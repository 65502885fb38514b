/** A stretch of what a trainer puts before the model. */
export interface Stretch {
  readonly text: string;
  /** Whether its tokens count for the loss. */
  readonly learnt: boolean;
  /** The message it comes from; null for what the template adds. */
  readonly turn: number | null;
}

/** Why a trainer would drop a row, or learn something else from it than was meant. */
export interface Refusal {
  readonly code:
    | 'shape'
    | 'roles'
    | 'empty-turn'
    | 'loss'
    | 'nothing-learnt'
    | 'last-not-learnt'
    | 'separator'
    | 'encoding'
    | 'cut-off'
    | 'mask'
    | 'no-verdict'
    | 'no-pair'
    | 'same-answer';
  readonly turn: number | null;
  readonly detail: string;
}

/** What a trainer makes of one example, in the order in which the model reads it. */
export type Reading = { readonly stretches: readonly Stretch[] } | { readonly refused: Refusal };

export interface TrainerLimits {
  readonly maxTokens: number;
  /** Tokens of a stretch of text in the model's vocabulary. */
  readonly countTokens: (text: string) => number;
}

export function refuse(code: Refusal['code'], turn: number | null, detail: string): { readonly refused: Refusal } {
  return { refused: { code, turn, detail } };
}

/** Texts that no tokenizer takes as the text they are, and the first of them that a value holds. */
export function markerIn(value: string, markers: readonly string[]): string | undefined {
  return markers.find((marker) => value.includes(marker));
}

/** Python cannot write half a surrogate pair as UTF-8: the trainer would stop at it. */
export function isEncodable(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}

/** Refuses an example that would be cut. */
export function within(
  { maxTokens, countTokens }: TrainerLimits,
  stretches: readonly Stretch[],
  whatHappens: string,
): Reading {
  // No token is shorter than a byte, no character longer than three.
  const characters = stretches.reduce((sum, { text }) => sum + text.length, 0);
  if (3 * characters + stretches.length <= maxTokens) return { stretches };
  const tokens = stretches.reduce((sum, { text }) => sum + (text === '' ? 0 : countTokens(text)), 0);
  return tokens <= maxTokens
    ? { stretches }
    : refuse('cut-off', null, `The example has ${tokens} tokens, and ${maxTokens} are read: ${whatHappens}.`);
}

/** One piece of the vocabulary, and what becomes of it. */
export interface LearntToken {
  readonly text: string;
  readonly learnt: boolean;
  readonly turn: number | null;
}

/**
 * What will be learnt, token by token.
 * @param tokenize the pieces that a text falls into
 */
export function learntTokens(
  stretches: readonly Stretch[],
  tokenize: (text: string) => readonly string[],
): LearntToken[] {
  return stretches.flatMap(({ text, learnt, turn }) => tokenize(text).map((piece) => ({ text: piece, learnt, turn })));
}
