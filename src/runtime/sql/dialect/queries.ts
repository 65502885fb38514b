import { quoted } from '../identifier';
import { differentColumns, MysqlError } from '../mysqlErrors';
import { commonType, types } from '../mysqlType';
import type { Context, ResultColumn, TranslatedQuery } from './context';
import { translate } from './expressions';
import type { SourceColumn } from './scope';
import { limitSql, translateSelect } from './selects';
import type { CommonTable, Ordering, Query, QueryBody } from './syntax';
import { isText, typed } from './typed';

/**
 * One query of MySQL for SQLite, with the names and types of its columns.
 * @param recursive whether it is the query of a table that it reads itself
 * @throws {MysqlError} for what MySQL itself would refuse
 */
export function translateQuery(query: Query, context: Context, recursive = false): TranslatedQuery {
  const { sql: commonTables, context: within } = translateWith(query.with, query.recursive, context);
  const { body, orderBy, limit } = query;
  if (body.kind === 'select') {
    const { sql, columns } = translateSelect(body, within, orderBy);
    return { sql: `${commonTables}${sql}${limitSql(limit)}`, columns };
  }
  const { sql, columns } = translateBody(body, within, recursive);
  return { sql: `${commonTables}${sql}${orderOfCompound(orderBy, columns)}${limitSql(limit)}`, columns };
}

/** @returns `WITH …` and a space, or nothing, and what the rest of the statement may then refer to */
export function translateWith(
  tables: readonly CommonTable[],
  recursive: boolean,
  context: Context,
): { readonly sql: string; readonly context: Context } {
  let within = context;
  const parts = tables.map((table) => {
    const { sql, columns } = translateCommonTable(table, recursive, within);
    within = withTable(within, table.name, columns);
    return `${quoted(table.name)}(${columns.map(({ name }) => quoted(name)).join(', ')}) AS (${sql})`;
  });
  return { sql: parts.length > 0 ? `WITH ${recursive ? 'RECURSIVE ' : ''}${parts.join(', ')} ` : '', context: within };
}

/** What a recursive table refers to as itself has the columns of its first part. */
function translateCommonTable(
  { name, columns, query }: CommonTable,
  recursive: boolean,
  context: Context,
): TranslatedQuery {
  const { body } = query;
  const first = recursive && body.kind === 'compound' ? leftmost(body) : undefined;
  const seed = first && renamed(translateBody(first, context, true).columns, columns, name);
  const within = seed ? withTable(context, name, seed) : context;
  const { sql, columns: found } = translateQuery(query, within, seed !== undefined);
  return { sql, columns: renamed(found, columns, name) };
}

function leftmost(body: QueryBody): QueryBody {
  return body.kind === 'compound' ? leftmost(body.left) : body;
}

function withTable(context: Context, name: string, columns: readonly ResultColumn[]): Context {
  const sources = columns.map((column): SourceColumn => ({ ...column, hidden: false }));
  return { ...context, commonTables: new Map([...context.commonTables, [name.toLowerCase(), sources]]) };
}

export function renamed(
  columns: readonly ResultColumn[],
  names: readonly string[],
  table: string,
): readonly ResultColumn[] {
  if (names.length === 0) return columns;
  if (names.length !== columns.length) {
    throw new MysqlError(
      `1353 (HY000): In definition of view, derived table or common table expression, SELECT list and column names list have different column counts (${table})`,
    );
  }
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
}

function translateBody(body: QueryBody, context: Context, recursive: boolean): TranslatedQuery {
  switch (body.kind) {
    case 'select':
      return translateSelect(body, context);
    case 'nested': {
      const { sql, columns } = translateQuery(body.query, context);
      return { sql: `SELECT * FROM (${sql})`, columns };
    }
    case 'values': {
      const rows = body.rows.map((row) => row.map((item) => translate(item, context)));
      const [first = []] = rows;
      if (rows.some(({ length }) => length !== first.length)) throw new MysqlError(differentColumns);
      const columns = first.map((_, index) => ({
        name: `column_${index}`,
        type: commonType(rows.map((row) => row[index]?.type ?? types.null)),
      }));
      const selects = rows.map((row) => {
        const items = row.map(({ sql }, index) => `${sql} AS ${quoted(`column_${index}`)}`);
        return `SELECT ${items.join(', ')}`;
      });
      return { sql: selects.join(' UNION ALL '), columns };
    }
    case 'compound':
      return translateCompound(body, context, recursive);
  }
}

function translateCompound(
  body: Extract<QueryBody, { kind: 'compound' }>,
  context: Context,
  recursive: boolean,
): TranslatedQuery {
  const { operator, all } = body;
  if (all && operator !== 'UNION') {
    throw new MysqlError(`1235 (42000): This version of MySQL doesn't yet support '${operator} ALL'`);
  }
  const left = translateBody(body.left, context, recursive);
  const right = translateBody(body.right, context, recursive);
  if (left.columns.length !== right.columns.length) throw new MysqlError(differentColumns);
  const columns = left.columns.map(({ name, type }, index) => ({
    name,
    type: commonType([type, right.columns[index]?.type ?? types.null]),
  }));
  // SQLite reads compounds from left to right, whatever their operators.
  const second =
    body.right.kind === 'compound' || body.right.kind === 'values' ? `SELECT * FROM (${right.sql})` : right.sql;
  const first = body.left.kind === 'values' ? `SELECT * FROM (${left.sql})` : left.sql;
  // UNION itself keeps the last of equal rows and sorts them; MySQL keeps the first, in the order in which they come.
  if (operator === 'UNION' && !all && !recursive) {
    const items = columns.map(
      ({ name, type }) => `${quoted(name)}${type.kind === 'text' ? ' COLLATE NOCASE' : ''} AS ${quoted(name)}`,
    );
    return { sql: `SELECT DISTINCT ${items.join(', ')} FROM (${first} UNION ALL ${second})`, columns };
  }
  return { sql: `${first} ${operator}${all ? ' ALL' : ''} ${second}`, columns };
}

/** A compound is ordered by its columns, by name or number. */
function orderOfCompound(orderBy: readonly Ordering[], columns: readonly ResultColumn[]): string {
  if (orderBy.length === 0) return '';
  const terms = orderBy.map(({ expression, descending }) => {
    const written =
      expression.kind === 'column' ? expression.path.join('.') : expression.kind === 'number' ? expression.text : '';
    const index =
      expression.kind === 'number'
        ? Number(expression.text) - 1
        : columns.findIndex(({ name }) => name.toLowerCase() === written.toLowerCase().split('.').at(-1));
    const column = columns[index];
    if (!column) throw new MysqlError(`1054 (42S22): Unknown column '${written}' in 'order clause'`);
    const collation = isText(typed('', column.type)) ? ' COLLATE NOCASE' : '';
    return `${index + 1}${collation}${descending ? ' DESC' : ''}`;
  });
  return ` ORDER BY ${terms.join(', ')}`;
}
