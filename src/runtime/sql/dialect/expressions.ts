import { quoted } from '../identifier';
import { MysqlError } from '../mysqlErrors';
import { commonType, decimal, scaleOf, types, type ValueType } from '../mysqlType';
import { bitwise, calculate, negate } from './arithmetic';
import { translateCall } from './calls';
import { cast } from './casts';
import { comparable, compare } from './comparison';
import type { Context, ResultColumn } from './context';
import { isDayUnit } from './functions/intervals';
import { parseMoment, writeMoment } from './functions/moments';
import { resolveColumn } from './scope';
import type { Expression, Operator, Query } from './syntax';
import { systemVariable } from './systemVariables';
import { asMember, asNumber, asText, quotedText, textLiteral, typed, type Typed } from './typed';

/**
 * One expression of MySQL for SQLite, with its type. Whatever is composed stands in parentheses.
 * @throws {MysqlError} for names that mean nothing, and what MySQL itself would refuse
 */
export function translate(expression: Expression, context: Context): Typed {
  const inner = (part: Expression): Typed => single(translate(part, context), part);
  switch (expression.kind) {
    case 'number':
      return numberLiteral(expression.text);
    case 'text':
      // Beside a column such a text is compared by SQLite's own collation, as another column is.
      return context.isStored ? { ...textLiteral(expression.value), isColumn: true } : textLiteral(expression.value);
    case 'bytes':
      return typed(`x'${expression.hex.length % 2 ? '0' : ''}${expression.hex}'`, types.binary);
    case 'moment':
      return momentLiteral(expression.type, expression.value);
    case 'null':
      return typed('NULL', types.null);
    case 'boolean':
      return typed(expression.value ? '1' : '0', types.integer);
    case 'column':
      return resolveColumn(context.scope, expression.path, context.clause);
    case 'variable':
      return expression.name.startsWith('@@')
        ? systemVariable(expression.name)
        : typed(`mysql_variable(${quotedText(expression.name)})`, types.any);
    case 'assignment': {
      const value = inner(expression.value);
      return typed(`mysql_assign(${quotedText(expression.name)}, ${value.sql})`, value.type);
    }
    case 'unary':
      return unary(expression.operator, expression.operand, inner);
    case 'operation':
      return operation(expression.operator, expression.left, expression.right, context);
    case 'is': {
      const operand = inner(expression.operand);
      const not = expression.negated ? 'NOT ' : '';
      if (expression.value === null) return typed(`(${operand.sql} IS ${not}NULL)`, types.integer);
      return typed(`(${condition(operand)} IS ${not}${expression.value ? 'TRUE' : 'FALSE'})`, types.integer);
    }
    case 'between': {
      const operand = inner(expression.operand);
      const [low, high] = [compare('>=', operand, inner(expression.low)), compare('<=', operand, inner(expression.high))];
      return typed(`(${expression.negated ? 'NOT ' : ''}(${low.sql} AND ${high.sql}))`, types.integer);
    }
    case 'in':
      return membership(expression, context);
    case 'match':
      return match(expression, inner, context.isStored);
    case 'case':
      return translateCase(expression, inner);
    case 'cast':
      return cast(inner(expression.operand), expression.type);
    case 'interval':
      throw new MysqlError("1064 (42000): You have an error in your SQL syntax near 'INTERVAL'");
    case 'call':
      return translateCall(expression, context, { translate: (part, where = context) => single(translate(part, where), part), addInterval });
    case 'row':
      throw new MysqlError(oneColumn);
    case 'query':
      return subquery(expression.query, context);
    case 'exists':
      return typed(`EXISTS (${context.translateQuery(expression.query, context).sql})`, types.integer);
    case 'quantified':
      return quantified(expression, context);
    case 'collate': {
      const operand = asText(inner(expression.operand));
      return /_bin$|^binary$/i.test(expression.collation) ? { ...operand, isExact: true } : { ...operand, isExact: false };
    }
    case 'default':
      if (!context.defaultOf) throw new MysqlError('1364 (HY000): DEFAULT has no meaning here');
      return context.defaultOf(expression.column);
    case 'proposed':
      return context.proposed?.(expression.column) ?? resolveColumn(context.scope, [expression.column], context.clause);
  }
}

const oneColumn = '1241 (21000): Operand should contain 1 column(s)';

function single(value: Typed, expression: Expression): Typed {
  if (expression.kind === 'row') throw new MysqlError(oneColumn);
  return value;
}

function numberLiteral(text: string): Typed {
  if (/e/i.test(text)) return typed(text, types.double);
  const [, fraction] = text.split('.');
  if (fraction !== undefined) return typed(text.startsWith('.') ? `0${text}` : text.replace(/\.$/, '.0'), decimal(fraction.length));
  const digits = text.replace(/^0+(?=\d)/, '');
  return BigInt(digits) < 2n ** 63n ? typed(digits, types.integer) : typed(`${digits}.0`, decimal(0));
}

