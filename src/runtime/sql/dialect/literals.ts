import { MysqlError } from '../mysqlErrors';
import { decimal, types } from '../mysqlType';
import { parseMoment, writeMoment } from './functions/moments';
import { quotedText, typed, type Typed } from './typed';

/** A number as it is written: an integer, a DECIMAL with its digits, or with an exponent a DOUBLE. */
export function numberLiteral(text: string): Typed {
  if (/e/i.test(text)) return typed(text, types.double);
  const [, fraction] = text.split('.');
  if (fraction !== undefined)
    return typed(text.startsWith('.') ? `0${text}` : text.replace(/\.$/, '.0'), decimal(fraction.length));
  const digits = text.replace(/^0+(?=\d)/, '');
  return BigInt(digits) < 2n ** 63n ? typed(digits, types.integer) : typed(`${digits}.0`, decimal(0));
}

/** @throws {MysqlError} 1525 for what is no date */
export function momentLiteral(type: 'date' | 'time' | 'datetime', value: string): Typed {
  const moment = parseMoment(value, type === 'time');
  if (!moment) throw new MysqlError(`1525 (HY000): Incorrect ${type.toUpperCase()} value: '${value}'`);
  return typed(quotedText(writeMoment(moment, type)), types[type]);
}
