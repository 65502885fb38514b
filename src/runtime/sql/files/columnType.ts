/**
 * What all values of a column have in common, found one by one. Numbers stay text where turning them into numbers would
 * lose something: leading zeros and plus signs (postcodes, telephone numbers), integers beyond 64 bits, and integers
 * beyond 2^53 in a column that would be REAL.
 */
export interface ColumnTypeScan {
  /** @param value of one row; empty ones say nothing */
  see(value: string): void;
  /** TEXT when nothing was seen. */
  type(): 'INTEGER' | 'REAL' | 'TEXT';
  counts(): { readonly values: number; readonly empty: number };
}

export function scanColumnType(): ColumnTypeScan {
  let hasInteger = false;
  let hasReal = false;
  let hasText = false;
  let hasLongInteger = false;
  let values = 0;
  let empty = 0;
  return {
    see(value) {
      if (value === '') empty += 1;
      else values += 1;
      if (hasText || value === '') return;
      if (integer.test(value) && isInt64(value)) {
        hasInteger = true;
        hasLongInteger ||= !Number.isSafeInteger(Number(value));
      } else if (real.test(value) && !integer.test(value) && Number.isFinite(Number(value))) {
        hasReal = true;
      } else {
        hasText = true;
      }
    },
    type() {
      if (hasText || (hasReal && hasLongInteger)) return 'TEXT';
      if (hasReal) return 'REAL';
      return hasInteger ? 'INTEGER' : 'TEXT';
    },
    counts: () => ({ values, empty }),
  };
}

// Spaces around a number are no part of it: SQLite's column affinity passes over them just so.
const integer = /^ *-?(?:0|[1-9]\d*) *$/;
const real = /^ *-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)? *$/i;

function isInt64(digits: string): boolean {
  if (digits.length < 19) return true;
  const value = BigInt(digits);
  return BigInt.asIntN(64, value) === value;
}
