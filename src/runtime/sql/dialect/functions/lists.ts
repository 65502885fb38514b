import type { SqlValue } from '../../pythonLiteral';
import { collationKey } from './collation';
import { toBytes, toCount, toInteger, toText } from './values';

/** Functions that look at NULL for themselves. */
export const listFunctions: Readonly<Record<string, (...values: SqlValue[]) => SqlValue>> = {
  field: (wanted, ...list) => {
    if (wanted === null || wanted === undefined) return 0n;
    return BigInt(list.findIndex((item) => item !== null && sameValue(wanted, item)) + 1);
  },
  elt: (index, ...list) => (index === null || index === undefined ? null : (list[toCount(index) - 1] ?? null)),
  make_set: (bits, ...list) => {
    if (bits === null || bits === undefined) return null;
    const chosen = list.filter((item, index) => item !== null && (toInteger(bits) >> BigInt(index)) & 1n);
    return chosen.map((item) => (item === null ? '' : toText(item))).join(',');
  },
  /** What two rows of values share exactly when DISTINCT takes them for one; NULL when a value is. */
  row_key: (...values) => (values.includes(null) ? null : values.map((value) => keyPart(value)).join('\0')),
  json_array: (...values) => `[${values.map((value) => jsonValue(value)).join(', ')}]`,
  json_object: (...values) => {
    const pairs: string[] = [];
    for (let index = 0; index + 1 < values.length; index += 2) {
      pairs.push(`${JSON.stringify(toText(values[index] ?? ''))}: ${jsonValue(values[index + 1] ?? null)}`);
    }
    return `{${pairs.join(', ')}}`;
  },
};

function sameValue(left: NonNullable<SqlValue>, right: NonNullable<SqlValue>): boolean {
  if (typeof left === 'string' && typeof right === 'string') return collationKey(left) === collationKey(right);
  return Number(toText(left)) === Number(toText(right));
}

function keyPart(value: SqlValue): string {
  if (value === null) return '';
  return value instanceof Uint8Array ? toBytes(value).toString('hex') : collationKey(toText(value));
}

/** As a member of a JSON document. */
export function jsonValue(value: SqlValue): string {
  if (value === null) return 'null';
  return typeof value === 'bigint' || typeof value === 'number' ? toText(value) : JSON.stringify(toText(value));
}
