import type { ColumnResult, StagedValue } from './staging';

/**
 * Finds the type of a column whose values have types of their own: INTEGER, REAL or BLOB where all are so, truth values
 * being integers, else TEXT. Numbers that would lose something become text: integers beyond 64 bits, and integers beyond
 * 2^53 beside decimals.
 */
export interface ValueTypeScan {
  /** @returns the value as it is stored; lists and records become JSON */
  see(value: unknown): StagedValue;
  result(name: string): ColumnResult;
}

export function scanValueType(): ValueTypeScan {
  const seen = { integer: 0, largeInteger: 0, hugeInteger: 0, real: 0, boolean: 0, text: 0, nested: 0, bytes: 0 };
  const store = (value: unknown): StagedValue => {
    switch (typeof value) {
      case 'number':
        // JSON knows neither infinity nor NaN, but Parquet does; SQLite turns NaN into NULL.
        seen[Number.isSafeInteger(value) ? 'integer' : 'real'] += 1;
        return Number.isSafeInteger(value) ? BigInt(value) : value;
      case 'bigint':
        if (BigInt.asIntN(64, value) !== value) {
          seen.hugeInteger += 1;
          return value.toString();
        }
        seen[Number.isSafeInteger(Number(value)) ? 'integer' : 'largeInteger'] += 1;
        return value;
      case 'boolean':
        seen.boolean += 1;
        return value ? 1n : 0n;
      case 'string':
        seen.text += 1;
        return value;
      default:
        if (value === null || value === undefined) return null;
        if (value instanceof Uint8Array) {
          seen.bytes += 1;
          return value;
        }
        seen.nested += 1;
        return JSON.stringify(value, jsonSafe);
    }
  };
  return {
    see: store,
    result(name) {
      const { integer, largeInteger, hugeInteger, real, boolean, text, nested, bytes } = seen;
      const numbers = integer + largeInteger + hugeInteger + real;
      const to = (from: 'number' | 'boolean' | 'nested' | 'large integer', type: 'INTEGER' | 'TEXT', values: number) =>
        values > 0 ? [{ from, to: type, values }] : [];
      if (bytes > 0) return { name, type: 'BLOB', conversions: [] };
      if (text + nested > 0) {
        const conversions = [...to('number', 'TEXT', numbers), ...to('boolean', 'TEXT', boolean)];
        return { name, type: 'TEXT', conversions: [...conversions, ...to('nested', 'TEXT', nested)] };
      }
      if (hugeInteger > 0 || (real > 0 && largeInteger > 0)) {
        const conversions = [...to('large integer', 'TEXT', largeInteger + hugeInteger)];
        return { name, type: 'TEXT', conversions: [...conversions, ...to('number', 'TEXT', integer + real)] };
      }
      if (real > 0) return { name, type: 'REAL', conversions: to('boolean', 'INTEGER', boolean) };
      if (numbers + boolean > 0) return { name, type: 'INTEGER', conversions: to('boolean', 'INTEGER', boolean) };
      return { name, type: 'TEXT', conversions: [] };
    },
  };
}

/** What JSON itself has no form for. */
function jsonSafe(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
