import { types, type ValueType } from '../mysqlType';
import { pythonDecimal } from '../pythonLiteral';
import type { ServerColumn, WireValue } from './connection';

/** What MySQL's protocol says of a column. */
export interface MysqlColumn {
  readonly name: string;
  /** Number of its type, `enum_field_types`. */
  readonly columnType?: number;
  readonly characterSet?: number;
}

/** A column, and what the bytes are that come for it: text, unless they are binary data. */
export function mysqlColumn(column: MysqlColumn): ServerColumn & { readonly wire: (bytes: Buffer) => WireValue } {
  const { name } = column;
  const text = (bytes: Buffer): string => bytes.toString();
  // The driver uses its buffer again.
  const copy = (bytes: Buffer): Uint8Array => Uint8Array.from(bytes);
  if (column.columnType === 16) {
    // BIT: bytes in the protocol, an integer to Python's client.
    const parse = (value: string | Uint8Array): bigint => BigInt(`0x${Buffer.from(value).toString('hex')}`);
    return { name, type: types.integer, parse, wire: copy };
  }
  const { type, parse } = textType(column) ?? {};
  if (type) return { name, type, parse: (value) => (parse ? parse(String(value)) : value), wire: text };
  const isBinary = column.characterSet === binary;
  return { name, type: isBinary ? types.binary : types.text, parse: (value) => value, wire: isBinary ? copy : text };
}

/** The number of `binary`, which is no character set; numbers and dates have it, too. */
const binary = 63;

/** Types whose values always come as text. */
function textType({
  columnType,
}: MysqlColumn): { readonly type: ValueType; readonly parse?: (text: string) => bigint | number } | undefined {
  switch (columnType) {
    case 0: // DECIMAL
    case 246: // NEWDECIMAL
      return { type: { kind: 'decimal', literal: pythonDecimal } };
    case 1: // TINY
    case 2: // SHORT
    case 3: // LONG
    case 8: // LONGLONG
    case 9: // INT24
    case 13: // YEAR
      return { type: types.integer, parse: BigInt };
    case 4: // FLOAT
    case 5: // DOUBLE
      return { type: types.double, parse: Number };
    case 7: // TIMESTAMP
    case 12: // DATETIME
      return { type: types.datetime };
    case 10: // DATE
    case 14: // NEWDATE
      return { type: types.date };
    case 11: // TIME
      return { type: types.time };
    case 245: // JSON
      return { type: types.json };
    default:
      return undefined;
  }
}
