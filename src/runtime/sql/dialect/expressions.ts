import { MysqlError, noDefault, syntaxError } from '../mysqlErrors';
import { commonType, types } from '../mysqlType';
import { addInterval, bitwise, calculate, negate } from './arithmetic';
import { translateCall } from './calls/calls';
import { cast } from './casts';
import { compare } from './comparison';
import type { Context } from './context';
import { momentLiteral, numberLiteral } from './literals';
import { comparison, membership, oneColumn, quantified } from './membership';
import { resolveColumn } from './scope';
import type { Expression, Operator, Query } from './syntax';
import { systemVariable } from './systemVariables';
import { asMember, asNumber, asText, quotedText, textLiteral, typed, type Typed } from './typed';

/**
 * One expression of MySQL for SQLite, with its type. Whatever is composed stands in parentheses.
 * @throws {MysqlError} for names that mean nothing, and what MySQL itself would refuse
 */
export function translate(expression: Expression, context: Context): Typed {
  const inner = (part: Expression): Typed => translate(part, context);
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
      return typed(`(${operand.sql} IS ${not}${expression.value ? 'TRUE' : 'FALSE'})`, types.integer);
    }
    case 'between': {
      const operand = inner(expression.operand);
      const [low, high] = [
        compare('>=', operand, inner(expression.low)),
        compare('<=', operand, inner(expression.high)),
      ];
      return typed(`(${expression.negated ? 'NOT ' : ''}(${low.sql} AND ${high.sql}))`, types.integer);
    }
    case 'in':
      return membership(expression, context, translate);
    case 'match':
      return match(expression, inner, context.isStored);
    case 'case':
      return translateCase(expression, inner);
    case 'cast':
      return cast(inner(expression.operand), expression.type);
    case 'interval':
      throw new MysqlError(syntaxError('INTERVAL', 0));
    case 'call':
      return translateCall(expression, context, (part, where = context) => translate(part, where));
    case 'row':
      throw new MysqlError(oneColumn);
    case 'query':
      return subquery(expression.query, context);
    case 'exists':
      return typed(`EXISTS (${context.translateQuery(expression.query, context).sql})`, types.integer);
    case 'quantified':
      return quantified(expression, context, translate);
    case 'collate': {
      const operand = asText(inner(expression.operand));
      return { ...operand, isExact: /_bin$|^binary$/i.test(expression.collation) };
    }
    case 'default':
      if (!context.defaultOf) throw new MysqlError(noDefault(expression.column ?? ''));
      return context.defaultOf(expression.column);
    case 'proposed':
      return context.proposed?.(expression.column) ?? resolveColumn(context.scope, [expression.column], context.clause);
  }
}

function unary(
  operator: '-' | '~' | 'NOT' | 'BINARY',
  expression: Expression,
  inner: (part: Expression) => Typed,
): Typed {
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
      return typed(`(NOT ${operand.sql})`, types.integer);
    case 'BINARY':
      return { ...asText(operand), isExact: true };
  }
}

function operation(operator: Operator, left: Expression, right: Expression, context: Context): Typed {
  const inner = (part: Expression): Typed => translate(part, context);
  switch (operator) {
    case 'OR':
    case 'AND':
      return typed(`(${inner(left).sql} ${operator} ${inner(right).sql})`, types.integer);
    case 'XOR': {
      const [a, b] = [inner(left), inner(right)].map((side) => `(NOT ${side.sql})`);
      return typed(`(${a} <> ${b})`, types.integer);
    }
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '<=>':
      return comparison(operator, left, right, context, translate);
    case '+':
    case '-':
      if (right.kind === 'interval')
        return addInterval(inner(left), inner(right.amount), right.unit, operator === '+' ? 1 : -1);
      if (left.kind === 'interval' && operator === '+')
        return addInterval(inner(right), inner(left.amount), left.unit, 1);
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
  const conditions = branches.map(({ when }) => (subject ? compare('=', subject, inner(when)).sql : inner(when).sql));
  const results = branches.map(({ result }) => inner(result));
  const last = otherwise && inner(otherwise);
  const type = commonType([...results, ...(last ? [last] : [])].map((result) => result.type));
  const whens = conditions.map(
    (when, index) => `WHEN ${when} THEN ${asMember(results[index] ?? typed('NULL', types.null), type)}`,
  );
  return typed(`CASE ${whens.join(' ')}${last ? ` ELSE ${asMember(last, type)}` : ''} END`, type);
}

function subquery(query: Query, context: Context): Typed {
  const { sql, columns } = context.translateQuery(query, context);
  const [column] = columns;
  if (!column || columns.length > 1) throw new MysqlError(oneColumn);
  return typed(`(${sql})`, column.type);
}
