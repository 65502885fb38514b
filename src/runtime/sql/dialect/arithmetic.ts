import { decimal, isInteger, scaleOf, types, type ValueType } from '../mysqlType';
import { isDayUnit } from './functions/intervals';
import { asInteger, asNumber, typed, type Typed } from './typed';

/** Digits that MySQL adds behind the point when it divides (div_precision_increment). */
export const divisionDigits = 4;

/** `+ - * / DIV %` between numbers, or what stands for numbers. */
export function calculate(operator: '+' | '-' | '*' | '/' | 'DIV' | '%', left: Typed, right: Typed): Typed {
  const [a, b] = [asNumber(left), asNumber(right)];
  switch (operator) {
    case '+':
    case '-':
    case '*':
      return rounded(`${a.sql} ${operator} ${b.sql}`, numberType(a, b, operator === '*'));
    case '/':
      return rounded(`CAST(${a.sql} AS REAL) / ${b.sql}`, quotientType(a, b));
    case 'DIV':
      return whole(a, b)
        ? typed(`(${a.sql} / ${b.sql})`, types.integer)
        : typed(`CAST(CAST(${a.sql} AS REAL) / ${b.sql} AS INTEGER)`, types.integer);
    case '%':
      return whole(a, b)
        ? typed(`(${a.sql} % ${b.sql})`, types.integer)
        : rounded(`mod(${a.sql}, ${b.sql})`, numberType(a, b, false));
  }
}

/** A decimal is held as a float, so each result is rounded to the digits that it has: 0.1 + 0.2 is 0.3. */
export function rounded(sql: string, type: ValueType): Typed {
  if (type.kind === 'decimal' && scaleOf(type) > 0) return typed(`round(${sql}, ${scaleOf(type)})`, type);
  return typed(`(${sql})`, type);
}

export function negate(operand: Typed): Typed {
  const number = asNumber(operand);
  return typed(
    `(-${number.sql.startsWith('-') ? ' ' : ''}${number.sql})`,
    number.type.kind === 'unsigned' ? types.integer : number.type,
  );
}

/** Bits are those of 64-bit integers without a sign. */
export function bitwise(operator: '|' | '&' | '<<' | '>>' | '^', left: Typed, right: Typed): Typed {
  const [a, b] = [asInteger(left).sql, asInteger(right).sql];
  if (operator === '^') return typed(`((${a} | ${b}) - (${a} & ${b}))`, types.unsigned);
  return typed(`(${a} ${operator} ${b})`, types.unsigned);
}

function whole(...sides: readonly Typed[]): boolean {
  return sides.every(({ type }) => isInteger(type));
}

function numberType({ type: a }: Typed, { type: b }: Typed, multiplies: boolean): ValueType {
  if (a.kind === 'any' || b.kind === 'any') return types.any;
  if (a.kind === 'double' || b.kind === 'double') return types.double;
  if (a.kind === 'decimal' || b.kind === 'decimal') {
    return decimal(multiplies ? scaleOf(a) + scaleOf(b) : Math.max(scaleOf(a), scaleOf(b)));
  }
  return a.kind === 'unsigned' || b.kind === 'unsigned' ? types.unsigned : types.integer;
}

function quotientType({ type: a }: Typed, { type: b }: Typed): ValueType {
  if (a.kind === 'any' || b.kind === 'any') return types.any;
  return a.kind === 'double' || b.kind === 'double' ? types.double : decimal(scaleOf(a) + divisionDigits);
}

/** A moment moved by an interval: a date stays one while only whole days are added. */
export function addInterval(value: Typed, amount: Typed, unit: string, sign: number): Typed {
  const sql = `mysql_date_add(${value.sql}, ${amount.sql}, '${unit}', ${sign})`;
  return typed(sql, movedType(value.type, unit, amount.type));
}

function movedType(type: ValueType, unit: string, amount: ValueType): ValueType {
  if (type.kind === 'date') return isDayUnit(unit) ? types.date : types.datetime;
  if (type.kind === 'datetime' && unit === 'SECOND' && scaleOf(amount) > 0) return { kind: 'datetime', scale: 6 };
  return type.kind === 'datetime' || type.kind === 'time' ? type : types.text;
}
