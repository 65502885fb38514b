import { quoted } from '../identifier';
import { MysqlError } from '../mysqlErrors';
import { types } from '../mysqlType';
import { comparable, compare } from './comparison';
import type { Context, ResultColumn } from './context';
import type { Expression, Operator, Query } from './syntax';
import { typed, type Typed } from './typed';

type Translate = (expression: Expression, context: Context) => Typed;

/** Where one value is wanted, there are several. */
export const oneColumn = '1241 (21000): Operand should contain 1 column(s)';

/** Rows are compared item by item. */
export function comparison(
  operator: Operator,
  left: Expression,
  right: Expression,
  context: Context,
  translate: Translate,
): Typed {
  const sign = operator === '<=>' ? 'IS' : operator;
  if (left.kind !== 'row' && right.kind !== 'row') {
    return compare(sign, translate(left, context), translate(right, context));
  }
  if (left.kind !== 'row') throw new MysqlError(oneColumn);
  const width = `1241 (21000): Operand should contain ${left.items.length} column(s)`;
  if (right.kind === 'query') {
    const query = context.translateQuery(right.query, context);
    if (query.columns.length !== left.items.length) throw new MysqlError(width);
    return typed(`(${rowOf(left.items, context, translate)} ${sign} (${query.sql}))`, types.integer);
  }
  if (right.kind !== 'row' || right.items.length !== left.items.length) throw new MysqlError(width);
  const pairs = left.items.map((item, index) =>
    comparable(translate(item, context), translate(right.items[index] ?? item, context)),
  );
  return typed(
    `((${pairs.map((pair) => pair.left).join(', ')}) ${sign} (${pairs.map((pair) => pair.right).join(', ')}))`,
    types.integer,
  );
}

function rowOf(items: readonly Expression[], context: Context, translate: Translate): string {
  return `(${items.map((item) => translate(item, context).sql).join(', ')})`;
}

/** IN, with a list or a query. */
export function membership(
  { operand, among, negated }: Extract<Expression, { kind: 'in' }>,
  context: Context,
  translate: Translate,
): Typed {
  const not = negated ? 'NOT ' : '';
  if ('body' in among) return typed(`(${not}${inQuery(operand, among, context, translate)})`, types.integer);
  if (operand.kind === 'row' || among.some(({ kind }) => kind === 'row')) {
    const alternatives = among.map((item) => comparison('=', operand, item, context, translate).sql);
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

function inQuery(operand: Expression, among: Query, context: Context, translate: Translate): string {
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
function besideMember(
  value: Typed,
  column: ResultColumn | undefined,
): { left: string; right: string; isPlain: boolean } {
  const name = `member.${quoted(column?.name ?? '')}`;
  const member: Typed = { sql: name, type: column?.type ?? types.any, isColumn: true };
  const { left, right } = comparable({ ...value, isColumn: true, literal: undefined }, member);
  const collation = right.startsWith(`${name} COLLATE`) ? right.slice(name.length) : '';
  return { left: left + collation, right, isPlain: collation !== '' || right === name };
}

/** `= ANY` is IN; the rest asks whether a row of the query speaks against it. */
export function quantified(
  { operator, operand, all, query }: Extract<Expression, { kind: 'quantified' }>,
  context: Context,
  translate: Translate,
): Typed {
  if (!all && operator === '=')
    return membership({ kind: 'in', operand, among: query, negated: false }, context, translate);
  if (all && operator === '<>')
    return membership({ kind: 'in', operand, among: query, negated: true }, context, translate);
  const { sql, columns } = context.translateQuery(query, context);
  const [column] = columns;
  if (!column || columns.length > 1) throw new MysqlError(oneColumn);
  const { left, right } = besideMember(translate(operand, context), column);
  const rows = `SELECT 1 FROM (${sql}) AS member WHERE`;
  const holds = `${left} ${operator} ${right}`;
  return typed(all ? `(NOT EXISTS (${rows} NOT coalesce(${holds}, 0)))` : `EXISTS (${rows} ${holds})`, types.integer);
}
