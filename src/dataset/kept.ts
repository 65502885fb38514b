import type { Row } from './row';
import type { Split } from './split';

/** The reward from which the paper kept a trajectory: everything, of Mind2Web two thirds. */
export function isRewarded(reward: number, split: Split): boolean {
  return reward >= (split === 'mind2web' ? 2 / 3 : 1);
}

/**
 * Whether a row is one of those that are kept to be learnt; undefined where nobody judged it. A person's word goes before the
 * reward of a check, and a published data set holds what its makers kept.
 */
export function isKept({ format, about }: Row, split: Split): boolean | undefined {
  if (about.verdict !== undefined) return about.verdict === 'accepted';
  if (about.reward !== undefined) return isRewarded(about.reward, split);
  return format === 'agentinstruct' || format === 'sharegpt' || format === 'openai' ? true : undefined;
}
