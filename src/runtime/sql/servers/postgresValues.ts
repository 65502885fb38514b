import { types, type ValueType } from '../mysqlType';
import { pythonDecimal, pythonLiteral } from '../pythonLiteral';
import { pythonMoment } from '../pythonMoment';
import type { ServerColumn } from './connection';

/**
 * A column by the number of its type (`pg_type.oid`). Everything comes as text, in the forms of DateStyle ISO and
 * IntervalStyle postgres; what Python's client has no type for is a string to it.
 */
export function postgresColumn(name: string, oid: number): ServerColumn {
  const element = arrays.get(oid);
  if (element !== undefined) {
    const { type } = postgresColumn('', element);
    return { name, type: { kind: 'any', literal: (text) => list(text, type) }, parse: (value) => value };
  }
  const { type, parse = (text: string) => text } = scalars.get(oid) ?? { type: types.text };
  return { name, type, parse: (value) => parse(String(value)) };
}

interface Scalar {
  readonly type: ValueType;
  readonly parse?: (text: string) => bigint | number | string | Uint8Array;
}

const integer: Scalar = { type: types.integer, parse: BigInt };
const double: Scalar = { type: types.double, parse: Number };
const worded = (kind: ValueType['kind'], literal: (text: string) => string): Scalar => ({ type: { kind, literal } });

const scalars = new Map<number, Scalar>([
  [16, { type: { kind: 'any', literal: pythonBool }, parse: (text) => (text === 't' ? 'true' : 'false') }],
  [17, { type: types.binary, parse: (text) => Uint8Array.from(Buffer.from(text.slice(2), 'hex')) }], // bytea
  [20, integer],
  [21, integer],
  [23, integer],
  [26, integer], // oid
  [700, double],
  [701, double],
  [1700, worded('decimal', pythonDecimal)],
  [1082, { type: types.date }],
  [1114, { type: types.datetime }],
  [1083, worded('time', timeOfDay)],
  [1184, worded('datetime', zonedMoment)],
  [1186, worded('any', interval)],
  [114, worded('json', pythonJson)],
  [3802, worded('json', pythonJson)], // jsonb
  [2950, worded('any', (text) => `UUID('${text}')`)],
]);

/** Arrays, by the type of what they hold. */
const arrays = new Map<number, number>([
  [1000, 16],
  [1001, 17],
  [1016, 20],
  [1005, 21],
  [1007, 23],
  [1021, 700],
  [1022, 701],
  [1231, 1700],
  [1009, 25],
  [1015, 1043],
  [1182, 1082],
  [1115, 1114],
  [1183, 1083],
  [1185, 1184],
  [2951, 2950],
  [199, 114],
  [3807, 3802],
]);

function pythonBool(text: string): string {
  return text.startsWith('t') ? 'True' : 'False';
}

function timeOfDay(text: string): string {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.(\d+))?$/.exec(text);
  if (!match) return pythonLiteral(text, types.text);
  const [hour = 0, minute = 0, second = 0] = match.slice(1, 4).map(Number);
  const micro = Number((match[4] ?? '').padEnd(6, '0'));
  const tail = micro > 0 ? [second, micro] : second > 0 ? [second] : [];
  return `datetime.time(${[hour, minute, ...tail].join(', ')})`;
}

/** `2020-01-02 03:04:05.5+02`: a moment and how far its zone is from UTC. */
function zonedMoment(text: string): string {
  const [, moment = '', sign = '', hours = '', minutes = '0', seconds = '0'] =
    /^(.*)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(text) ?? [];
  const worded = pythonMoment(moment, 'datetime');
  if (worded === undefined) return pythonLiteral(text, types.text);
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const zone =
    offset === 0 ? 'datetime.timezone.utc' : `datetime.timezone(${timedelta(sign === '-' ? -offset : offset, 0)})`;
  return `${worded.slice(0, -1)}, tzinfo=${zone})`;
}

/** `1 year 2 mons 3 days -04:05:06.7`; a year has 365 days to Python's client, a month 30. */
function interval(text: string): string {
  const daysOf = { year: 365, mon: 30, day: 1 } as const;
  let days = 0;
  for (const [, count = '0', unit = 'day'] of text.matchAll(/(-?\d+) (year|mon|day)s?/g)) {
    days += Number(count) * daysOf[unit as keyof typeof daysOf];
  }
  const [, sign = '', hours = '0', minutes = '0', seconds = '0', fraction = ''] =
    /(-?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?$/.exec(text) ?? [];
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e6 + Number(fraction.padEnd(6, '0'));
  const micro = sign === '-' ? -size : size;
  return timedelta(days * 86_400 + Math.floor(micro / 1e6), micro - Math.floor(micro / 1e6) * 1e6);
}

/** Python counts days, which may be negative, and seconds of a day, which may not. */
function timedelta(seconds: number, micro: number): string {
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const parts = [
    ...(days === 0 ? [] : [`days=${days}`]),
    ...(rest === 0 ? [] : [`seconds=${rest}`]),
    ...(micro === 0 ? [] : [`microseconds=${micro}`]),
  ];
  return `datetime.timedelta(${parts.length === 0 ? '0' : parts.join(', ')})`;
}

/** JSON as the dicts and lists that Python makes of it; integers keep all of their digits. */
function pythonJson(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|\s+|[:,]/g, (token) => {
    if (token.startsWith('"')) return pythonLiteral(JSON.parse(token) as string, types.text);
    if (/^-?\d+$/.test(token)) return token;
    if (/^[-\d]/.test(token)) return pythonLiteral(Number(token), types.double);
    return pythonTokens.get(token) ?? '';
  });
}

const pythonTokens = new Map([
  ['true', 'True'],
  ['false', 'False'],
  ['null', 'None'],
  [':', ': '],
  [',', ', '],
]);

/** `{1,NULL,"a b",{2}}`: elements are quoted where they have to be. */
function list(text: string, element: ValueType): string {
  const body = text.replace(/^\[[^=]*=/, ''); // `[0:1]={…}`: bounds that do not begin at 1
  const worded = body.replace(/"((?:[^"\\]|\\.)*)"|[^{},"]+|[{},]/gs, (token, quoted?: string) => {
    if (token === '{') return '[';
    if (token === '}') return ']';
    if (token === ',') return ', ';
    if (token === 'NULL') return 'None';
    return scalarLiteral(quoted?.replace(/\\(.)/gs, '$1') ?? token, element);
  });
  return worded;
}

function scalarLiteral(text: string, type: ValueType): string {
  if (type.kind === 'integer') return text;
  if (type.kind === 'double') return pythonLiteral(Number(text), type);
  if (type.kind === 'binary') return pythonLiteral(Uint8Array.from(Buffer.from(text.slice(2), 'hex')));
  return pythonLiteral(text, type);
}
