import { types, type ValueType } from './mysqlType';
import { pythonMoment } from './pythonMoment';

/** What SQLite hands out, integers as bigint so that none is rounded. */
export type SqlValue = null | bigint | number | string | Uint8Array;

/**
 * A row as Python prints a tuple: `('Kim', None)`, and `(0,)` when it has one value.
 * The model was trained on what Python's MySQL client returns, printed with `str()`.
 * @param columns of the values; what they leave out speaks for itself
 */
export function pythonTuple(row: readonly SqlValue[], columns: readonly ValueType[] = []): string {
  const literals = row.map((value, index) => pythonLiteral(value, columns[index] ?? types.any));
  return `(${literals.join(', ')}${row.length === 1 ? ',' : ''})`;
}

/**
 * A value as Python's `repr` prints it: `None`, `42`, `1e+16`, `'it\n'`, `b'\x00'`, `Decimal('59.6000')`,
 * `datetime.date(2020, 1, 2)`. A value that does not fit its type, as a file of SQLite may hold, speaks for itself.
 */
export function pythonLiteral(value: SqlValue, { kind, scale = 0, literal }: ValueType = types.any): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return literal?.(value) ?? text(value, kind);
  if (value instanceof Uint8Array) return `b${quoted(Buffer.from(value).toString('latin1'), notAscii)}`;
  switch (kind) {
    case 'decimal':
      return pythonDecimal(decimalDigits(value, scale));
    case 'double':
      return float(Number(value));
    case 'integer':
    case 'year':
      return Number.isInteger(value) ? BigInt(value).toString() : number(value);
    case 'unsigned':
      return typeof value === 'bigint' && value < 0n ? BigInt.asUintN(64, value).toString() : number(value);
    case 'text':
    case 'json':
      return quoted(String(value), notPrintable);
    default:
      return number(value);
  }
}

function number(value: bigint | number): string {
  return typeof value === 'bigint' ? value.toString() : float(value);
}

function text(value: string, kind: ValueType['kind']): string {
  const moment = kind === 'date' || kind === 'datetime' || kind === 'time' ? pythonMoment(value, kind) : undefined;
  return moment ?? quoted(value, notPrintable);
}

/** A decimal by its digits. */
export function pythonDecimal(digits: string): string {
  return `Decimal('${scientific(digits)}')`;
}

/** Python changes to an exponent where more than five zeros follow the point. */
function scientific(digits: string): string {
  const [, sign = '', zeros = '', first = '', rest = ''] = /^(-?)0\.(0{6,})(?:([1-9])(\d*))?$/.exec(digits) ?? [];
  if (zeros === '') return digits;
  if (first === '') return zeros.length > 6 ? `${sign}0E-${zeros.length}` : digits;
  return `${sign}${first}${rest && `.${rest}`}E-${zeros.length + 1}`;
}

/** A float stands for a decimal here: it is shown with the digits of the column, or its own where they are more. */
export function decimalDigits(value: bigint | number, scale: number): string {
  if (typeof value === 'bigint') return scale > 0 ? `${value}.${'0'.repeat(scale)}` : value.toString();
  if (!Number.isFinite(value)) return String(value);
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const significant = digits.replace(/\D/g, '').length;
  const own = Math.max(0, significant - 1 - Number(power));
  return value.toFixed(Math.min(100, significant <= exactDigits ? Math.max(scale, own) : scale));
}

/** So many decimal digits a double holds for certain. */
const exactDigits = 15;

/**
 * Python and JavaScript agree on the digits, the shortest that read back as the same double, and differ in the form:
 * Python always shows that it is a float, and changes to an exponent of two digits or more below 1e-4 and from 1e16 on.
 */
function float(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text = exponent < 0 ? value.toFixed(digits.replace(/\D/g, '').length - 1 - exponent) : String(value);
  return Object.is(value, -0) ? '-0.0' : text.includes('.') ? text : `${text}.0`;
}

/** What `str.isprintable` denies: control, format, unassigned and private characters, and every space but the common one. */
const notPrintable = /[\\\p{C}\p{Z}]/u;
const notAscii = /[^ -~]|\\/u;

function quoted(text: string, escaped: RegExp): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(new RegExp(`${escaped.source}|${quote}`, 'gu'), (character) =>
    character === ' ' ? character : character === quote ? `\\${quote}` : escape(character),
  );
  return quote + body + quote;
}

function escape(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

const shortEscapes = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);
