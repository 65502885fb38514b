import { quoted } from '../identifier';
import { MysqlError, noTables } from '../mysqlErrors';
import { windowSql } from './calls/aggregateCalls';
import type { Context, ResultColumn, TranslatedQuery } from './context';
import { translate } from './expressions';
import { translateFrom, type From } from './from';
import { columnOf, type Clause, type Scope } from './scope';
import type { Expression, Limit, Ordering, Select, SelectItem } from './syntax';
import { asKey, isText, type Typed } from './typed';

/** One SELECT without its UNIONs and its LIMIT. */
export function translateSelect(select: Select, around: Context, ordering: readonly Ordering[] = []): TranslatedQuery {
  let isGrouped = select.groupBy.length > 0;
  const outer = { ...around, windows: new Map(select.windows.map(({ name, window }) => [name.toLowerCase(), window])) };
  const from = select.from && translateFrom(select.from, outer);
  const scope: Scope = {
    sources: from?.sources ?? [],
    merged: from?.merged ?? new Map<string, Typed>(),
    aliases: new Map(),
    outer: around.scope,
  };
  const context = (clause: Clause, allowsAggregates: boolean, aliases = scope.aliases): Context => ({
    ...outer,
    clause,
    allowsAggregates,
    onAggregate: () => (isGrouped = true),
    scope: { ...scope, aliases },
  });

  const items = translateItems(select.items, context('field list', true), from);
  const aliases = new Map<string, Typed>();
  for (const { name, value, isNamed } of items)
    if (isNamed && !aliases.has(name.toLowerCase())) aliases.set(name.toLowerCase(), value);

  const conditions = select.where ? [translate(select.where, context('where clause', false)).sql] : [];
  const groupBy = select.groupBy.map(({ expression }) =>
    asKey(
      byPosition(expression, items, 'group statement') ??
        translate(expression, context('group statement', false, aliases)),
      around.isStored,
    ),
  );
  const having = select.having && translate(select.having, context('having clause', true, aliases)).sql;
  const orderBy = ordering.map(({ expression, descending }) => {
    const value =
      byPosition(expression, items, 'order clause') ?? translate(expression, context('order clause', true, aliases));
    return asKey(value, around.isStored) + (descending ? ' DESC' : '');
  });
  const windows = select.windows.map(({ name, window }) => {
    const inner = (part: Expression): Typed => translate(part, context('field list', true));
    return `${quoted(name)} AS (${windowSql(window, inner, around.isStored)})`;
  });

  // SQLite knows HAVING only where there are groups; elsewhere it says what WHERE says.
  if (having !== undefined && !isGrouped) conditions.push(having);
  const parts = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${items.map((item) => itemSql(item, select.distinct)).join(', ')}`,
    from ? `FROM ${from.sql}` : '',
    conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '',
    groupBy.length > 0 ? `GROUP BY ${groupBy.join(', ')}` : '',
    having !== undefined && isGrouped ? `HAVING ${having}` : '',
    windows.length > 0 ? `WINDOW ${windows.join(', ')}` : '',
    orderBy.length > 0 ? `ORDER BY ${orderBy.join(', ')}` : '',
  ];
  const columns = items.map(({ name, value }): ResultColumn => ({ name, type: value.type }));
  return { sql: parts.filter((part) => part !== '').join(' '), columns };
}

export interface Item {
  readonly name: string;
  readonly value: Typed;
  /** Whether ORDER BY and its like may call it so. */
  readonly isNamed: boolean;
}

/** The select list, `*` written out: so the order of its columns is MySQL's where tables are joined by USING. */
export function translateItems(items: readonly SelectItem[], context: Context, from: From | undefined): Item[] {
  return items.flatMap((item): Item[] => {
    if (item.kind === 'star') return star(item.table, from);
    const value = translate(item.expression, context);
    const { expression, alias, text } = item;
    const name = alias ?? (expression.kind === 'column' ? (expression.path.at(-1) ?? text) : text);
    return [{ name, value, isNamed: alias !== undefined || expression.kind !== 'column' }];
  });
}

function star(table: string | undefined, from: From | undefined): Item[] {
  if (!from) throw new MysqlError(noTables);
  const sources = from.sources.filter(
    ({ alias }) => table === undefined || alias.toLowerCase() === table.toLowerCase(),
  );
  if (sources.length === 0) throw new MysqlError(`1051 (42S02): Unknown table '${table ?? ''}'`);
  const merged = table === undefined ? from.merged : new Map<string, Typed>();
  const own = sources.flatMap((source) =>
    source.columns
      .filter(({ name, hidden }) => !hidden && !merged.has(name.toLowerCase()))
      .map((column) => ({ name: column.name, value: columnOf(source, column), isNamed: false })),
  );
  const shared = [...merged].map(([key, value]) => ({ name: from.mergedNames.get(key) ?? key, value, isNamed: false }));
  return [...shared, ...own];
}

function itemSql({ name, value }: Item, collated: boolean): string {
  const collation = collated && isText(value) && value.isExact !== true ? ' COLLATE NOCASE' : '';
  return `${value.sql}${collation} AS ${quoted(name)}`;
}

/** `GROUP BY 2`, `ORDER BY 1` */
function byPosition(expression: Expression, items: readonly Item[], clause: Clause): Typed | undefined {
  if (expression.kind !== 'number' || !/^\d+$/.test(expression.text)) return undefined;
  const item = items[Number(expression.text) - 1];
  if (!item) throw new MysqlError(`1054 (42S22): Unknown column '${expression.text}' in '${clause}'`);
  // A literal would be a position again.
  return item.value.type.kind === 'any' || item.value.isColumn === true
    ? item.value
    : { ...item.value, sql: `(${item.value.sql})` };
}

export function limitSql(limit: Limit | undefined): string {
  if (!limit) return '';
  const number = (expression: Expression): string =>
    // Beyond 64 bits there is no end: MySQL's own manual asks for 18446744073709551615 rows.
    expression.kind === 'number' && BigInt(expression.text) < 2n ** 63n ? expression.text : '9223372036854775807';
  return ` LIMIT ${number(limit.count)}${limit.offset ? ` OFFSET ${number(limit.offset)}` : ''}`;
}
