import { quoted } from '../identifier';
import { MysqlError } from '../mysqlErrors';
import type { TableInfo } from './catalog';
import type { Context } from './context';
import { translate } from './expressions';
import { translateFrom, type From } from './from';
import { columnNamed, returnedItems, withDefault } from './inserts';
import type { Plan } from './plan';
import { translateWith } from './queries';
import { emptyScope, findColumn, type Scope, type Source } from './scope';
import { limitSql } from './selects';
import { storedIn } from './storing';
import type { Assignment, Delete, Update } from './statements';
import type { Expression, Ordering } from './syntax';
import { asKey } from './typed';

/** UPDATE of one table or, joined with others, of several. */
export function translateUpdate(update: Update, context: Context): Plan {
  const { sql: commonTables, context: outer } = translateWith(update.with, false, context);
  const from = translateFrom(update.from, outer);
  const assignments = assign(update.assignments, from, !update.ignore, outer);
  const targets = [...new Set(assignments.map(({ source }) => source))];
  const scope = scopeOf(from);
  const [target] = targets;
  if (!target) throw new MysqlError('1065 (42000): Query was empty');
  const verb = update.ignore ? 'UPDATE OR IGNORE' : 'UPDATE';
  const where = conditionOf(update.where, scope, target, outer);
  const plan = { kind: 'statements', reads: false, columns: [] } as const;
  if (from.sources.length === 1) {
    const sets = assignments.map(({ name, sql }) => `${quoted(name)} = ${sql}`).join(', ');
    const rows = limited(update, where, from, target, outer);
    return { ...plan, steps: [`${commonTables}${verb} ${from.sql} SET ${sets}${rows}`] };
  }
  const values = assignments.map(({ sql }, index) => `${sql} AS ${quoted(`v${index}`)}`);
  const statement = (source: Source, changed: string): string => {
    const sets = assignments.flatMap((assignment, index) =>
      assignment.source === source ? [`${quoted(assignment.name)} = changed.${quoted(`v${index}`)}`] : [],
    );
    const place = targets.indexOf(source);
    const same = identity(source).map((column, at) => `${column} IS changed.${quoted(`k${place}_${at}`)}`);
    return `${verb} ${quoted(source.table?.name ?? '')} AS ${quoted(source.alias)} SET ${sets.join(', ')} FROM ${changed} AS changed WHERE ${same.join(' AND ')}`;
  };
  const keys = keysOf(targets);
  const grouped = targets.length === 1 ? ` GROUP BY ${identity(target).join(', ')}` : '';
  const rows = `SELECT ${[...keys, ...values].join(', ')} FROM ${from.sql}${where}${grouped}`;
  if (targets.length === 1) return { ...plan, steps: [`${commonTables}${statement(target, `(${rows})`)}`] };
  return {
    ...plan,
    steps: throughTable(
      commonTables + rows,
      targets.map((source) => statement(source, quoted(gathered))),
    ),
  };
}

/** DELETE from one table or, joined with others, from several. */
export function translateDelete(statement: Delete, context: Context): Plan {
  const { sql: commonTables, context: outer } = translateWith(statement.with, false, context);
  const from = translateFrom(statement.from, outer);
  const targets = statement.targets.map((name) => targetNamed(name, from));
  const [target] = targets;
  if (!target?.table) throw new MysqlError('1065 (42000): Query was empty');
  const where = conditionOf(statement.where, scopeOf(from), target, outer);
  const plan = { kind: 'statements', reads: false } as const;
  if (from.sources.length === 1) {
    const items = returnedItems(statement.returning, target.table, outer);
    const columns = items.map(({ name, value }) => ({ name, type: value.type }));
    const returning = items.length > 0 ? ` RETURNING ${items.map(({ value }) => value.sql).join(', ')}` : '';
    const rows = limited(statement, where, from, target, outer);
    return { ...plan, columns, steps: [`${commonTables}DELETE FROM ${from.sql}${rows}${returning}`] };
  }
  const remove = (source: Source, rows: string): string => {
    const columns = identity(source);
    const key = columns.length === 1 ? (columns[0] ?? '') : `(${columns.join(', ')})`;
    return `DELETE FROM ${quoted(source.table?.name ?? '')} AS ${quoted(source.alias)} WHERE ${key} IN (${rows})`;
  };
  const rows = `SELECT ${keysOf(targets).join(', ')} FROM ${from.sql}${where}`;
  if (targets.length === 1) return { ...plan, columns: [], steps: [`${commonTables}${remove(target, rows)}`] };
  const steps = targets.map((source, place) => {
    const keys = identity(source).map((_, at) => quoted(`k${place}_${at}`));
    return remove(source, `SELECT ${keys.join(', ')} FROM ${quoted(gathered)}`);
  });
  return { ...plan, columns: [], steps: throughTable(commonTables + rows, steps) };
}

/** Where several tables change, what is to change is gathered first: the one change must not hide rows from the other. */
const gathered = 'agentlm_gathered';

