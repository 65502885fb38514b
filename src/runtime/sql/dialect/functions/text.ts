import { MysqlError } from '../../mysqlErrors';
import { collationKey } from './collation';
import { likeMatcher, type LikeMatcher } from './like';
import {
  characters,
  decimalText,
  doubleText,
  toBytes,
  toCount,
  toInteger,
  toNumber,
  toText,
  type Implementations,
} from './values';

/** What one value may take; a longer one is NULL, as beyond MySQL's max_allowed_packet. */
const longest = 64 * 1024 * 1024;

/** Functions of text. Positions count characters from 1. */
export const textFunctions: Implementations = {
  key: (text) => (typeof text === 'string' ? collationKey(text) : text),
  text: (value, kind) => (kind === 'unsigned' ? BigInt.asUintN(64, toInteger(value)).toString() : toText(value)),
  decimal_text: (value, scale) =>
    typeof value === 'bigint' || typeof value === 'number' ? decimalText(value, Number(scale)) : toText(value),
  like: (text, pattern, escape) => {
    const [subject, wanted] = [collationLike(toText(text)), collationLike(toText(pattern))];
    return truth(matcher(wanted, toText(escape))(subject));
  },
  like_exact: (text, pattern, escape) => truth(matcher(toText(pattern), toText(escape))(toText(text))),
  upper: (text) => toText(text).replace(/[^\0-\x60{-\x7f]/gu, inCapitals),
  lower: (text) => toText(text).toLowerCase(),
  left: (text, count) =>
    characters(text)
      .slice(0, Math.max(0, toCount(count)))
      .join(''),
  right: (text, count) => (toCount(count) > 0 ? characters(text).slice(-toCount(count)).join('') : ''),
  substring: (text, position, length) => {
    const all = characters(text);
    const start = toCount(position) > 0 ? toCount(position) - 1 : all.length + toCount(position);
    if (toCount(position) === 0 || start < 0) return '';
    return all.slice(start, length === undefined ? undefined : start + Math.max(0, toCount(length))).join('');
  },
  substring_index: (text, delimiter, count) => {
    const parts = toText(delimiter) === '' ? [] : toText(text).split(toText(delimiter));
    const wanted = toCount(count);
    return (wanted > 0 ? parts.slice(0, wanted) : wanted < 0 ? parts.slice(wanted) : []).join(toText(delimiter));
  },
  lpad: (text, length, padding) => padded(toText(text), toCount(length), toText(padding), (fill, body) => fill + body),
  rpad: (text, length, padding) => padded(toText(text), toCount(length), toText(padding), (fill, body) => body + fill),
  repeat: (text, count) => repeated(toText(text), toCount(count)),
  space: (count) => repeated(' ', toCount(count)),
  reverse: (text) => characters(text).reverse().join(''),
  trim: (text, removed, side) => trimmed(toText(text), toText(removed), toText(side)),
  strcmp: (left, right) => {
    const [a, b] = [collationKey(toText(left)), collationKey(toText(right))];
    return a < b ? -1n : a > b ? 1n : 0n;
  },
  locate: (part, text, from) => position(toText(part), toText(text), from === undefined ? 1 : toCount(from)),
  insert: (text, position, length, replacement) => {
    const all = characters(text);
    const start = toCount(position) - 1;
    if (start < 0 || start >= all.length) return all.join('');
    const rest = toCount(length) < 0 ? [] : all.slice(start + toCount(length));
    return [...all.slice(0, start), toText(replacement), ...rest].join('');
  },
  find_in_set: (text, list) => {
    const wanted = collationKey(toText(text));
    if (toText(list) === '' || wanted.includes(collationKey(','))) return 0n;
    return BigInt(
      toText(list)
        .split(',')
        .findIndex((item) => collationKey(item) === wanted) + 1,
    );
  },
  ascii: (text) => BigInt(toBytes(text)[0] ?? 0),
  ord: (text) => BigInt(toBytes(characters(text)[0] ?? '').reduce((code, byte) => code * 256 + byte, 0)),
  hex: (value) =>
    typeof value === 'bigint' || typeof value === 'number'
      ? BigInt.asUintN(64, toInteger(value)).toString(16).toUpperCase()
      : toBytes(value).toString('hex').toUpperCase(),
  unhex: (text) => {
    const digits = toText(text);
    return /^[\da-f]*$/i.test(digits) ? Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex') : null;
  },
  format: (value, digits) => {
    const [whole = '', fraction] = decimalText(
      typeof value === 'bigint' ? value : toNumber(value),
      Math.max(0, toCount(digits)),
    ).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return fraction === undefined ? grouped : `${grouped}.${fraction}`;
  },
  quote: (text) => `'${toText(text).replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0').replaceAll('\x1a', '\\Z')}'`,
  to_base64: (value) =>
    toBytes(value)
      .toString('base64')
      .replace(/.{76}(?=.)/g, '$&\n'),
  from_base64: (text) => Buffer.from(toText(text), 'base64'),
  soundex: (text) => soundex(toText(text)),
  char_text: (...codes) => charBytes(codes.map(toInteger)).toString('utf8'),
  char: (...codes) => charBytes(codes.map(toInteger)),
  bit_length: (value) => BigInt(toBytes(value).length * 8),
  double_text: (value) => doubleText(toNumber(value)),
  length: (value) => BigInt(toBytes(value).length),
  char_length: (value) => BigInt(characters(value).length),
};

/** MySQL leaves a letter as it is that two capitals would stand for: ß. */
function inCapitals(letter: string): string {
  const capital = letter.toUpperCase();
  return capital.length === letter.length ? capital : letter;
}

/** Case and accents count for nothing; signs keep their own place, for `%` and `_` mean something. */
function collationLike(text: string): string {
  const base = /^[\0-\x7f]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{M}+/gu, '');
  return base.toLowerCase();
}