function momentLiteral(type: 'date' | 'time' | 'datetime', value: string): Typed {
  const moment = parseMoment(value, type === 'time');
  if (!moment) throw new MysqlError(`1525 (HY000): Incorrect ${type.toUpperCase()} value: '${value}'`);
  return typed(quotedText(writeMoment(moment, type)), types[type]);
}

function unary(operator: '-' | '~' | 'NOT' | 'BINARY', expression: Expression, inner: (part: Expression) => Typed): Typed {
  // The smallest integer of 64 bits has no positive counterpart.
  if (operator === '-' && expression.kind === 'number' && /^0*9223372036854775808$/.test(expression.text)) {
    return typed('-9223372036854775808', types.integer);
  }
  const operand = inner(expression);
  switch (operator) {
    case '-':
      return negate(operand);
    case '~':
      return typed(`(~${asNumber(operand).sql})`, types.unsigned);
    case 'NOT':
      return typed(`(NOT ${condition(operand)})`, types.integer);
    case 'BINARY':
      return { ...asText(operand), isExact: true };
  }
}

/** As SQLite may ask whether it is true: it reads the number that text begins with, as MySQL does. */
export function condition({ sql }: Typed): string {
  return sql;
}

function operation(operator: Operator, left: Expression, right: Expression, context: Context): Typed {
  const inner = (part: Expression): Typed => single(translate(part, context), part);
  switch (operator) {
    case 'OR':
    case 'AND':
      return typed(`(${condition(inner(left))} ${operator} ${condition(inner(right))})`, types.integer);
    case 'XOR': {
      const [a, b] = [inner(left), inner(right)].map((side) => `(NOT ${condition(side)})`);
      return typed(`(${a} <> ${b})`, types.integer);
    }
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '<=>':
      return comparison(operator, left, right, context);
    case '+':
    case '-':
      if (right.kind === 'interval') return addInterval(inner(left), inner(right.amount), right.unit, operator === '+' ? 1 : -1);
      if (left.kind === 'interval' && operator === '+') return addInterval(inner(right), inner(left.amount), left.unit, 1);
      return calculate(operator, inner(left), inner(right));
    case '*':
    case '/':
    case 'DIV':
    case '%':
      return calculate(operator, inner(left), inner(right));
    case '|':
    case '&':
    case '<<':
    case '>>':
    case '^':
      return bitwise(operator, inner(left), inner(right));
    case '->':
      return typed(`mysql_json_extract(${inner(left).sql}, ${inner(right).sql})`, types.json);
    case '->>':
      return typed(`mysql_json_unquote(mysql_json_extract(${inner(left).sql}, ${inner(right).sql}))`, types.text);
  }
}

/** Rows are compared item by item. */
function comparison(operator: Operator, left: Expression, right: Expression, context: Context): Typed {
  const sign = operator === '<=>' ? 'IS' : operator;
  if (left.kind !== 'row' && right.kind !== 'row') {
    return compare(sign, translate(left, context), translate(right, context));
  }
  if (left.kind !== 'row') throw new MysqlError(oneColumn);
  const width = `1241 (21000): Operand should contain ${left.items.length} column(s)`;
  if (right.kind === 'query') {
    const query = context.translateQuery(right.query, context);
    if (query.columns.length !== left.items.length) throw new MysqlError(width);
    return typed(`(${rowOf(left.items, context)} ${sign} (${query.sql}))`, types.integer);
  }
  if (right.kind !== 'row' || right.items.length !== left.items.length) throw new MysqlError(width);
  const pairs = left.items.map((item, index) => comparable(translate(item, context), translate(right.items[index] ?? item, context)));
  return typed(`((${pairs.map((pair) => pair.left).join(', ')}) ${sign} (${pairs.map((pair) => pair.right).join(', ')}))`, types.integer);
}

function rowOf(items: readonly Expression[], context: Context): string {
  return `(${items.map((item) => translate(item, context).sql).join(', ')})`;
}

function membership({ operand, among, negated }: Extract<Expression, { kind: 'in' }>, context: Context): Typed {
  const not = negated ? 'NOT ' : '';
  if ('body' in among) return typed(`(${not}${inQuery(operand, among, context)})`, types.integer);
  if (operand.kind === 'row' || among.some(({ kind }) => kind === 'row')) {
    const alternatives = among.map((item) => comparison('=', operand, item, context).sql);
    return typed(`(${not}(${alternatives.join(' OR ')}))`, types.integer);
  }
  const wanted = translate(operand, context);
  const candidates = among.map((item) => translate(item, context));
  const sides = candidates.map((candidate) => comparable(wanted, candidate));
  const [first] = sides;
  const plain = candidates.every(({ isColumn }) => isColumn !== true);
  if (first && plain && sides.every(({ left }) => left === first.left)) {
    return typed(`(${first.left} ${not}IN (${sides.map(({ right }) => right).join(', ')}))`, types.integer);
  }
  return typed(`(${not}(${sides.map(({ left, right }) => `${left} = ${right}`).join(' OR ')}))`, types.integer);
}

