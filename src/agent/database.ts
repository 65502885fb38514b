import type { Environment, Table } from './environment';
import type { Cell } from './grid';

/**
 * A database to act on, whatever its engine: a copy that nothing leaves. Opening it is the engine's own affair
 * (runtime/sql/openDatabase.ts); `execute` is interrupted through its signal. `close` ends every process, and keeps what
 * the run changed for a review where the database was opened with a place to keep it; else nothing is left.
 */
export interface DatabaseEnvironment extends Environment {
  /** The tables as the database was opened. */
  readonly tables: readonly Table[];
  /** What was turned into something else when data files were read; empty for a database. */
  readonly conversions: readonly Conversion[];
  /** Undefined where nothing is kept. */
  readonly review: DatabaseReview | undefined;
  /**
   * Writes all rows of the last statement that gave rows as CSV, headers first, as they were when it ran.
   * @returns how many rows
   * @throws {UserError} `database.nothingToExport`, `.rowsNotKept`, `.exportFailed`
   */
  export(file: string, signal: AbortSignal): Promise<number>;
}

/** So many values of a column of a data file became something else. */
export interface Conversion {
  readonly table: string;
  readonly column: string;
  readonly from: 'text' | 'empty' | 'number' | 'boolean' | 'nested' | 'decimal' | 'timestamp' | 'large integer';
  readonly to: 'INTEGER' | 'REAL' | 'TEXT' | 'NULL';
  readonly values: number;
}

/** What a run did to its copy of a database, waiting for a decision. It survives the end of the program. */
export interface DatabaseReview {
  readonly id: string;
  /** Absolute path of the original, or the URL of a server's database, without a password. */
  readonly source: string;
  /** False for data files, which can be exported but not applied to. */
  readonly canApply: boolean;
  /** ISO 8601, of the run's beginning. */
  readonly startedAt: string;
  /** The user's words. */
  readonly problem: string;

  /** False when the run changed nothing, and once its changes were applied or discarded. */
  isPending(): Promise<boolean>;

  /**
   * Compares the copy with the original as it was when the run began; the first `rowLimit` rows of each table are given.
   * @throws {UserError} `database.reviewGone`
   */
  changes(rowLimit: number, signal: AbortSignal): Promise<DatabaseChanges>;

  /**
   * Makes the same changes in the original, all of them in one transaction, after a backup of it was written beside it; of
   * a server's, a script that takes them back.
   * A row that is no longer as the run found it is a conflict: with `refuse` nothing at all is applied then, with `skip`
   * everything but such rows. What was applied is no longer pending.
   * @throws {UserError} `database.*` for whatever is in the way; the original is then as it was.
   */
  apply(conflicts: 'refuse' | 'skip', signal: AbortSignal): Promise<ApplyReport>;

  /** Forgets the changes, without a trace. Safe to call twice. */
  discard(): Promise<void>;
}

export interface DatabaseChanges {
  readonly schema: readonly SchemaChange[];
  /** Tables with changed rows only. */
  readonly tables: readonly TableChanges[];
}

/** A table, view, index or trigger that was made, dropped, renamed or altered. */
export interface SchemaChange {
  readonly kind: 'created' | 'dropped' | 'altered' | 'renamed';
  readonly type: string;
  readonly name: string;
  /** Of a `renamed` table. */
  readonly oldName?: string;
  /** The statement that makes it, before and after; null where it is not there. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface RowCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export interface TableChanges extends RowCounts {
  readonly table: string;
  readonly columns: readonly string[];
  /** As many as were asked for, deleted ones first. */
  readonly rows: readonly RowChange[];
}

/** Cells in the order of the table's columns; in `before`, null for a column that is new. */
export type RowChange =
  | { readonly kind: 'inserted'; readonly before: null; readonly after: readonly Cell[] }
  | { readonly kind: 'updated'; readonly before: readonly Cell[]; readonly after: readonly Cell[] }
  | { readonly kind: 'deleted'; readonly before: readonly Cell[]; readonly after: null };

/** A row of the original that changed meanwhile: as the run found it, left it, and as it is now; null for no row. */
export interface RowConflict {
  readonly table: string;
  readonly columns: readonly string[];
  readonly found: readonly Cell[] | null;
  readonly left: readonly Cell[] | null;
  readonly now: readonly Cell[] | null;
}

export interface ApplyReport {
  /** False when conflicts were in the way, and nothing was changed. */
  readonly applied: boolean;
  /** Rows that were changed, or would have been. */
  readonly tables: readonly (RowCounts & { readonly table: string })[];
  /** Tables, views, indexes and triggers that were made, dropped or altered. */
  readonly schemaChanges: number;
  readonly conflictCount: number;
  /** The first of them. */
  readonly conflicts: readonly RowConflict[];
  /** The copy of the original as it was just before, or the script that takes it back; null when nothing was applied. */
  readonly backup: string | null;
}
