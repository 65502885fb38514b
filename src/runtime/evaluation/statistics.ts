/** Percent. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of the normal distribution: 19 times out of 20 a value lies no further from the mean, in standard deviations. */
const z = 1.959964;

/** Wilson's score interval of a share: right for few tasks, too, and for a share of none or all. */
export function wilsonInterval(passed: number, total: number): Interval {
  if (total === 0) return { low: 0, high: 100 };
  const share = passed / total;
  const middle = share + z ** 2 / (2 * total);
  const spread = z * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  const scale = 1 + z ** 2 / total;
  const bounded = (value: number): number => 100 * Math.min(1, Math.max(0, value));
  return { low: bounded((middle - spread) / scale), high: bounded((middle + spread) / scale) };
}

const rounds = 2000;

/**
 * Draws tasks with replacement, within each group, and looks where the score comes to lie.
 * @param score of one draw, percent
 */
export function bootstrapInterval<T>(
  groups: readonly (readonly T[])[],
  score: (groups: readonly (readonly T[])[]) => number,
): Interval {
  const random = generator(1);
  const scores: number[] = [];
  for (let round = 0; round < rounds; round++) {
    scores.push(score(groups.map((group) => group.flatMap(() => pick(group, random())))));
  }
  scores.sort((a, b) => a - b);
  const at = (share: number): number => scores[Math.round(share * (rounds - 1))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}

/**
 * The chance that at least one of k attempts passes, from n attempts of which c passed, without bias (Chen et al. 2021,
 * "Evaluating Large Language Models Trained on Code").
 */
export function passAt(k: number, n: number, c: number): number {
  let allFail = 1;
  for (let i = 0; i < k; i++) allFail *= Math.max(0, n - c - i) / (n - i);
  return 1 - allFail;
}

function pick<T>(group: readonly T[], at: number): T[] {
  return group.slice(Math.floor(at * group.length)).slice(0, 1);
}

/** Numbers from 0 to 1 that are the same every time (mulberry32): a report of the same results is the same report. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
