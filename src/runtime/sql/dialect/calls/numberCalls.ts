import { decimal, isInteger, scaleOf, types, type ValueType } from '../../mysqlType';
import { named, native, rule, type CallRule } from './callRule';
import { asNumber, type Typed } from '../typed';

const { integer, double, text, unsigned } = types;

/** The type of the argument as a number; of a decimal with so many digits behind the point, or its own. */
function sameNumber([value]: readonly Typed[], digits?: number): ValueType {
  const type = value ? asNumber(value).type : double;
  return type.kind === 'decimal' ? decimal(digits ?? scaleOf(type)) : type;
}

/** A whole number for what is exact, a float for what is one. */
function wholeNumber([value]: readonly Typed[]): ValueType {
  const type = value ? asNumber(value).type : double;
  return isInteger(type) || type.kind === 'decimal' ? integer : type;
}

/** Digits that a literal asks for. */
function digitsOf(args: readonly Typed[]): number | undefined {
  const [value, digits] = args;
  if (!digits) return 0;
  const asked = Number(digits.sql.replace(/[()\s]/g, ''));
  return Number.isNaN(asked) || !value ? undefined : Math.min(Math.max(asked, 0), 30);
}

const roundedNumber = (args: readonly Typed[]): ValueType => sameNumber(args, digitsOf(args));

/** Functions of numbers, and those that say something of any value. */
export const numberRules: Readonly<Record<string, CallRule>> = {
  ABS: native('n', sameNumber, 'abs'),
  SIGN: native('n', integer, 'sign'),
  ROUND: rule('n?i', roundedNumber, ([value, digits = '0'], [number]) => {
    const isFloat = number !== undefined && asNumber(number).type.kind === 'double';
    return `mysql_round${isFloat ? '_even' : ''}(${value}, ${digits})`;
  }),
  TRUNCATE: rule('ni', roundedNumber),
  CEIL: named('n', wholeNumber, 'ceiling'),
  CEILING: rule('n', wholeNumber),
  FLOOR: rule('n', wholeNumber),
  POW: native('nn', double, 'pow'),
  POWER: native('nn', double, 'pow'),
  SQRT: native('n', double, 'sqrt'),
  EXP: native('n', double, 'exp'),
  LN: native('n', double, 'ln'),
  LOG: rule('n?n', double),
  LOG2: rule('n', double),
  LOG10: rule('n', double),
  PI: native('', double, 'pi'),
  SIN: native('n', double, 'sin'),
  COS: native('n', double, 'cos'),
  TAN: native('n', double, 'tan'),
  COT: rule('n', double),
  ASIN: native('n', double, 'asin'),
  ACOS: native('n', double, 'acos'),
  ATAN: rule('n?n', double, (args) => (args.length === 2 ? `atan2(${args.join(', ')})` : `atan(${args[0]})`)),
  ATAN2: native('nn', double, 'atan2'),
  RADIANS: native('n', double, 'radians'),
  DEGREES: native('n', double, 'degrees'),
  RAND: rule('?i', double),
  CONV: rule('tii', text),
  BIN: rule('v', text, ([value]) => `mysql_conv(CAST(${value} AS TEXT), 10, 2)`),
  OCT: rule('v', text, ([value]) => `mysql_conv(CAST(${value} AS TEXT), 10, 8)`),
  BIT_COUNT: rule('i', integer),
  ISNULL: rule('v', integer, ([value]) => `(${value} IS NULL)`),
  LAST_INSERT_ID: rule('', unsigned, () => 'last_insert_rowid()'),
  ROW_COUNT: rule('', integer, () => 'changes()'),
  SLEEP: rule('n', integer, () => '0'),
  BENCHMARK: rule('iv', integer, () => '0'),
};
