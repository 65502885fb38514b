import type { DatabaseSync } from 'node:sqlite';
import { mysqlError, MysqlError } from '../mysqlErrors';
import { sqliteCode } from '../nodeSqlite';
import { executeSqlite, fullNote, sqliteRows } from '../sqliteStatement';
import { noRows, runPrepared, wordRows, type Executed, type KeepRows, type NamedRows } from '../statementRows';
import { nameDuplicate } from './duplicates';
import type { Plan } from './plan';
import { translateStatement } from './translateStatement';

/** Runs one statement of MySQL on SQLite. Whatever is wrong with it is its output, in MySQL's words. */
export function executeMysql(database: DatabaseSync, sql: string, keep: KeepRows): Executed {
  let plan: Plan | undefined;
  try {
    plan = translateStatement(sql, database);
    return run(database, plan, sql, keep);
  } catch (error) {
    if (error instanceof MysqlError) return { output: error.message, omittedBytes: 0 };
    const code = sqliteCode(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    const written = plan?.kind === 'statements' ? plan.written : undefined;
    const output =
      nameDuplicate(database, error.message, written) ??
      mysqlError({ message: error.message, code, verb: verbOf(sql) });
    return { output, omittedBytes: 0, ...fullNote(code) };
  }
}

/** The rows of a statement that gave some before; undefined where it gives none. */
export function mysqlRows(database: DatabaseSync, sql: string): NamedRows | undefined {
  const plan = translateStatement(sql, database);
  if (plan.kind === 'native') return sqliteRows(database, sql);
  if (plan.kind === 'rows') return { names: plan.columns.map(({ name }) => name), rows: plan.rows };
  return plan.kind === 'statements' ? runSteps(database, plan) : undefined;
}

function run(database: DatabaseSync, plan: Plan, sql: string, keep: KeepRows): Executed {
  switch (plan.kind) {
    case 'native':
      return executeSqlite(database, sql, keep);
    case 'transaction':
      changeTransaction(database, plan.sql);
      return noRows;
    case 'rows': {
      const names = plan.columns.map(({ name }) => name);
      return names.length === 0 ? noRows : wordRows(keep({ names, rows: plan.rows }), [], true);
    }
    case 'statements': {
      if (plan.isDefinition === true && database.isTransaction) database.exec('COMMIT');
      const rows = runSteps(database, plan);
      return rows
        ? wordRows(
            keep(rows),
            plan.columns.map(({ type }) => type),
            plan.reads,
          )
        : noRows;
    }
  }
}

/** MySQL begins a transaction by ending the one before, and has nothing against ending none. */
function changeTransaction(database: DatabaseSync, sql: string): void {
  if (database.isTransaction && sql === 'BEGIN') database.exec('COMMIT');
  if (database.isTransaction || sql === 'BEGIN') database.exec(sql);
}

type Statements = Extract<Plan, { readonly kind: 'statements' }>;

/** A plan of several steps is done wholly or not at all; the rows are those of its last step. */
function runSteps(database: DatabaseSync, { steps, columns, rebuilds = false }: Statements): NamedRows | undefined {
  if (Array.isArray(steps) && steps.length === 1) {
    const rows = runPrepared(database.prepare(String(steps[0])));
    return rows && { ...rows, names: columns.length > 0 ? columns.map(({ name }) => name) : rows.names };
  }
  if (rebuilds) database.exec('PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON');
  database.exec(`SAVEPOINT ${savepoint}`);
  try {
    for (const step of steps) database.exec(step);
    database.exec(`RELEASE ${savepoint}`);
  } catch (error) {
    // A full disk rolls everything back by itself.
    if (database.isTransaction) database.exec(`ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
    throw error;
  } finally {
    if (rebuilds) database.exec('PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON');
  }
  return undefined;
}

const savepoint = 'agentlm_steps';

function verbOf(sql: string): string {
  return /^\W*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? '';
}
