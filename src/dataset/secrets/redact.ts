import type { Dialogue } from '../../agent/conversation';
import { replaceSecrets, type Replacement } from '../../agent/runReview';
import type { Finding } from './findSecrets';

/** One secret of a trajectory, everywhere it stands, and what it would become. */
export interface Proposal extends Replacement {
  /** The turns in which it stands. */
  readonly turns: readonly number[];
}

/**
 * The secrets of a trajectory, each once, with stand-ins that keep the shape of the text: the same secret becomes the
 * same stand-in in every turn, and different ones stay apart, so that the conversation still makes sense to a model.
 * @param findings of each turn
 * @param decided secrets that have their stand-ins already
 */
export function propose(
  dialogue: Dialogue,
  findings: readonly (readonly Finding[])[],
  decided: readonly Replacement[] = [],
): Proposal[] {
  const kinds = new Map<string, string>();
  for (const [turn, { value }] of dialogue.conversations.entries()) {
    for (const { kind, start, end } of findings[turn] ?? []) {
      const secret = value.slice(start, end);
      if (!kinds.has(secret)) kinds.set(secret, kind);
    }
  }
  const counts = new Map<string, number>();
  const isTaken = (standIn: string): boolean =>
    decided.some(({ replacement }) => replacement === standIn) ||
    dialogue.conversations.some(({ value }) => value.includes(standIn));
  return [...kinds].map(([secret, kind]) => {
    let replacement = decided.find((each) => each.secret === secret)?.replacement;
    while (replacement === undefined) {
      const number = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, number);
      // A stand-in that is in the text already would join two things that were apart.
      if (!isTaken(standIn(kind, number))) replacement = standIn(kind, number);
    }
    const turns = dialogue.conversations.flatMap(({ value }, index) => (value.includes(secret) ? [index] : []));
    return { kind, secret, replacement, turns };
  });
}

/** The trajectory with the chosen secrets replaced, wherever they stand. */
export function redact({ id, conversations }: Dialogue, replacements: readonly Replacement[]): Dialogue {
  return {
    id,
    conversations: conversations.map((turn) => ({ ...turn, value: replaceSecrets(turn.value, replacements) })),
  };
}

function standIn(kind: string, number: number): string {
  if (kind === 'email') return `user${number}@example.com`;
  if (kind === 'home-path') return `user${number}`;
  return `REDACTED_${kind.toUpperCase().replaceAll('-', '_')}_${number}`;
}
