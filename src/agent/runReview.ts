import { gpt, type Turn } from './conversation';

/** What a person says of a finished run. */
export type RunVerdict = 'undecided' | 'accepted' | 'rejected';

/** A text that must not leave this machine, and what stands in its place in training data. */
export interface Replacement {
  /** What it seems to be, e.g. `github-token`. */
  readonly kind: string;
  readonly secret: string;
  readonly replacement: string;
}

/**
 * What is said of a run afterwards, as a line of its record. What the run itself says is never changed: of two lines on
 * the same thing the later one holds. `turn` is an index into the conversation.
 */
export type ReviewLine =
  | { readonly type: 'verdict'; readonly verdict: RunVerdict }
  /** From 0 to 1. */
  | { readonly type: 'reward'; readonly reward: number; readonly by: 'person' | 'check' }
  /** Whether a reply is to be learnt. */
  | { readonly type: 'loss'; readonly turn: number; readonly loss: boolean }
  /** A reply that a person wrote anew; the model's own words take it back. */
  | { readonly type: 'correction'; readonly turn: number; readonly value: string }
  /** Secrets that were found: those that are replaced, and those that stay on purpose. */
  | { readonly type: 'redaction'; readonly replaced: readonly Replacement[]; readonly kept: readonly string[] }
  | { readonly type: 'remark'; readonly tags: readonly string[]; readonly note: string };

/** All that was said of a run, each thing as it was said last. */
export interface RunReview {
  readonly verdict: RunVerdict;
  readonly reward: number | undefined;
  readonly losses: ReadonlyMap<number, boolean>;
  readonly corrections: ReadonlyMap<number, string>;
  readonly replaced: readonly Replacement[];
  readonly kept: readonly string[];
  readonly tags: readonly string[];
  readonly note: string;
}

export const unreviewed: RunReview = {
  verdict: 'undecided',
  reward: undefined,
  losses: new Map(),
  corrections: new Map(),
  replaced: [],
  kept: [],
  tags: [],
  note: '',
};

/** The review with one more line. */
export function reviewed(review: RunReview, line: ReviewLine): RunReview {
  switch (line.type) {
    case 'verdict':
      return { ...review, verdict: line.verdict };
    case 'reward':
      return { ...review, reward: line.reward };
    case 'loss':
      return { ...review, losses: new Map(review.losses).set(line.turn, line.loss) };
    case 'correction':
      return { ...review, corrections: new Map(review.corrections).set(line.turn, line.value) };
    case 'redaction':
      return { ...review, replaced: line.replaced, kept: line.kept };
    case 'remark':
      return { ...review, tags: line.tags, note: line.note };
  }
}

/** A reply that a person wrote anew, and what the model had said. */
export interface Correction {
  readonly turn: number;
  readonly original: string;
}

/**
 * The conversation as the review leaves it: replies corrected, to be learnt or not, secrets replaced, also in the
 * model's own words that stand beside a correction.
 */
export function reviewedTurns(
  turns: readonly Turn[],
  { losses, corrections, replaced }: Pick<RunReview, 'losses' | 'corrections' | 'replaced'>,
): { readonly turns: readonly Turn[]; readonly corrections: readonly Correction[] } {
  const originals: Correction[] = [];
  const replace = (text: string): string => replaceSecrets(text, replaced);
  const after = turns.map((turn, index): Turn => {
    if (turn.from !== 'gpt') return { ...turn, value: replace(turn.value) };
    const value = corrections.get(index) ?? turn.value;
    const corrected = value !== turn.value;
    if (corrected) originals.push({ turn: index, original: replace(turn.value) });
    // What a person wrote is meant to be learnt, unless that person said otherwise.
    const loss = losses.get(index) ?? (corrected || turn.loss === true);
    return gpt(replace(value), { loss });
  });
  return { turns: after, corrections: originals };
}

/** The text with secrets replaced wherever they stand. */
export function replaceSecrets(text: string, replacements: readonly Replacement[]): string {
  return secretPieces(text, replacements)
    .map((piece) => piece.secret?.replacement ?? piece.text)
    .join('');
}

/** A stretch of a text, and the secret that it is, if it is one. */
export interface SecretPiece<R extends Replacement = Replacement> {
  readonly text: string;
  readonly secret?: R;
}

/** The text in pieces, in order. Of two secrets in one place it is the longer one: it may hold the other. */
export function secretPieces<R extends Replacement>(text: string, secrets: readonly R[]): SecretPiece<R>[] {
  let pieces: SecretPiece<R>[] = [{ text }];
  for (const secret of secrets.toSorted((a, b) => b.secret.length - a.secret.length)) {
    const pattern = wherever(secret);
    pieces = pieces.flatMap((piece) => (piece.secret ? [piece] : split(piece.text, pattern, secret)));
  }
  return pieces;
}

function split<R extends Replacement>(text: string, pattern: RegExp, secret: R): SecretPiece<R>[] {
  const pieces: SecretPiece<R>[] = [];
  let end = 0;
  for (const { index, 0: found } of text.matchAll(pattern)) {
    if (index > end) pieces.push({ text: text.slice(end, index) });
    pieces.push({ text: found, secret });
    end = index + found.length;
  }
  return end < text.length ? [...pieces, { text: text.slice(end) }] : pieces;
}

/** A user's name is a word of its own; a key can stand inside of anything. */
function wherever({ kind, secret }: Replacement): RegExp {
  const literal = secret.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&');
  return new RegExp(kind === 'home-path' ? `(?<![A-Za-z\\d])${literal}(?![A-Za-z\\d])` : literal, 'g');
}
