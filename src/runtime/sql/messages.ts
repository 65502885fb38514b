import type { ApplyReport, Conversion, DatabaseChanges } from '../../agent/database';
import type { Table } from '../../agent/environment';
import type { Grid } from '../../agent/grid';
import type { KeptFolder, ScratchFolder } from './scratchFolder';
import type { Source } from './source';

/** The SQL that statements are written in: MySQL's, or SQLite's own. */
export type Dialect = 'mysql' | 'sqlite';

/** The two copies of a run whose changes are looked at. */
export type Copies = Pick<KeptFolder, 'base' | 'scratch'>;

/** A table of which rows were changed, and the file that holds them. */
export interface TouchedTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly file: string;
}

/** What is asked of a process that works on databases. One request at a time; each gets exactly one reply. */
export type Request =
  /** Makes the copies. */
  | { readonly type: 'load'; readonly source: Source; readonly folder: Pick<ScratchFolder, 'base' | 'scratch'> }
  /** Opens the scratch copy of `place`. */
  | {
      readonly type: 'open';
      readonly place: string;
      readonly scratch: string;
      readonly growthBytes: number;
      readonly dialect: Dialect;
    }
  /** Runs one statement, as the model wrote it, and keeps its rows as CSV. */
  | { readonly type: 'execute'; readonly sql: string; readonly rowsFile: string }
  /** Writes the rows of one statement as CSV. */
  | { readonly type: 'export'; readonly sql: string; readonly file: string }
  /** Compares the copies. */
  | { readonly type: 'changes'; readonly copies: Copies; readonly rowLimit: number }
  /** Writes the rows in which the copies differ into files of a folder. */
  | { readonly type: 'touched'; readonly copies: Copies; readonly folder: string }
  /** Makes the changes in the original. */
  | {
      readonly type: 'apply';
      readonly copies: Copies;
      readonly source: string;
      readonly backup: string;
      readonly conflicts: 'refuse' | 'skip';
    };

export type Reply =
  | { readonly type: 'loaded'; readonly conversions: readonly Conversion[] }
  | { readonly type: 'opened'; readonly tables: readonly Table[] }
  | {
      readonly type: 'executed';
      readonly output: string;
      readonly omittedBytes: number;
      readonly result?: Grid;
      readonly note?: string;
      /** How many rows were kept; undefined where not all of them could be. */
      readonly keptRows: number | undefined;
      /** Whether a transaction of the model's is open now, which would be lost with the process. */
      readonly inTransaction: boolean;
    }
  | { readonly type: 'exported'; readonly rows: number }
  | { readonly type: 'compared'; readonly changes: DatabaseChanges }
  | { readonly type: 'written'; readonly tables: readonly TouchedTable[] }
  | { readonly type: 'applied'; readonly report: ApplyReport }
  /** A UserError, in the parts it is made of. */
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly template: string;
      readonly values: readonly (string | number)[];
      readonly cause: string;
    }
  /** A bug: the stack of whatever was thrown. */
  | { readonly type: 'failed'; readonly stack: string };

/** Told any number of times before the reply: what share of the work is done, 0 to 1. */
export interface Progress {
  readonly type: 'progress';
  readonly share: number;
}

interface ReplyTypes {
  readonly load: 'loaded';
  readonly open: 'opened';
  readonly execute: 'executed';
  readonly export: 'exported';
  readonly changes: 'compared';
  readonly touched: 'written';
  readonly apply: 'applied';
}

/** The reply to a request that went well. */
export type Answer<R extends Request> = Extract<Reply, { readonly type: ReplyTypes[R['type']] }>;
