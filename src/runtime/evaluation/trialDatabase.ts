import type { Environment, Table } from '../../agent/environment';
import type { DatabaseProblem } from './suite';

/** A database made for one task, and gone with it. */
export interface TrialDatabase extends Environment {
  /** As they were set up. */
  readonly tables: readonly Table[];
  /** The hash of each of these tables by the rules of MySQL; undefined for one that is empty or gone. */
  hashes(signal: AbortSignal): Promise<readonly (string | undefined)[]>;
}

/** @throws {UserError} */
export type OpenDatabase = (
  problem: Pick<DatabaseProblem, 'tables' | 'script' | 'database'>,
  folder: string,
  signal: AbortSignal,
) => Promise<TrialDatabase>;

/** Quotes a name for MySQL, and for SQLite, which takes it, too. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** CREATE TABLE with text in every column, as AgentBench has it. */
export function createTable(name: string, columns: readonly string[]): string {
  return `CREATE TABLE ${quotedName(name)} (${columns.map((column) => `${quotedName(column)} TEXT`).join(', ')})`;
}

/** INSERT of one row of parameters. */
export function insertRow(name: string, columns: readonly string[]): string {
  return `INSERT INTO ${quotedName(name)} VALUES (${columns.map(() => '?').join(', ')})`;
}
