import type { SqlValue } from '../../pythonLiteral';
import { collationKey } from './collation';
import { jsonValue } from './lists';
import { toInteger, toNumber, toText } from './values';

/** An aggregate that statements call as `mysql_NAME`. It takes rows in which its first argument is NULL only if it says so. */
export interface Aggregate {
  readonly takesNull?: boolean;
  readonly result: (rows: readonly (readonly SqlValue[])[]) => SqlValue;
}

export const aggregates: Readonly<Record<string, Aggregate>> = {
  /** Text, separator, and 1 where DISTINCT was said. */
  group_concat: {
    result: (rows) => {
      const [first] = rows;
      if (!first) return null;
      const seen = new Set<string>();
      const texts = rows.map(([text]) => toText(text ?? ''));
      const kept = first[2] === 1n ? texts.filter((text) => isNew(seen, collationKey(text))) : texts;
      return kept.join(toText(first[1] ?? ',')).slice(0, maxLength);
    },
  },
  std: { result: (rows) => spread(rows, 0, Math.sqrt) },
  stddev_samp: { result: (rows) => spread(rows, 1, Math.sqrt) },
  variance: { result: (rows) => spread(rows, 0) },
  var_samp: { result: (rows) => spread(rows, 1) },
  bit_and: { result: (rows) => signed(integers(rows).reduce((bits, value) => bits & value, 2n ** 64n - 1n)) },
  bit_or: { result: (rows) => signed(integers(rows).reduce((bits, value) => bits | value, 0n)) },
  bit_xor: { result: (rows) => signed(integers(rows).reduce((bits, value) => bits ^ value, 0n)) },
  any_value: { takesNull: true, result: (rows) => rows[0]?.[0] ?? null },
  json_arrayagg: {
    takesNull: true,
    result: (rows) => (rows.length === 0 ? null : `[${rows.map(([value = null]) => jsonValue(value)).join(', ')}]`),
  },
  json_objectagg: {
    result: (rows) => {
      const members = new Map(rows.map(([key, value = null]) => [JSON.stringify(toText(key ?? '')), jsonValue(value)]));
      return rows.length === 0 ? null : `{${[...members].map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
    },
  },
};

/** group_concat_max_len as MariaDB sets it. */
const maxLength = 1024 * 1024;

function isNew(seen: Set<string>, key: string): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

function spread(
  rows: readonly (readonly SqlValue[])[],
  lost: number,
  finish: (variance: number) => number = (variance) => variance,
): number | null {
  const values = rows.map(([value]) => toNumber(value ?? 0));
  if (values.length <= lost) return null;
  // Welford: no difference of two large sums.
  let mean = 0;
  let squares = 0;
  values.forEach((value, index) => {
    const distance = value - mean;
    mean += distance / (index + 1);
    squares += distance * (value - mean);
  });
  return finish(squares / (values.length - lost));
}

function integers(rows: readonly (readonly SqlValue[])[]): bigint[] {
  return rows.map(([value]) => BigInt.asUintN(64, toInteger(value ?? 0n)));
}

function signed(bits: bigint): bigint {
  return BigInt.asIntN(64, bits);
}
