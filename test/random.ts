/** A small generator of numbers that are the same on every machine (mulberry32), for data that tests make themselves. */
export function seeded(seed: number) {
  let state = seed >>> 0;
  /** From 0 up to, not including, 1. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    /** From 0 up to, not including, `limit`. */
    below: (limit: number): number => Math.floor(next() * limit),
    pick<T>(items: readonly [T, ...T[]]): T {
      return items[Math.floor(next() * items.length)] ?? items[0];
    },
    text(length: number, alphabet: string): string {
      return Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join('');
    },
  };
}

export type Random = ReturnType<typeof seeded>;
