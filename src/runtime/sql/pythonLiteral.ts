/** What SQLite hands out, integers as bigint so that none is rounded. */
export type SqlValue = null | bigint | number | string | Uint8Array;

/**
 * A row as Python prints a tuple: `('Kim', None)`, and `(0,)` when it has one value.
 * The model was trained on what Python's MySQL client returns, printed with `str()`. SQLite has no DECIMAL, DATE or TIME,
 * so `Decimal('…')` and `datetime.date(…)` never occur: such columns come as numbers and text.
 */
export function pythonTuple(row: readonly SqlValue[]): string {
  return `(${row.map(pythonLiteral).join(', ')}${row.length === 1 ? ',' : ''})`;
}

/** A value as Python's `repr` prints it: `None`, `42`, `1e+16`, `'it\n'`, `b'\x00'`. */
export function pythonLiteral(value: SqlValue): string {
  if (value === null) return 'None';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return float(value);
  if (typeof value === 'string') return quoted(value, notPrintable);
  return `b${quoted(Buffer.from(value).toString('latin1'), notAscii)}`;
}

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
