import type { Dialogue } from '../../agent/conversation';
import { hash53, wordsOf } from '../hash';
import type { Problem } from '../problem';
import { openingLength, type Split } from '../split';

/** Numbers of a signature; bands of it that are compared as a whole; of which each has so many. */
const signatureLength = 64;
const bands = 16;
const bandLength = signatureLength / bands;

/** Words that make a shingle, shingles that a text must have for the estimate to be worth something, and the share that is too similar. */
const shingleWords = 5;
const fewestShingles = 64;
const tooSimilar = 0.85;

/**
 * Finds rows that say what an earlier row said: word for word (of all rows), or nearly (of the last `capacity` rows, by
 * MinHash with locality-sensitive hashing). The instruction is left out, because all rows of a task share it. Memory is
 * 50 bytes a row for the first, and fixed at some 50 MB for the second.
 */
export class DuplicateFinder {
  private readonly seen = new Map<number, number>();
  private readonly signatures: Uint32Array;
  private readonly rows: Float64Array;
  private readonly tables: Int32Array;
  private readonly names: string[];
  private stored = 0;

  constructor(private readonly capacity = 131_072) {
    this.signatures = new Uint32Array(capacity * signatureLength);
    this.rows = new Float64Array(capacity).fill(-1);
    this.names = Array.from({ length: capacity }, () => '');
    this.tables = new Int32Array(bands * capacity).fill(-1);
  }

  /**
   * What a row has in common with those before it. To be called once a row, in order.
   * @param row its number in the input, from 1
   */
  check(dialogue: Dialogue, split: Split, row: number): Problem[] {
    const key = hash53(JSON.stringify(dialogue.conversations.map(({ from, value }) => [from, value.trim()])));
    const same = this.seen.get(key);
    if (same !== undefined) {
      return [{ code: 'duplicate', turn: null, detail: `Row ${same} of the input says the same, word for word.` }];
    }
    this.seen.set(key, row);
    const similar = this.findSimilar(dialogue, split, row);
    if (similar === undefined) return [];
    const percent = Math.round(similar.share * 100);
    return [
      {
        code: 'near-duplicate',
        turn: null,
        detail: `Some ${percent} % of the conversation stand in row ${similar.row} of the input (${similar.name}) too.`,
      },
    ];
  }

  private findSimilar(
    dialogue: Dialogue,
    split: Split,
    row: number,
  ): { row: number; name: string; share: number } | undefined {
    const signature = signatureOf(dialogue, split);
    if (signature === undefined) return undefined;
    let best: { row: number; name: string; share: number } | undefined;
    const slot = this.stored++ % this.capacity;
    for (let band = 0; band < bands; band++) {
      const bucket = band * this.capacity + (bandHash(signature, band) % this.capacity);
      const other = this.tables[bucket] ?? -1;
      if (other !== -1 && other !== slot) {
        const share = this.shareOf(signature, other);
        const otherRow = this.rows[other] ?? -1;
        if (share >= tooSimilar && otherRow >= 0 && share > (best?.share ?? 0)) {
          best = { row: otherRow, name: this.names[other] ?? '', share };
        }
      }
      this.tables[bucket] = slot;
    }
    this.signatures.set(signature, slot * signatureLength);
    this.rows[slot] = row;
    this.names[slot] = dialogue.id;
    return best;
  }

  /** The share of equal numbers of two signatures, which estimates the Jaccard similarity of their shingles. */
  private shareOf(signature: Uint32Array, slot: number): number {
    let equal = 0;
    for (let index = 0; index < signatureLength; index++) {
      if (this.signatures[slot * signatureLength + index] === signature[index]) equal++;
    }
    return equal / signatureLength;
  }
}

/**
 * MinHash by one permutation: each shingle falls into one of 64 bins by the first bits of its hash, and each bin keeps its
 * least. An empty bin borrows from the next that is not (densification), so that short texts can be compared too.
 * Undefined for a text that is too short to tell.
 */
function signatureOf(dialogue: Dialogue, split: Split): Uint32Array | undefined {
  const from = Math.max(0, openingLength(dialogue, split) - 1);
  const words = dialogue.conversations.slice(from).flatMap(({ value }) => wordsOf(value));
  if (words.length + 1 < shingleWords + fewestShingles) return undefined;
  const least = new Uint32Array(signatureLength).fill(nothing);
  const hashes = words.map((word) => hash53(word) >>> 0);
  for (let index = 0; index + shingleWords <= hashes.length; index++) {
    let shingle = 0;
    for (let word = index; word < index + shingleWords; word++) {
      shingle = mixed(Math.imul(shingle, 31) + (hashes[word] ?? 0));
    }
    const bin = shingle >>> 26;
    const value = mixed(shingle ^ 0x5bd1e995);
    if (value < (least[bin] ?? 0)) least[bin] = value;
  }
  return least.map((value, bin) => (value === nothing ? borrowed(least, bin) : value));
}

const nothing = 0xffffffff;

function borrowed(least: Uint32Array, bin: number): number {
  for (let distance = 1; distance < signatureLength; distance++) {
    const value = least[(bin + distance) % signatureLength] ?? nothing;
    if (value !== nothing) return mixed(value + distance);
  }
  return nothing;
}

/** Spreads the bits of a number (the finisher of MurmurHash3). */
function mixed(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function bandHash(signature: Uint32Array, band: number): number {
  let hash = band;
  for (let index = band * bandLength; index < (band + 1) * bandLength; index++) {
    hash = mixed(Math.imul(hash, 31) + (signature[index] ?? 0));
  }
  return hash;
}
