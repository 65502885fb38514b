import { quoted } from '../identifier';
import type { DatabaseSync } from 'node:sqlite';
import { accessDenied, MysqlError, stackOverrun } from '../mysqlErrors';
import { types } from '../mysqlType';
import { translateAlterTable, indexNamed } from './alterTable';
import { openCatalog, type Catalog } from './catalog';
import type { Context } from './context';
import { createIndex, freeIndexName, refuseElsewhere, tableExists, translateCreateTable } from './createTable';
import { translate } from './expressions';
import { findTable } from './from';
import { translateInsert } from './inserts';
import { nothing, type Plan } from './plan';
import { renamed, translateQuery } from './queries';
import { readMysql } from './reading/readStatement';
import { emptyScope } from './scope';
import { describe, translateShow } from './show';
import type { Statement } from './statements';
import type { Expression, TableName } from './syntax';
import { quotedText } from './typed';
import { translateDelete, translateUpdate } from './updates';

/**
 * What SQLite has to do for one statement of MySQL.
 * @throws {MysqlError} what a MySQL server would answer to a statement that it refuses; nothing else, whatever the text
 */
export function translateStatement(sql: string, database: DatabaseSync): Plan {
  try {
    return plan(readMysql(sql), database);
  } catch (error) {
    if (error instanceof RangeError && /call stack/.test(error.message))
      throw new MysqlError(stackOverrun, { cause: error });
    throw error;
  }
}

function plan(statement: Statement, database: DatabaseSync): Plan {
  const context = openContext(openCatalog(database));
  switch (statement.kind) {
    case 'select': {
      const { sql: text, columns } = translateQuery(statement.query, context);
      return { kind: 'statements', steps: [text], columns, reads: true };
    }
    case 'insert':
      return translateInsert(statement, context);
    case 'update':
      return translateUpdate(statement, context);
    case 'delete':
      return translateDelete(statement, context);
    case 'create-table':
      return translateCreateTable(statement, context);
    case 'alter-table':
      return translateAlterTable(statement.table, statement.alterations, context, () => openCatalog(database));
    case 'drop-table':
      return dropTables(statement, context);
    case 'rename-tables':
      return renameTables(statement.pairs, context);
    case 'truncate': {
      const { name } = findTable(statement.table, context);
      const counts =
        context.catalog.definition('sqlite_sequence') === undefined
          ? []
          : [`DELETE FROM sqlite_sequence WHERE name = ${quotedText(name)}`];
      return definition([`DELETE FROM ${quoted(name)}`, ...counts]);
    }
    case 'create-view':
      return createView(statement, context);
    case 'create-index':
      return makeIndex(statement, context);
    case 'drop-index': {
      const { name } = findTable(statement.table, context);
      return definition([`DROP INDEX ${quoted(indexNamed(statement.name, name, context.catalog))}`]);
    }
    case 'show':
      return translateShow(statement, context);
    case 'describe':
      return describe(statement.table, statement.column, context);
    case 'explain':
      return explain(plan(statement.statement, database));
    case 'use':
      if (/^main$/i.test(statement.database)) return nothing;
      throw new MysqlError(`1049 (42000): Unknown database '${statement.database}'`);
    case 'set':
      return setVariables(statement.assignments, context);
    case 'transaction':
      return statement;
    case 'native':
      return statement;
    case 'nothing':
      return nothing;
    case 'denied':
      throw new MysqlError(accessDenied);
  }
}

function openContext(catalog: Catalog): Context {
  return {
    catalog,
    scope: emptyScope,
    clause: 'field list',
    commonTables: new Map(),
    allowsAggregates: false,
    target: undefined,
    proposed: undefined,
    defaultOf: undefined,
    isStored: false,
    windows: new Map(),
    translateQuery,
  };
}

function definition(steps: Iterable<string>): Plan {
  return { kind: 'statements', steps, columns: [], reads: false, isDefinition: true };
}

