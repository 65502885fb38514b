import type { AggregateOptions, DatabaseSync } from 'node:sqlite';
import type { SqlValue } from '../../pythonLiteral';
import { aggregates, type Aggregate } from './aggregates';
import { dateFunctions } from './dates';
import { jsonFunctions } from './json';
import { listFunctions } from './lists';
import { numberFunctions } from './numbers';
import { regexpFunctions } from './regexps';
import { storeFunctions } from './store';
import { textFunctions } from './text';
import type { Implementation, Implementations } from './values';

const implementations: Implementations = {
  ...textFunctions,
  ...numberFunctions,
  ...regexpFunctions,
  ...dateFunctions,
  ...jsonFunctions,
  ...storeFunctions,
};

/** What gives another value at each call. */
const restless = new Set(['rand', 'uuid']);

/** Gives SQLite the functions that the translated statements call, each as `mysql_NAME`. Variables live as long as it. */
export function registerFunctions(database: DatabaseSync): void {
  const variables = new Map<string, SqlValue>();
  for (const [name, implementation] of Object.entries(implementations)) {
    define(database, name, !restless.has(name), unlessNull(implementation));
  }
  for (const [name, implementation] of Object.entries(listFunctions)) define(database, name, true, implementation);
  for (const [name, aggregate] of Object.entries(aggregates)) defineAggregate(database, name, aggregate);
  define(database, 'variable', false, (name) => variables.get(String(name)) ?? null);
  define(database, 'assign', false, (name, value = null) => {
    variables.set(String(name), value);
    return value;
  });
}

function unlessNull(implementation: Implementation) {
  return (...values: SqlValue[]): SqlValue => (isComplete(values) ? implementation(...values) : null);
}

function isComplete(values: readonly SqlValue[]): values is readonly NonNullable<SqlValue>[] {
  return !values.includes(null);
}

function define(
  database: DatabaseSync,
  name: string,
  deterministic: boolean,
  call: (...values: SqlValue[]) => SqlValue,
): void {
  database.function(`mysql_${name}`, { deterministic, varargs: true, useBigIntArguments: true }, call);
}

function defineAggregate(database: DatabaseSync, name: string, { takesNull = false, result }: Aggregate): void {
  // The types of Node 22 want values of SQLite for what an aggregate gathers; any value will do.
  const gathering = {
    varargs: true,
    useBigIntArguments: true,
    start: (): SqlValue[][] => [],
    step: (rows: SqlValue[][], ...values: SqlValue[]) => {
      if (takesNull || values[0] !== null) rows.push(values);
      return rows;
    },
    result,
  } as object as AggregateOptions;
  database.aggregate(`mysql_${name}`, gathering);
}
