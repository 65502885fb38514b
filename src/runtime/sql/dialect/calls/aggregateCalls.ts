import { quoted } from '../../identifier';
import { misusedAggregate, MysqlError } from '../../mysqlErrors';
import { commonType, decimal, scaleOf, types, type ValueType } from '../../mysqlType';
import { divisionDigits, rounded } from '../arithmetic';
import type { Context } from '../context';
import type { Call, Expression, Ordering, Window } from '../syntax';
import { asInteger, asKey, asNumber, asText, isText, quotedText, typed, type Typed } from '../typed';

type Translate = (expression: Expression, context?: Context) => Typed;

/** COUNT, SUM and their like, and the functions that need a window; undefined for every other call. */
export function translateAggregate(call: Call, context: Context, translate: Translate): Typed | undefined {
  const aggregate = aggregates[call.name];
  const ranking = rankings[call.name];
  if (ranking && call.over) {
    const args = call.args.map((arg) => translate(arg));
    return typed(
      `${call.name.toLowerCase()}(${args.map(({ sql }) => sql).join(', ')})${over(call.over, translate, context.isStored)}`,
      ranking(args),
    );
  }
  if (!aggregate) return undefined;
  if (!context.allowsAggregates && !call.over) throw new MysqlError(misusedAggregate);
  if (!call.over) context.onAggregate?.();
  if (call.args.length === 0 && !call.star)
    throw new MysqlError(`1582 (42000): Incorrect parameter count in the call to native function '${call.written}'`);
  const within: Context = { ...context, allowsAggregates: call.over !== undefined && context.allowsAggregates };
  const args = call.args.map((arg) => translate(arg, within));
  const [first = typed('*', types.integer)] = args;
  const parts: Parts = {
    args,
    first,
    distinct: call.distinct ? 'DISTINCT ' : '',
    over: call.over ? over(call.over, translate, context.isStored) : '',
    call,
    orderBy: orderings(call.orderBy, (part) => translate(part, within), context.isStored),
    isStored: context.isStored,
  };
  return aggregate(parts);
}

interface Parts {
  readonly args: readonly Typed[];
  readonly first: Typed;
  /** `DISTINCT ` or nothing. */
  readonly distinct: string;
  /** ` OVER (…)` or nothing. */
  readonly over: string;
  readonly call: Call;
  readonly orderBy: string;
  readonly isStored: boolean;
}

const aggregates: Readonly<Record<string, (parts: Parts) => Typed>> = {
  COUNT: ({ args, first, distinct, over, call, isStored }) => {
    if (call.star) return typed(`count(*)${over}`, types.integer);
    const counted =
      args.length > 1
        ? `mysql_row_key(${args.map(({ sql }) => sql).join(', ')})`
        : distinct
          ? asKey(first, isStored)
          : first.sql;
    return typed(`count(${distinct}${counted})${over}`, types.integer);
  },
  SUM: ({ first, distinct, over }) => {
    const number = asNumber(first);
    return rounded(`sum(${distinct}${number.sql})${over}`, sumType(number.type));
  },
  AVG: ({ first, distinct, over }) => {
    const number = asNumber(first);
    const sum = sumType(number.type);
    const type = sum.kind === 'decimal' ? decimal(scaleOf(sum) + divisionDigits) : sum;
    return rounded(`avg(${distinct}${number.sql})${over}`, type);
  },
  MIN: (parts) => extreme('min', parts),
  MAX: (parts) => extreme('max', parts),
  GROUP_CONCAT: ({ args, distinct, call, orderBy }) => {
    const text = args.map((arg) => asText(arg).sql).join(' || ');
    const separator = quotedText(call.separator ?? ',');
    return typed(`mysql_group_concat(${text}, ${separator}, ${distinct ? 1 : 0}${orderBy})`, types.text);
  },
  STD: spread('std'),
  STDDEV: spread('std'),
  STDDEV_POP: spread('std'),
  STDDEV_SAMP: spread('stddev_samp'),
  VARIANCE: spread('variance'),
  VAR_POP: spread('variance'),
  VAR_SAMP: spread('var_samp'),
  BIT_AND: bits('bit_and'),
  BIT_OR: bits('bit_or'),
  BIT_XOR: bits('bit_xor'),
  ANY_VALUE: ({ first }) => typed(`mysql_any_value(${first.sql})`, first.type),
  JSON_ARRAYAGG: ({ first }) => typed(`mysql_json_arrayagg(${first.sql})`, types.json),
  JSON_OBJECTAGG: ({ args }) => typed(`mysql_json_objectagg(${args.map(({ sql }) => sql).join(', ')})`, types.json),
};

function sumType(type: ValueType): ValueType {
  if (type.kind === 'any' || type.kind === 'double') return type;
  return type.kind === 'null' ? types.double : decimal(scaleOf(type));
}

function extreme(name: 'min' | 'max', { first, over }: Parts): Typed {
  const collation = isText(first) && first.isExact !== true ? ' COLLATE NOCASE' : '';
  return typed(`${name}(${first.sql}${collation})${over}`, first.type);
}

function spread(name: string) {
  return ({ first }: Parts): Typed => typed(`mysql_${name}(${asNumber(first).sql})`, types.double);
}

function bits(name: string) {
  return ({ first }: Parts): Typed => typed(`mysql_${name}(${asInteger(first).sql})`, types.unsigned);
}

const rankings: Readonly<Record<string, (args: readonly Typed[]) => ValueType>> = {
  ROW_NUMBER: () => types.integer,
  RANK: () => types.integer,
  DENSE_RANK: () => types.integer,
  NTILE: () => types.integer,
  PERCENT_RANK: () => types.double,
  CUME_DIST: () => types.double,
  LAG: shiftedType,
  LEAD: shiftedType,
  FIRST_VALUE: shiftedType,
  LAST_VALUE: shiftedType,
  NTH_VALUE: shiftedType,
};

function shiftedType([value, , fallback]: readonly Typed[]): ValueType {
  return commonType([value?.type ?? types.any, ...(fallback ? [fallback.type] : [])]);
}

function over({ name, partitionBy, orderBy, frame }: Window, translate: Translate, isStored: boolean): string {
  if (name !== undefined && partitionBy.length === 0 && orderBy.length === 0 && frame === '')
    return ` OVER ${quoted(name)}`;
  return ` OVER (${windowSql({ name, partitionBy, orderBy, frame }, translate, isStored)})`;
}

/** What stands in the parentheses of a window. */
export function windowSql(
  { name, partitionBy, orderBy, frame }: Window,
  translate: Translate,
  isStored: boolean,
): string {
  const keys = partitionBy.map((part) => asKey(translate(part), isStored));
  return [
    name === undefined ? '' : quoted(name),
    keys.length > 0 ? `PARTITION BY ${keys.join(', ')}` : '',
    orderings(orderBy, translate, isStored).trim(),
    frame,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** ` ORDER BY …` by MySQL's collation; nothing for no orderings. NULL is the smallest value to both. */
function orderings(all: readonly Ordering[], translate: (expression: Expression) => Typed, isStored: boolean): string {
  if (all.length === 0) return '';
  return ` ORDER BY ${all.map(({ expression, descending }) => asKey(translate(expression), isStored) + (descending ? ' DESC' : '')).join(', ')}`;
}