function truth(value: boolean): bigint {
  return value ? 1n : 0n;
}

/** One statement asks for few patterns, and for each of them many times. */
const matchers = new Map<string, LikeMatcher>();

function matcher(pattern: string, escape: string): LikeMatcher {
  const known = matchers.get(escape + pattern);
  if (known) return known;
  if (matchers.size > 100) matchers.clear();
  const made = likeMatcher(pattern, escape);
  matchers.set(escape + pattern, made);
  return made;
}

function padded(
  text: string,
  length: number,
  padding: string,
  join: (fill: string, body: string) => string,
): string | null {
  const all = Array.from(text);
  if (length < 0 || length > longest) return null;
  if (all.length >= length) return all.slice(0, length).join('');
  if (padding === '') return null;
  const missing = length - all.length;
  const unit = Array.from(padding);
  return join(Array.from({ length: missing }, (_, index) => unit[index % unit.length]).join(''), text);
}

function repeated(text: string, count: number): string {
  if (count <= 0) return '';
  if (text.length * count > longest) throw new MysqlError(tooLong);
  return text.repeat(count);
}

const tooLong = '1301 (HY000): Result of repeat() was larger than max_allowed_packet (67108864) - truncated';

function trimmed(text: string, removed: string, side: string): string {
  if (removed === '') return text;
  let start = 0;
  let end = text.length;
  if (side !== 'TRAILING') while (text.startsWith(removed, start)) start += removed.length;
  if (side !== 'LEADING') while (end - removed.length >= start && text.endsWith(removed, end)) end -= removed.length;
  return text.slice(start, end);
}

function position(part: string, text: string, from: number): bigint {
  const wanted = Array.from(part).map(collationKey);
  const all = Array.from(text).map(collationKey);
  if (from < 1 || from > all.length + 1) return 0n;
  for (let start = from - 1; start + wanted.length <= all.length; start += 1) {
    if (wanted.every((character, index) => all[start + index] === character)) return BigInt(start + 1);
  }
  return 0n;
}

function charBytes(codes: readonly bigint[]): Buffer {
  return Buffer.concat(
    codes.map((code) => {
      const hex = BigInt.asUintN(32, code).toString(16);
      return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
    }),
  );
}

/** MySQL's own kind: it drops vowels after it has merged repeated codes, and does not stop at four. */
function soundex(text: string): string {
  const letters = Array.from(text.toUpperCase()).filter((letter) => /[A-Z]/.test(letter));
  const code = (letter: string) => '01230120022455012623010202'.charAt(letter.charCodeAt(0) - 65);
  const [first] = letters;
  if (first === undefined) return '';
  let result = first;
  let last = code(first);
  for (const letter of letters.slice(1)) {
    const next = code(letter);
    if (next === '0') continue;
    if (next !== last) result += next;
    last = next;
  }
  return result.padEnd(4, '0');
}