function inQuery(operand: Expression, among: Query, context: Context): string {
  const query = context.translateQuery(among, context);
  const items = operand.kind === 'row' ? operand.items : [operand];
  if (query.columns.length !== items.length) {
    throw new MysqlError(`1241 (21000): Operand should contain ${items.length} column(s)`);
  }
  const sides = items.map((item, index) => besideMember(translate(item, context), query.columns[index]));
  const left = sides.map((side) => side.left).join(', ');
  const members = sides.every((side) => side.isPlain)
    ? query.sql
    : `SELECT ${sides.map((side) => side.right).join(', ')} FROM (${query.sql}) AS member`;
  return `${items.length === 1 ? left : `(${left})`} IN (${members})`;
}

/** A value beside what a query gives. In IN it is the left side whose collation counts. */
function besideMember(value: Typed, column: ResultColumn | undefined): { left: string; right: string; isPlain: boolean } {
  const name = `member.${quoted(column?.name ?? '')}`;
  const member: Typed = { sql: name, type: column?.type ?? types.any, isColumn: true };
  const { left, right } = comparable({ ...value, isColumn: true, literal: undefined }, member);
  const collation = right.startsWith(`${name} COLLATE`) ? right.slice(name.length) : '';
  return { left: left + collation, right, isPlain: collation !== '' || right === name };
}

function match(
  { operator, operand, pattern, escape, negated }: Extract<Expression, { kind: 'match' }>,
  inner: (part: Expression) => Typed,
  isStored: boolean,
): Typed {
  const not = negated ? 'NOT ' : '';
  const [subject, wanted] = [inner(operand), inner(pattern)];
  if (operator === 'GLOB' || operator === 'MATCH') {
    return typed(`(${not}(${subject.sql} ${operator} ${wanted.sql}))`, types.integer);
  }
  if (operator === 'REGEXP') {
    const mode = subject.isExact === true ? ", 'c'" : '';
    return typed(`(${not}mysql_regexp(${asText(subject).sql}, ${asText(wanted).sql}${mode}))`, types.integer);
  }
  const sign = escape ? asText(inner(escape)).sql : String.raw`'\'`;
  if (isStored) return typed(`(${not}(${subject.sql} LIKE ${wanted.sql} ESCAPE ${sign}))`, types.integer);
  const name = subject.isExact === true || wanted.isExact === true ? 'mysql_like_exact' : 'mysql_like';
  return typed(`(${not}${name}(${asText(subject).sql}, ${asText(wanted).sql}, ${sign}))`, types.integer);
}

function translateCase(
  { operand, branches, otherwise }: Extract<Expression, { kind: 'case' }>,
  inner: (part: Expression) => Typed,
): Typed {
  const subject = operand && inner(operand);
  const conditions = branches.map(({ when }) => (subject ? compare('=', subject, inner(when)).sql : condition(inner(when))));
  const results = branches.map(({ then }) => inner(then));
  const last = otherwise && inner(otherwise);
  const type = commonType([...results, ...(last ? [last] : [])].map((result) => result.type));
  const whens = conditions.map((when, index) => `WHEN ${when} THEN ${asMember(results[index] ?? typed('NULL', types.null), type)}`);
  return typed(`CASE ${whens.join(' ')}${last ? ` ELSE ${asMember(last, type)}` : ''} END`, type);
}

function subquery(query: Query, context: Context): Typed {
  const { sql, columns } = context.translateQuery(query, context);
  const [column] = columns;
  if (!column || columns.length > 1) throw new MysqlError(oneColumn);
  return typed(`(${sql})`, column.type);
}

/** `= ANY` is IN; the rest asks whether a row of the query speaks against it. */
function quantified({ operator, operand, all, query }: Extract<Expression, { kind: 'quantified' }>, context: Context): Typed {
  if (!all && operator === '=') return translate({ kind: 'in', operand, among: query, negated: false }, context);
  if (all && operator === '<>') return translate({ kind: 'in', operand, among: query, negated: true }, context);
  const { sql, columns } = context.translateQuery(query, context);
  const [column] = columns;
  if (!column || columns.length > 1) throw new MysqlError(oneColumn);
  const { left, right } = besideMember(translate(operand, context), column);
  const rows = `SELECT 1 FROM (${sql}) AS member WHERE`;
  const holds = `${left} ${operator} ${right}`;
  return typed(all ? `NOT EXISTS (${rows} NOT coalesce(${holds}, 0))` : `EXISTS (${rows} ${holds})`, types.integer);
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

