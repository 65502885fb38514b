/** The type MySQL would give a value; SQLite itself knows fewer. It decides how Python's client prints the value. */
export interface ValueType {
  readonly kind: Kind;
  /** Digits behind the point: of a decimal, and of the seconds of a time. */
  readonly scale?: number;
  /** How Python's client words the texts in which a server sends values of a type that has no other wording here. */
  readonly literal?: (text: string) => string;
}

type Kind =
  | 'integer'
  /** 64 bits without a sign: a negative integer stands for itself + 2^64. */
  | 'unsigned'
  | 'decimal'
  | 'double'
  | 'year'
  | 'text'
  | 'binary'
  | 'date'
  | 'datetime'
  | 'time'
  | 'json'
  | 'null'
  /** Nothing is known: the value speaks for itself. */
  | 'any';

/** The types that need no scale. */
export const types = {
  integer: { kind: 'integer' },
  unsigned: { kind: 'unsigned' },
  double: { kind: 'double' },
  year: { kind: 'year' },
  text: { kind: 'text' },
  binary: { kind: 'binary' },
  date: { kind: 'date' },
  datetime: { kind: 'datetime' },
  time: { kind: 'time' },
  json: { kind: 'json' },
  null: { kind: 'null' },
  any: { kind: 'any' },
} as const satisfies Record<Exclude<Kind, 'decimal'>, ValueType>;

/** MySQL's DECIMAL has 30 digits behind the point at most. */
const maxScale = 30;

export function decimal(scale: number): ValueType {
  return { kind: 'decimal', scale: Math.min(Math.max(scale, 0), maxScale) };
}

/** Digits behind the point of a number of this type; an integer has none. */
export function scaleOf({ scale = 0 }: ValueType): number {
  return scale;
}

export function isNumeric({ kind }: ValueType): boolean {
  return kind === 'integer' || kind === 'unsigned' || kind === 'decimal' || kind === 'double' || kind === 'year';
}

export function isInteger({ kind }: ValueType): boolean {
  return kind === 'integer' || kind === 'unsigned' || kind === 'year';
}

export function isTemporal({ kind }: ValueType): boolean {
  return kind === 'date' || kind === 'datetime' || kind === 'time';
}

/** The one type that can hold values of all these types, as CASE, COALESCE and UNION need it. */
export function commonType(all: readonly ValueType[]): ValueType {
  const known = all.filter(({ kind }) => kind !== 'null');
  const [first] = known;
  if (!first) return types.null;
  if (known.some(({ kind }) => kind === 'any')) return types.any;
  const scale = Math.max(...known.map(scaleOf));
  if (known.every(({ kind }) => kind === first.kind)) return scale > 0 ? { kind: first.kind, scale } : first;
  if (known.every(isNumeric)) {
    if (known.some(({ kind }) => kind === 'double')) return types.double;
    return known.some(({ kind }) => kind === 'decimal') ? decimal(scale) : types.integer;
  }
  if (known.every(isTemporal)) return { kind: 'datetime', scale };
  return known.some(({ kind }) => kind === 'binary') ? types.binary : types.text;
}

/**
 * The type of a column by what its declaration says; `any` for what MySQL has no such type of, and for a bare DECIMAL or
 * NUMERIC, which SQLite does not hold to any digits.
 * @param declared e.g. `varchar(20)`, `DECIMAL(10, 2)`, `int unsigned`
 */
export function declaredType(declared: string): ValueType {
  const [, name = '', scale] = /^\s*([a-z]+)\s*(?:\(\s*\d+\s*(?:,\s*(\d+)\s*)?\))?/i.exec(declared) ?? [];
  const word = name.toLowerCase();
  if (/^(tiny|small|medium|big)?int|^integer$|^bool/.test(word)) {
    return /unsigned/i.test(declared) ? types.unsigned : types.integer;
  }
  if (/^(decimal|numeric|dec|fixed)$/.test(word)) {
    return /\(/.test(declared) ? decimal(Number(scale ?? 0)) : types.any;
  }
  if (/^(float|double|real)/.test(word)) return types.double;
  if (/char$|text$|^(clob|enum|set|string)$/.test(word)) return types.text;
  if (/blob$|binary$/.test(word)) return types.binary;
  return namedTypes.get(word) ?? types.any;
}

const namedTypes = new Map<string, ValueType>([
  ['date', types.date],
  ['datetime', types.datetime],
  ['timestamp', types.datetime],
  ['time', types.time],
  ['year', types.year],
  ['json', types.json],
  ['bit', types.unsigned],
]);
