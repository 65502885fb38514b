import { decimal, isInteger, isNumeric, isTemporal, scaleOf, types, type ValueType } from '../mysqlType';
import { collationKey } from './functions/collation';

/** An expression as SQLite reads it, with the type MySQL gives it. */
export interface Typed {
  readonly sql: string;
  readonly type: ValueType;
  /** Of a string literal, what it says. */
  readonly literal?: string | undefined;
  /** A bare column: an index may know it. */
  readonly isColumn?: boolean;
  /** Its text is compared byte by byte. */
  readonly isExact?: boolean;
}

export function typed(sql: string, type: ValueType): Typed {
  return { sql, type };
}

export function textLiteral(value: string): Typed {
  return { sql: quotedText(value), type: types.text, literal: value };
}

/** SQLite ends a text at a zero byte. */
export function quotedText(value: string): string {
  if (!value.includes('\0')) return `'${value.replaceAll("'", "''")}'`;
  return `CAST(x'${Buffer.from(value).toString('hex')}' AS TEXT)`;
}

/** As a number; text by the number it begins with, as MySQL and SQLite agree. */
export function asNumber(value: Typed): Typed {
  const { sql, type, literal } = value;
  if (literal !== undefined) return typed(leadingNumber(literal), types.double);
  if (isNumeric(type) || type.kind === 'null') return value;
  const [, hex] = /^x'([\da-f]*)'$/i.exec(sql) ?? [];
  if (hex !== undefined) return typed(BigInt.asIntN(64, BigInt(`0x${hex || '0'}`)).toString(), types.unsigned);
  if (type.kind === 'any') return typed(`(${sql} + 0)`, types.any);
  if (isTemporal(type))
    return typed(`mysql_number(${sql})`, scaleOf(type) > 0 ? decimal(scaleOf(type)) : types.integer);
  return typed(`CAST(${sql} AS REAL)`, types.double);
}

/** The number a text begins with, as SQL; integers stay integers, so that none of 64 bits is rounded. */
export function leadingNumber(text: string): string {
  const [, number = '0'] = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/i.exec(text) ?? [];
  return number.startsWith('+') ? number.slice(1) : number;
}

/** As text, the way MySQL writes a value of its type. */
export function asText(value: Typed): Typed {
  const { sql, type } = value;
  switch (type.kind) {
    case 'text':
    case 'null':
      return value;
    case 'json':
    case 'date':
    case 'datetime':
    case 'time':
      return typed(sql, types.text);
    case 'decimal':
      return typed(`mysql_decimal_text(${sql}, ${scaleOf(type)})`, types.text);
    case 'integer':
    case 'year':
    case 'binary':
      return typed(`CAST(${sql} AS TEXT)`, types.text);
    case 'unsigned':
    case 'double':
    case 'any':
      return typed(`mysql_text(${sql}, '${type.kind}')`, types.text);
  }
}

/** As a whole number, rounded as MySQL rounds arguments. */
export function asInteger(value: Typed): Typed {
  if (isInteger(value.type) || value.type.kind === 'null') return value;
  return typed(`CAST(round(${asNumber(value).sql}) AS INTEGER)`, types.integer);
}

/**
 * What two texts have in common exactly when MySQL takes them for equal, and what sorts as it sorts them.
 * @param isStored whether SQLite's own collation has to do
 */
export function asKey(value: Typed, isStored = false): string {
  if (value.isExact === true) return value.sql;
  if (isStored && isText(value)) return `${value.sql} COLLATE NOCASE`;
  if (value.literal !== undefined) return quotedText(collationKey(value.literal));
  return isText(value) || (value.type.kind === 'any' && !isStored) ? `mysql_key(${value.sql})` : value.sql;
}

export function isText({ type }: Typed): boolean {
  return type.kind === 'text' || type.kind === 'json';
}

/** A value as a member of an expression of this type: numbers become text beside text. */
export function asMember(value: Typed, type: ValueType): string {
  if (type.kind === 'text' && value.type.kind !== 'any') return asText(value).sql;
  if (type.kind === 'datetime' && value.type.kind === 'date') return `(${value.sql} || ' 00:00:00')`;
  return value.sql;
}
