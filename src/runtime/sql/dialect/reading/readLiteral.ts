import { nameOf } from '../../tokens';
import type { Expression } from '../syntax';
import type { Reader } from './reader';

export function readNumber(reader: Reader): Expression {
  const text = reader.number();
  return /^0x/i.test(text) ? { kind: 'bytes', hex: text.slice(2) } : { kind: 'number', text };
}

/** The words before a literal of a moment. */
export const momentTypes = { DATE: 'date', TIME: 'time', TIMESTAMP: 'datetime' } as const;

/** `x'41'`, `b'101'`, `N'text'`, `_utf8mb4'text'` */
export function readPrefixedString(reader: Reader, prefix: string): Expression | undefined {
  if (/^(n|_[a-z0-9]+)$/i.test(prefix)) {
    reader.next();
    return { kind: 'text', value: reader.string() };
  }
  if (!/^[xb]$/i.test(prefix)) return undefined;
  const digits = nameOf(reader.ahead(1) ?? reader.next()) ?? '';
  const wellFormed = /^x$/i.test(prefix) ? /^([\da-f]{2})*$/i : /^[01]*$/;
  if (!wellFormed.test(digits)) throw reader.error();
  reader.next();
  reader.next();
  return { kind: 'bytes', hex: /^x$/i.test(prefix) ? digits : digits && BigInt(`0b${digits}`).toString(16) };
}

/** The unit of an interval, in capitals. */
export function readUnit(reader: Reader): string {
  const unit = reader.word()?.replace(/^SQL_TSI_/, '') ?? '';
  if (!units.test(unit)) throw reader.error();
  reader.next();
  return unit;
}

const units =
  /^(MICROSECOND|SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|QUARTER|YEAR|(SECOND|MINUTE|HOUR|DAY)_MICROSECOND|(MINUTE|HOUR|DAY)_SECOND|(HOUR|DAY)_MINUTE|DAY_HOUR|YEAR_MONTH)$/;
