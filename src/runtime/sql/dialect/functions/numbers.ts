import { createHash, randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { roundDecimal, toBytes, toCount, toInteger, toNumber, toText, type Implementations } from './values';

/** Functions of numbers, and digests. */
export const numberFunctions: Implementations = {
  round: (value, digits) => {
    const scale = toCount(digits);
    if (typeof value === 'bigint') return scale >= 0 ? value : toInteger(roundDecimal(Number(value), scale));
    return roundDecimal(toNumber(value), scale);
  },
  /** A float is rounded as the machine rounds it: a half to the even side. */
  round_even: (value, digits) => {
    const factor = 10 ** toCount(digits);
    const shifted = toNumber(value) * factor;
    const floor = Math.floor(shifted);
    const isHalf = shifted - floor === 0.5;
    const rounded = isHalf ? floor + Math.abs(floor % 2) : Math.round(shifted);
    return Number.isFinite(rounded / factor) ? rounded / factor : toNumber(value);
  },
  truncate: (value, digits) => {
    const scale = toCount(digits);
    if (typeof value === 'bigint' && scale >= 0) return value;
    const cut = truncate(toNumber(value), scale);
    return typeof value === 'bigint' ? BigInt(cut) : cut;
  },
  ceiling: (value) => (typeof value === 'bigint' ? value : whole(Math.ceil(toNumber(value)))),
  floor: (value) => (typeof value === 'bigint' ? value : whole(Math.floor(toNumber(value)))),
  log: (base, value) => (value === undefined ? logarithm(toNumber(base)) : logBase(toNumber(base), toNumber(value))),
  log2: (value) => logBase(2, toNumber(value)),
  log10: (value) => (toNumber(value) > 0 ? Math.log10(toNumber(value)) : null),
  cot: (value) => 1 / Math.tan(toNumber(value)),
  conv: (value, from, to) => convertBase(toText(value), toCount(from), toCount(to)),
  bit_count: (value) => BigInt(BigInt.asUintN(64, toInteger(value)).toString(2).replaceAll('0', '').length),
  signed: (value) => toSigned(value),
  crc32: (value) => BigInt(crc32(toBytes(value))),
  md5: (value) => digest('md5', value),
  sha1: (value) => digest('sha1', value),
  sha2: (value, bits) => {
    const size = toCount(bits) === 0 ? 256 : toCount(bits);
    return [224, 256, 384, 512].includes(size) ? digest(`sha${size}`, value) : null;
  },
  uuid: () => randomUUID(),
  rand: (seed) => (seed === undefined ? Math.random() : seeded(toCount(seed))),
};

function truncate(value: number, scale: number): number {
  const [digits = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const shifted = Math.trunc(Number(`${digits}e${Number(exponent) + scale}`));
  return Math.sign(value) * Number(`${shifted}e${-scale}`);
}

/** An integer where it fits into one. */
function whole(value: number): bigint | number {
  return Math.abs(value) < 2 ** 63 ? BigInt(value) : value;
}

function logarithm(value: number): number | null {
  return value > 0 ? Math.log(value) : null;
}

function logBase(base: number, value: number): number | null {
  if (value <= 0 || base <= 0 || base === 1) return null;
  if (base === 2) return Math.log2(value);
  return Math.log(value) / Math.log(base);
}

/** CAST('12abc' AS SIGNED) is 12, CAST(1.5 AS SIGNED) is 2. */
function toSigned(value: Parameters<typeof toInteger>[0]): bigint {
  if (typeof value !== 'string') return BigInt.asIntN(64, toInteger(value));
  const [, digits = '0'] = /^\s*([+-]?\d+)/.exec(value) ?? [];
  const number = BigInt(digits);
  const [low, high] = [-(2n ** 63n), 2n ** 63n - 1n];
  return number < low ? low : number > high ? high : number;
}

function convertBase(text: string, from: number, to: number): string | null {
  if (!isBase(from) || !isBase(to)) return null;
  const negative = text.trim().startsWith('-');
  const base = BigInt(Math.abs(from));
  let number = 0n;
  for (const character of text.trim().replace(/^[+-]/, '').toLowerCase()) {
    const digit = Number.parseInt(character, 36);
    if (Number.isNaN(digit) || digit >= Math.abs(from)) break;
    number = number * base + BigInt(digit);
  }
  if (number > 2n ** 64n - 1n) number = 2n ** 64n - 1n;
  const signed = negative ? -number : number;
  return (to < 0 ? BigInt.asIntN(64, signed) : BigInt.asUintN(64, signed)).toString(Math.abs(to)).toUpperCase();
}

function isBase(base: number): boolean {
  return Math.abs(base) >= 2 && Math.abs(base) <= 36;
}

function digest(algorithm: string, value: Parameters<typeof toBytes>[0]): string {
  return createHash(algorithm).update(toBytes(value)).digest('hex');
}

/** MySQL's generator: the same seed gives the same first number. */
function seeded(seed: number): number {
  const most = 0x3fffffff;
  const first = (seed * 0x10001 + 55555555) % most;
  const second = (seed * 0x10000001) % most;
  return ((first * 3 + second) % most) / most;
}
