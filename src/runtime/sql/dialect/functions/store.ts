import { MysqlError } from '../../mysqlErrors';
import { collationKey } from './collation';
import { parseMoment, writeMoment, fullYear } from './moments';
import { roundDecimal, toBytes, toCount, toInteger, toText, type Implementations } from './values';

type Value = Parameters<typeof toText>[0];

/**
 * What a column makes of the value that is put into it: rounded, cut or refused as MySQL's strict mode does. With `strict`
 * 0, as behind IGNORE, it takes the nearest it can hold. A column of dates takes any text, for a file of the user's may
 * hold dates in a form of its own.
 */
export const storeFunctions: Implementations = {
  store_integer: (value, low, high, column, strict) => {
    const number = asNumeric(value, 'integer', toText(column), toCount(strict) === 1);
    const whole = typeof number === 'bigint' ? number : toInteger(roundDecimal(number, 0));
    const [least, most] = [BigInt(toText(low)), BigInt(toText(high))];
    if (whole >= least && whole <= most) return whole > maxInteger ? whole - 2n ** 64n : whole;
    if (toCount(strict) === 1) throw outOfRange(toText(column));
    return whole < least ? least : most > maxInteger ? maxInteger : most;
  },
  store_decimal: (value, precision, scale, column, strict) => {
    const number = asNumeric(value, 'decimal', toText(column), toCount(strict) === 1);
    const most = 10 ** (toCount(precision) - toCount(scale));
    const rounded = typeof number === 'bigint' ? number : roundDecimal(number, toCount(scale));
    if (Math.abs(Number(rounded)) < most) return rounded;
    if (toCount(strict) === 1) throw outOfRange(toText(column));
    return Math.sign(Number(rounded)) * (most - 10 ** -toCount(scale));
  },
  store_double: (value, column, strict) => Number(asNumeric(value, 'double', toText(column), toCount(strict) === 1)),
  store_text: (value, length, column, strict) => {
    const text = toText(value);
    const most = toCount(length);
    if (text.length <= most || Array.from(text).length <= most) return text;
    const cut = Array.from(text).slice(0, most).join('');
    if (toCount(strict) === 1 && text.slice(cut.length).trim() !== '') {
      throw new MysqlError(`1406 (22001): Data too long for column '${toText(column)}' at row 1`);
    }
    return cut;
  },
  store_enum: (value, column, strict, ...choices) => {
    const wanted = collationKey(toText(value));
    const choice = choices.find((each) => collationKey(toText(each)) === wanted) ?? choices[Number(toText(value)) - 1];
    if (choice !== undefined) return choice;
    if (toCount(strict) !== 1) return '';
    throw new MysqlError(`1265 (01000): Data truncated for column '${toText(column)}' at row 1`);
  },
  store_binary: (value) => toBytes(value),
  store_date: (value) => moment(value, 'date'),
  store_datetime: (value, scale) => moment(value, 'datetime', toCount(scale)),
  store_time: (value, scale) => moment(value, 'time', toCount(scale)),
  store_year: (value) => {
    const year = toCount(value);
    return Number.isInteger(year) && /^\s*\d+\s*$/.test(toText(value))
      ? BigInt(year > 0 && year < 100 ? fullYear(year) : year)
      : value;
  },
};

const maxInteger = 2n ** 63n - 1n;

function asNumeric(value: Value, kind: string, column: string, isStrict: boolean): bigint | number {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  const text = toText(value);
  if (/^\s*[+-]?\d+\s*$/.test(text)) return BigInt(text.trim().replace('+', ''));
  const [, leading] = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*/i.exec(text) ?? [];
  if (leading !== undefined && text.trim() === leading) return Number(leading);
  if (!isStrict) return Number(leading ?? 0);
  if (leading !== undefined) throw new MysqlError(`1265 (01000): Data truncated for column '${column}' at row 1`);
  throw new MysqlError(`1366 (HY000): Incorrect ${kind} value: '${text}' for column '${column}' at row 1`);
}

function outOfRange(column: string): MysqlError {
  return new MysqlError(`1264 (22003): Out of range value for column '${column}' at row 1`);
}

function moment(value: Value, kind: 'date' | 'datetime' | 'time', scale = 0): Value {
  const read = parseMoment(toText(value), kind === 'time');
  if (!read || (kind === 'time' && read.month !== 0 && !read.hasTime)) return value;
  return /[TZ]/.test(toText(value)) ? value : writeMoment(read, kind, scale);
}
