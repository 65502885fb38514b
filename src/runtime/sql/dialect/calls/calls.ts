import { MysqlError } from '../../mysqlErrors';
import { commonType, types } from '../../mysqlType';
import { translateAggregate } from './aggregateCalls';
import { addInterval, calculate } from '../arithmetic';
import type { CallRule } from './callRule';
import { compare } from '../comparison';
import type { Context } from '../context';
import { dateRules } from './dateCalls';
import { jsonRules } from './jsonCalls';
import { numberRules } from './numberCalls';
import type { Call, Expression } from '../syntax';
import { textRules } from './textCalls';
import { asInteger, asMember, asNumber, asText, typed, type Typed } from '../typed';

/** What a call asks of the translation around it: its arguments, in another context where there has to be one. */
type Translate = (expression: Expression, context?: Context) => Typed;

const rules: ReadonlyMap<string, CallRule> = new Map(
  Object.entries({ ...textRules, ...numberRules, ...dateRules, ...jsonRules }),
);

/** A call of a function of MySQL, of one that only SQLite has, or 1305. */
export function translateCall(call: Call, context: Context, translate: Translate): Typed {
  const aggregate = translateAggregate(call, context, translate);
  if (aggregate) return aggregate;
  const special = specials[call.name];
  if (special) return special(call, translate);
  const rule = rules.get(call.name);
  if (rule && !(rule.isSqlites === true && call.args.length > 1)) return applyRule(call, rule, translate);
  if (!context.catalog.hasFunction(call.name)) {
    throw new MysqlError(`1305 (42000): FUNCTION main.${call.written} does not exist`);
  }
  const args = call.args.map((arg) => translate(arg).sql);
  return typed(`${call.name.toLowerCase()}(${call.star ? '*' : args.join(', ')})`, types.any);
}

function applyRule(call: Call, rule: CallRule, translate: Translate): Typed {
  const [least, most] = arity(rule.takes);
  if (call.args.length < least || call.args.length > most || call.star) throw wrongCount(call);
  const args = call.args.map((arg) => translate(arg));
  const kinds = rule.takes.replaceAll('?', '');
  const converted = args.map((arg, index) => {
    const kind = kinds.charAt(index);
    return convert(arg, kind === '*' || kind === '' ? kinds.charAt(kinds.length - 2) : kind);
  });
  const type = typeof rule.gives === 'function' ? rule.gives(args) : rule.gives;
  const sql = converted.map((arg) => arg.sql);
  return typed(rule.sql ? rule.sql(sql, args) : `mysql_${call.name.toLowerCase()}(${sql.join(', ')})`, type);
}

function arity(takes: string): [number, number] {
  const [required = '', optional = ''] = takes.replace('*', '').split('?');
  return [required.length, takes.endsWith('*') ? Infinity : required.length + optional.length];
}

export function wrongCount({ written }: Call): MysqlError {
  return new MysqlError(`1582 (42000): Incorrect parameter count in the call to native function '${written}'`);
}

function convert(value: Typed, kind: string): Typed {
  if (kind === 't') return asText(value);
  if (kind === 'b') return value.type.kind === 'binary' ? value : asText(value);
  if (kind === 'n') return asNumber(value);
  return kind === 'i' ? asInteger(value) : value;
}

/** Functions whose result depends on all of their arguments, or that are no functions to SQLite. */
const specials: Readonly<Record<string, (call: Call, translate: Translate) => Typed>> = {
  IF: (call, translate) => {
    const [when, then, otherwise] = exactly(call, 3).map((arg) => translate(arg));
    if (!when || !then || !otherwise) throw wrongCount(call);
    const type = commonType([then.type, otherwise.type]);
    return typed(`iif(${when.sql}, ${asMember(then, type)}, ${asMember(otherwise, type)})`, type);
  },
  IFNULL: (call, translate) => common({ ...call, args: exactly(call, 2) }, translate, 'coalesce'),
  NVL: (call, translate) => common({ ...call, args: exactly(call, 2) }, translate, 'coalesce'),
  COALESCE: (call, translate) => common(call, translate, 'coalesce'),
  GREATEST: (call, translate) => extreme(call, translate, 'max'),
  LEAST: (call, translate) => extreme(call, translate, 'min'),
  NULLIF: (call, translate) => {
    const [value, other] = exactly(call, 2).map((arg) => translate(arg));
    if (!value || !other) throw wrongCount(call);
    return typed(`CASE WHEN ${compare('=', value, other).sql} THEN NULL ELSE ${value.sql} END`, value.type);
  },
  MOD: (call, translate) => {
    const [left, right] = exactly(call, 2).map((arg) => translate(arg));
    if (!left || !right) throw wrongCount(call);
    return calculate('%', left, right);
  },
  DATE_ADD: (call, translate) => moved(call, translate, 1),
  ADDDATE: (call, translate) => moved(call, translate, 1),
  DATE_SUB: (call, translate) => moved(call, translate, -1),
  SUBDATE: (call, translate) => moved(call, translate, -1),
  TIMESTAMPADD: (call, translate) => {
    const [unit, amount, value] = exactly(call, 3);
    if (unit?.kind !== 'text' || !amount || !value) throw wrongCount(call);
    return addInterval(translate(value), translate(amount), unit.value, 1);
  },
};

function exactly(call: Call, count: number): readonly Expression[] {
  if (call.args.length !== count) throw wrongCount(call);
  return call.args;
}

function common(call: Call, translate: Translate, name: string): Typed {
  const args = call.args.map((arg) => translate(arg));
  const type = commonType(args.map((arg) => arg.type));
  const members = args.map((arg) => asMember(arg, type));
  return typed(members.length === 1 ? (members[0] ?? 'NULL') : `${name}(${members.join(', ')})`, type);
}

/** Numbers beside text are compared as numbers, unless all of it is text. */
function extreme(call: Call, translate: Translate, name: 'max' | 'min'): Typed {
  const args = call.args.map((arg) => translate(arg));
  if (args.length < 2) throw wrongCount(call);
  const type = commonType(args.map((arg) => arg.type));
  const isText = type.kind === 'text';
  const members = args.map((arg) => (isText ? `${asMember(arg, type)} COLLATE NOCASE` : asMember(arg, type)));
  return typed(`${name}(${members.join(', ')})`, type);
}

function moved(call: Call, translate: Translate, sign: number): Typed {
  const [value, by] = exactly(call, 2);
  if (!value || !by) throw wrongCount(call);
  if (by.kind === 'interval') return addInterval(translate(value), translate(by.amount), by.unit, sign);
  return addInterval(translate(value), translate(by), 'DAY', sign);
}