function dropTables(
  { tables, view, ifExists }: Extract<Statement, { kind: 'drop-table' }>,
  { catalog }: Context,
): Plan {
  const found = tables.map((table) => (refuseElsewhere(table), catalog.table(table.name)));
  const missing = tables.filter((_, index) => !found[index]).map(({ name }) => `main.${name}`);
  if (missing.length > 0 && !ifExists) throw new MysqlError(`1051 (42S02): Unknown table '${missing.join(',')}'`);
  const wrong = found.find((info) => info && info.isView !== view);
  if (wrong)
    throw new MysqlError(
      view ? `1347 (HY000): 'main.${wrong.name}' is not VIEW` : `1051 (42S02): Unknown table 'main.${wrong.name}'`,
    );
  return definition(found.flatMap((info) => (info ? [`DROP ${view ? 'VIEW' : 'TABLE'} ${quoted(info.name)}`] : [])));
}

function renameTables(pairs: readonly { readonly from: TableName; readonly to: TableName }[], context: Context): Plan {
  const leaving = new Set(pairs.map(({ from }) => from.name.toLowerCase()));
  const steps = pairs.map(({ from, to }, index) => {
    const made = pairs.slice(0, index).some((pair) => pair.to.name.toLowerCase() === from.name.toLowerCase());
    const name = made ? from.name : findTable(from, context).name;
    if (context.catalog.table(to.name) && !leaving.has(to.name.toLowerCase())) throw tableExists(to.name);
    return `ALTER TABLE ${quoted(name)} RENAME TO ${quoted(to.name)}`;
  });
  return definition(steps);
}

function createView(
  { view, replace, columns, query }: Extract<Statement, { kind: 'create-view' }>,
  context: Context,
): Plan {
  refuseElsewhere(view);
  const existing = context.catalog.table(view.name);
  if (existing && !(replace && existing.isView)) throw tableExists(view.name);
  const translated = translateQuery(query, { ...context, isStored: true });
  const names = renamed(translated.columns, columns, view.name).map(({ name }) => quoted(name));
  const dropping = existing ? [`DROP VIEW ${quoted(existing.name)}`] : [];
  return definition([...dropping, `CREATE VIEW ${quoted(view.name)} (${names.join(', ')}) AS ${translated.sql}`]);
}

function makeIndex(statement: Extract<Statement, { kind: 'create-index' }>, context: Context): Plan {
  const { name: table, columns } = findTable(statement.table, context);
  const known = new Set(columns.map(({ name }) => name.toLowerCase()));
  const unknown = statement.columns.find((name) => !known.has(name.toLowerCase()));
  if (unknown !== undefined) throw new MysqlError(`1072 (42000): Key column '${unknown}' doesn't exist in table`);
  if (context.catalog.indexes(table).some(({ name }) => name.toLowerCase() === statement.name.toLowerCase())) {
    if (statement.ifNotExists) return nothing;
    throw new MysqlError(`1061 (42000): Duplicate key name '${statement.name}'`);
  }
  return definition([
    createIndex(freeIndexName(statement.name, table, context.catalog), table, statement.columns, statement.unique),
  ]);
}

/** SQLite tells what it is going to do in words of its own. */
function explain(inner: Plan): Plan {
  if (inner.kind !== 'statements') return inner;
  const [first = 'SELECT 1'] = inner.steps;
  const columns = [
    { name: 'id', type: types.integer },
    { name: 'parent', type: types.integer },
    { name: 'notused', type: types.integer },
    { name: 'detail', type: types.text },
  ];
  return { kind: 'statements', steps: [`EXPLAIN QUERY PLAN ${first}`], columns, reads: true };
}

/** `SET @x = 1` is kept; system variables are taken note of by no one. */
function setVariables(
  assignments: readonly { readonly variable: string; readonly value: Expression }[],
  context: Context,
): Plan {
  const own = assignments.filter(({ variable }) => variable.startsWith('@') && !variable.startsWith('@@'));
  if (own.length === 0) return nothing;
  const values = own.map(
    ({ variable, value }) => `mysql_assign(${quotedText(variable)}, ${translate(value, context).sql})`,
  );
  return {
    kind: 'statements',
    steps: [`SELECT 1 WHERE mysql_elt(0, ${values.join(', ')}) IS NOT NULL`],
    columns: [],
    reads: true,
  };
}
