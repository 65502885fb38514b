import { pythonLiteral } from '../sql/pythonLiteral';

/** What the server says of a column. */
export interface MysqlColumn {
  /** Number of its type in MySQL's protocol. */
  readonly columnType: number;
  /** 63 is binary. */
  readonly characterSet: number;
}

/** What the model may be shown of a result, in UTF-16 units; it reads 800 characters of it. */
const outputLimit = 64 * 1024;

/** As mysql2 hands them out when it is told to leave long numbers and dates alone. */
export type MysqlValue = null | number | string | Buffer;

/** Rows as Python's MySQL client prints them; dates and long numbers come as text. */
export function mysqlRows(rows: readonly (readonly MysqlValue[])[], columns: readonly MysqlColumn[]): string {
  let output = '[';
  for (const row of rows) {
    const values = row.map((value, index) => literal(value, columns[index]));
    output += `${output === '[' ? '' : ', '}(${values.join(', ')}${values.length === 1 ? ',' : ''})`;
    if (output.length > outputLimit) return output.slice(0, outputLimit);
  }
  return `${output}]`;
}

function literal(value: MysqlValue, column: MysqlColumn | undefined): string {
  if (value === null) return 'None';
  const wording = wordings.find(({ types }) => types.includes(column?.columnType ?? -1));
  if (wording !== undefined) return wording.word(value.toString());
  return pythonLiteral(Buffer.isBuffer(value) ? value : value.toString());
}

/** By the types of MySQL's protocol, `enum_field_types`. */
const wordings: readonly { readonly types: readonly number[]; readonly word: (text: string) => string }[] = [
  { types: [0, 246], word: (text) => `Decimal('${text}')` },
  { types: [1, 2, 3, 8, 9, 13], word: (text) => text },
  { types: [4, 5], word: (text) => pythonLiteral(Number(text)) },
  { types: [10, 14], word: (text) => date(text) },
  { types: [7, 12], word: (text) => dateTime(text) },
  { types: [11], word: (text) => duration(text) },
];

/** Python has no year 0; its client makes None of it. */
function date(text: string): string {
  const parts = numbers(text);
  return parts.includes(0) ? 'None' : `datetime.date(${parts.join(', ')})`;
}

/** Seconds and microseconds are left out where they are 0, as Python does. */
function dateTime(text: string): string {
  const [day = '', clock = ''] = text.split(' ');
  const days = numbers(day);
  if (days.includes(0)) return 'None';
  const [whole = '', fraction = ''] = clock.split('.');
  const [hours = 0, minutes = 0, seconds = 0] = numbers(whole);
  const micro = Number(fraction.padEnd(6, '0'));
  const tail = micro > 0 ? [seconds, micro] : seconds > 0 ? [seconds] : [];
  return `datetime.datetime(${[...days, hours, minutes, ...tail].join(', ')})`;
}

/** Python counts days, which may be negative, and seconds of a day, which may not. */
function duration(text: string): string {
  const [, sign = '', hours = '0', minutes = '0', seconds = '0', fraction = ''] =
    /^(-?)(\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e6 + Number(fraction.padEnd(6, '0'));
  const micro = sign === '-' ? -size : size;
  const day = 86_400 * 1e6;
  const days = Math.floor(micro / day);
  const rest = micro - days * day;
  const parts = [
    ['days', days],
    ['seconds', Math.floor(rest / 1e6)],
    ['microseconds', rest % 1e6],
  ].filter(([, value]) => value !== 0);
  return parts.length === 0
    ? 'datetime.timedelta(0)'
    : `datetime.timedelta(${parts.map(([name, value]) => `${name}=${value}`).join(', ')})`;
}

function numbers(text: string): number[] {
  return text.split(/[-:]/).map(Number);
}
