import type { SqlValue } from '../../pythonLiteral';

/** A function that statements call as `mysql_NAME`. It is not called where an argument is NULL: the result is NULL then. */
export type Implementation = (...values: NonNullable<SqlValue>[]) => SqlValue;

export type Implementations = Readonly<Record<string, Implementation>>;

export function toText(value: NonNullable<SqlValue>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return doubleText(value);
  return typeof value === 'bigint' ? value.toString() : Buffer.from(value).toString('utf8');
}

export function toBytes(value: NonNullable<SqlValue>): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(toText(value));
}

export function toNumber(value: NonNullable<SqlValue>): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return Number.parseFloat(toText(value)) || 0;
}

/** A whole number of 64 bits, rounded where there is a fraction. */
export function toInteger(value: NonNullable<SqlValue>): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) return BigInt(value);
  const number = toNumber(value);
  return Number.isFinite(number) ? BigInt(Math.sign(number) * Math.round(Math.abs(number))) : 0n;
}

/** A whole number that is sure to be small: a length, a position, a count. */
export function toCount(value: NonNullable<SqlValue>): number {
  return Math.round(toNumber(value));
}

/** As MySQL writes a DOUBLE: `1`, `0.5`, `1e20`, `1.5e-7`. */
export function doubleText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-15)) return value.toExponential().replace('e+', 'e');
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text;
}

/** Rounded half away from zero by its decimal digits, as MySQL rounds a DECIMAL; with exactly so many digits. */
export function decimalText(value: number | bigint, scale: number): string {
  if (typeof value === 'bigint') return scale > 0 ? `${value}.${'0'.repeat(scale)}` : value.toString();
  return roundDecimal(value, scale).toFixed(Math.min(scale, 100));
}

export function roundDecimal(value: number, scale: number): number {
  if (!Number.isFinite(value)) return value;
  const [digits = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const shifted = Math.round(Number(`${digits}e${Number(exponent) + scale}`));
  const size = Number(`${shifted}e${-scale}`);
  return Number.isFinite(size) && Number.isFinite(shifted) ? Math.sign(value) * size : value;
}

/** The characters of a text, as MySQL counts them. */
export function characters(value: NonNullable<SqlValue>): string[] {
  return Array.from(toText(value));
}
