import { isInteger, isNumeric, scaleOf, types } from '../mysqlType';
import type { ColumnInfo } from './catalog';
import { asText, quotedText, typed, type Typed } from './typed';

/** The value as the column takes it. `isStrict` false: the nearest that it can hold, as behind IGNORE. */
export function storedIn(column: ColumnInfo, value: Typed, isStrict: boolean): string {
  if (value.type.kind === 'null') return value.sql;
  const tail = `${quotedText(column.name)}, ${isStrict ? 1 : 0}`;
  const { declared, type } = column;
  switch (type.kind) {
    case 'integer':
    case 'unsigned': {
      const [low, high] = integerRange(declared);
      if (high === wideRange[1] && isInteger(value.type)) return value.sql;
      return `mysql_store_integer(${value.sql}, '${low}', '${high}', ${tail})`;
    }
    case 'decimal': {
      const [, precision = '10'] = /\((\d+)/.exec(declared) ?? [];
      return `mysql_store_decimal(${value.sql}, ${precision}, ${scaleOf(type)}, ${tail})`;
    }
    case 'double':
      return isNumeric(value.type) ? value.sql : `mysql_store_double(${value.sql}, ${tail})`;
    case 'text': {
      const text = asText(value);
      const [, choices] = /^\s*enum\s*\((.*)\)\s*$/is.exec(declared) ?? [];
      if (choices !== undefined) return `mysql_store_enum(${text.sql}, ${tail}, ${choices})`;
      const [, length] = /char\s*\((\d+)\)/i.exec(declared) ?? [];
      if (length === undefined || (text.literal !== undefined && text.literal.length <= Number(length)))
        return text.sql;
      return `mysql_store_text(${text.sql}, ${length}, ${tail})`;
    }
    case 'binary':
      return value.type.kind === 'binary' ? value.sql : `mysql_store_binary(${asText(value).sql})`;
    case 'date':
      return `mysql_store_date(${value.sql})`;
    case 'datetime':
    case 'time':
      return `mysql_store_${type.kind}(${value.sql}, ${digitsOf(declared)})`;
    case 'year':
      return `mysql_store_year(${value.sql})`;
    case 'json':
      return `mysql_json(${value.sql})`;
    case 'null':
    case 'any':
      return value.sql;
  }
}

/** Integers of SQLite have 64 bits, and so has a column of INT here: a user's file may use them. */
const wideRange = ['-9223372036854775808', '9223372036854775807'] as const;

function integerRange(declared: string): readonly [string, string] {
  const [, size = ''] = /^\s*(tiny|small|medium)int/i.exec(declared) ?? [];
  const bits = narrowBits.get(size.toLowerCase());
  const isUnsigned = /unsigned/i.test(declared);
  if (bits === undefined) return isUnsigned ? ['0', '18446744073709551615'] : wideRange;
  return isUnsigned ? ['0', String(2n ** bits - 1n)] : [String(-(2n ** (bits - 1n))), String(2n ** (bits - 1n) - 1n)];
}

const narrowBits = new Map([
  ['tiny', 8n],
  ['small', 16n],
  ['medium', 24n],
]);

function digitsOf(declared: string): string {
  return /\((\d)\)/.exec(declared)?.[1] ?? '0';
}

/** The default of a column as a value, NULL where it has none. */
export function defaultOf(column: ColumnInfo): Typed {
  return column.default === undefined ? typed('NULL', types.null) : typed(`(${column.default})`, types.any);
}