function throughTable(rows: string, changes: readonly string[]): string[] {
  return [`CREATE TEMP TABLE ${quoted(gathered)} AS ${rows}`, ...changes, `DROP TABLE temp.${quoted(gathered)}`];
}

function scopeOf(from: From): Scope {
  return { ...emptyScope, sources: from.sources, merged: from.merged };
}

function conditionOf(where: Expression | undefined, scope: Scope, target: Source, context: Context): string {
  if (!where) return '';
  const within: Context = {
    ...context,
    scope,
    clause: 'where clause',
    allowsAggregates: false,
    target: target.table?.name.toLowerCase(),
  };
  return ` WHERE ${translate(where, within).sql}`;
}

/** SQLite has no ORDER BY and LIMIT for what is changed, so the rows are looked up first. */
function limited(
  { orderBy, limit }: { readonly orderBy: readonly Ordering[]; readonly limit: Update['limit'] },
  where: string,
  from: From,
  target: Source,
  context: Context,
): string {
  if (!limit) return where;
  const within: Context = { ...context, scope: scopeOf(from), clause: 'order clause', allowsAggregates: false };
  const terms = orderBy.map(
    ({ expression, descending }) => asKey(translate(expression, within)) + (descending ? ' DESC' : ''),
  );
  const order = terms.length > 0 ? ` ORDER BY ${terms.join(', ')}` : '';
  const columns = identity(target);
  const key = columns.join(', ');
  const rows = `SELECT ${key} FROM ${from.sql}${where}${order}${limitSql(limit)}`;
  return ` WHERE ${columns.length === 1 ? key : `(${key})`} IN (${rows})`;
}

/** What tells a row of the table from all others. */
function identity({ alias, table }: Source): string[] {
  if (!table) return [];
  const names = table.withoutRowid ? keyNames(table) : [rowidName(table)];
  return names.map((name) => `${quoted(alias)}.${name}`);
}

function keyNames({ columns }: TableInfo): string[] {
  const keys = columns.filter(({ keyPlace }) => keyPlace > 0).sort((a, b) => a.keyPlace - b.keyPlace);
  return keys.map(({ name }) => quoted(name));
}

/** A column may have taken one of the names that SQLite has for it. */
export function rowidName({ columns }: TableInfo): string {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? 'rowid';
}

function keysOf(targets: readonly Source[]): string[] {
  return targets.flatMap((source, place) =>
    identity(source).map((column, at) => `${column} AS ${quoted(`k${place}_${at}`)}`),
  );
}

function targetNamed(name: string, { sources }: From): Source {
  const found = sources.find(({ alias }) => alias.toLowerCase() === name.toLowerCase());
  if (!found) throw new MysqlError(`1109 (42S02): Unknown table '${name}' in MULTI DELETE`);
  if (!found.table) throw notUpdatable(name, 'DELETE');
  return found;
}

function notUpdatable(name: string, verb: string): MysqlError {
  return new MysqlError(`1288 (HY000): The target table ${name} of the ${verb} is not updatable`);
}

interface Assigned {
  readonly source: Source;
  readonly name: string;
  readonly sql: string;
}

/** MySQL assigns from left to right: what stands further right sees what was assigned before it. */
function assign(assignments: readonly Assignment[], from: From, isStrict: boolean, context: Context): Assigned[] {
  let sources = from.sources;
  return assignments.map(({ path, value }) => {
    const scope: Scope = { ...emptyScope, sources, merged: from.merged };
    const source = sourceOf(path, from);
    if (!source.table) throw notUpdatable(source.alias, 'UPDATE');
    const column = columnNamed(source.table, path.at(-1) ?? '');
    const within: Context = {
      ...withDefault(context, column, source.table.columns),
      scope,
      clause: 'field list' as const,
      allowsAggregates: false,
      target: source.table.name.toLowerCase(),
    };
    const sql = storedIn(column, translate(value, within), isStrict);
    sources = sources.map((each) => (each.alias === source.alias ? overridden(each, column.name, sql) : each));
    return { source, name: column.name, sql };
  });
}

function overridden(source: Source, name: string, sql: string): Source {
  return { ...source, columns: source.columns.map((column) => (column.name === name ? { ...column, sql } : column)) };
}

function sourceOf(path: readonly string[], { sources }: From): Source {
  const [name = '', table] = [path.at(-1), path.at(-2)];
  const found = sources.filter((source) => {
    if (table !== undefined && source.alias.toLowerCase() !== table.toLowerCase()) return false;
    return findColumn({ ...emptyScope, sources: [source] }, [name]).length > 0;
  });
  const [first, second] = found;
  if (!first) throw new MysqlError(`1054 (42S22): Unknown column '${path.join('.')}' in 'field list'`);
  if (second) throw new MysqlError(`1052 (23000): Column '${path.join('.')}' in field list is ambiguous`);
  return first;
}
