import path from 'node:path';

/** Compares the answer with what the reference printed, as the script of this name in AgentBench does. */
type Comparison = (answer: string, reference: string) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  'integer-match.py': (a, b) => equal(integer(a), integer(b)),
  'string-match.py': (a, b) => normalise(a) === normalise(b),
  'containing.py': (a, b) => normalise(a).includes(normalise(b)),
  'in.py': (a, b) => normalise(b).includes(normalise(a)),
  'size-match.py': (a, b) => equal(size(a), size(b)),
};

/** @param file as a task names it */
export function isBuiltinCheck(file: string): boolean {
  return /^(?:\.\/)?check\/[^/]+$/.test(file) && Object.hasOwn(comparisons, path.posix.basename(file));
}

/** @param name of the file without its folder; `parameters` are the answer and the outputs of earlier scripts */
export function builtinCheck(name: string, [answer, reference]: readonly string[]): boolean {
  const compare = comparisons[name];
  if (compare === undefined || answer === undefined || reference === undefined) return false;
  return compare(answer, reference);
}

function equal(a: bigint | undefined, b: bigint | undefined): boolean {
  return a !== undefined && a === b;
}

/** Python's `int()`; undefined where that would raise. */
function integer(text: string): bigint | undefined {
  const digits = /^([+-]?)(\d+(?:_\d+)*)$/.exec(text.trim());
  if (!digits) return undefined;
  const [, sign = '', number = ''] = digits;
  return BigInt(number.replaceAll('_', '')) * (sign === '-' ? -1n : 1n);
}

const units: Readonly<Record<string, bigint>> = {
  '': 1n,
  K: 2n ** 10n,
  M: 2n ** 20n,
  G: 2n ** 30n,
  T: 2n ** 40n,
  P: 2n ** 50n,
};

/** A whole number of bytes with a unit, in which 1K is 1024. */
function size(text: string): bigint | undefined {
  const match = /^([+-]?[\d_]+)\s*(?:([KMGTP]?)B|([KMGTP])|Byte)?$/.exec(text.trim());
  const number = integer(match?.[1] ?? '');
  const unit = units[match?.[2] ?? match?.[3] ?? ''];
  return number === undefined || unit === undefined ? undefined : number * unit;
}

function normalise(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim();
}
