import type { Dialogue } from './conversation';
import type { Correction, Replacement, RunReview } from './runReview';

/** A secret of a trajectory, once, with what it would become. */
export interface FoundSecret extends Replacement {
  /** The turns in which it stands, also those whose reply a person wrote anew. */
  readonly turns: readonly number[];
}

/** Something that is wrong with a trajectory, or strange. */
export interface AcceptanceProblem {
  /** As `agentlm dataset validate` names it (docs/datasets.md), or an obstacle of trajectory.ts. */
  readonly code: string;
  /** Index into the conversation; null where the whole is meant. */
  readonly turn: number | null;
  /** One English sentence; empty where the code says it all. */
  readonly detail: string;
  /** Whether no trainer could learn from it as it was meant; else a person may know better. */
  readonly blocks: boolean;
}

/** What a person should know before a trajectory becomes training data. */
export interface AcceptanceCheck {
  readonly secrets: readonly FoundSecret[];
  readonly problems: readonly AcceptanceProblem[];
}

/** A trajectory on its way to training data. */
export interface Candidate {
  /** With corrections and losses, its secrets still in place. */
  readonly dialogue: Dialogue;
  readonly corrections: readonly Correction[];
  readonly review: Pick<RunReview, 'replaced' | 'kept'>;
}

/**
 * Looks for secrets in a trajectory, and for problems of what it will be when they are replaced.
 * @param known secrets word by word
 */
export type CheckCandidate = (candidate: Candidate, known: readonly string[]) => Promise<AcceptanceCheck>;

/** Secrets that nobody has decided on. While there are any, the trajectory is no training data. */
export function undecidedSecrets(
  { secrets }: AcceptanceCheck,
  { replaced, kept }: Pick<RunReview, 'replaced' | 'kept'>,
): FoundSecret[] {
  const decided = new Set([...kept, ...replaced.map(({ secret }) => secret)]);
  return secrets.filter(({ secret }) => !decided.has(secret));
}
