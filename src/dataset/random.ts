import { hash53 } from './hash';

/** Numbers from 0 up to, not including, 1: the same for the same seed, everywhere (sfc32). */
export function seededRandom(seed: string): () => number {
  let [a, b, c] = [0, 1, 2].map((number) => hash53(seed, number) >>> 0) as [number, number, number];
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = ((c << 21) | (c >>> 11)) >>> 0;
    c = (c + sum) >>> 0;
    return sum;
  };
  for (let round = 0; round < 12; round++) next();
  // 53 bits, so that a million numbers hardly ever meet.
  return () => (next() * 2_097_152 + (next() >>> 11)) / 9_007_199_254_740_992;
}
