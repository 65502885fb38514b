import { MysqlError } from '../mysqlErrors';
import { decimal, isNumeric, types } from '../mysqlType';
import { asNumber, asText, typed, type Typed } from './typed';
import type { TypeName } from './syntax';

/** CAST and CONVERT. */
export function cast(value: Typed, { name, arguments: sizes, exact }: TypeName): Typed {
  const [size, scale = '0'] = sizes;
  switch (name) {
    case 'signed':
    case 'int':
    case 'bigint':
    case 'unsigned': {
      const type = name === 'unsigned' ? types.unsigned : types.integer;
      const number = value.type.kind === 'date' || value.type.kind === 'datetime' || value.type.kind === 'time';
      return typed(`mysql_signed(${number ? asNumber(value).sql : value.sql})`, type);
    }
    case 'decimal':
      return typed(
        `mysql_store_decimal(${asNumber(value).sql}, ${size ?? 10}, ${scale}, '', 0)`,
        decimal(Number(scale)),
      );
    case 'double':
    case 'float':
      return typed(`CAST(${asNumber(value).sql} AS REAL)`, types.double);
    case 'char':
    case 'varchar':
    case 'text': {
      const text = asText(value);
      const cut = size === undefined ? text : typed(`substr(${text.sql}, 1, ${size})`, types.text);
      return exact ? { ...cut, isExact: true } : cut;
    }
    case 'binary':
      return typed(`CAST(${asText(value).sql} AS BLOB)`, types.binary);
    case 'date':
      return typed(`mysql_date(${value.sql})`, types.date);
    case 'datetime':
    case 'timestamp':
      return typed(`mysql_datetime(${value.sql}, ${size ?? 0})`, { kind: 'datetime', scale: Number(size ?? 0) });
    case 'time':
      return typed(`mysql_time(${value.sql}, ${size ?? 0})`, { kind: 'time', scale: Number(size ?? 0) });
    case 'year':
      return typed(`mysql_store_year(${isNumeric(value.type) ? value.sql : `mysql_signed(${value.sql})`})`, types.year);
    case 'json':
      return typed(`mysql_json(${value.sql})`, types.json);
    default:
      throw new MysqlError(`4161 (HY000): Unknown data type: '${name}'`);
  }
}
