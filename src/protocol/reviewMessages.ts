import type { ApplyReport, DatabaseChanges } from '../agent/database';
import type { PageStrings } from './pageStrings';
import type { StateHostApi } from './statePage';

export type {
  ApplyReport,
  DatabaseChanges,
  RowChange,
  RowConflict,
  SchemaChange,
  TableChanges,
} from '../agent/database';
export { visible } from '../agent/hiddenCharacters';
export { cellText, type Cell, type ColumnKind, type Grid } from '../agent/grid';

/** What the page of a database's changes shows. */
export interface ReviewState {
  /** The user's words. */
  readonly problem: string;
  /** Name of the database, and where it is: the URL of a server, a path within the workspace, else its folder only. */
  readonly database: string;
  readonly path: string;
  /** The changes come with a script that takes them back, and with no copy of the database. */
  readonly isOnServer: boolean;
  /** False for data files, which cannot be applied to. */
  readonly canApply: boolean;
  readonly phase: 'reading' | 'waiting' | 'working' | 'applied' | 'discarded';
  /** Undefined until they were read. */
  readonly changes: DatabaseChanges | undefined;
  /** Of the last attempt to apply. */
  readonly report: ApplyReport | undefined;
}

/** What the extension answers. A page names no table and no path: only these. */
export interface ReviewHostApi extends StateHostApi<ReviewState, PageStrings> {
  /** After a question that names database, tables and rows. */
  apply(argument: { readonly conflicts: 'refuse' | 'skip' }): void;
  discard(argument: null): void;
  /** Opens the script that takes back what was applied. */
  showUndo(argument: null): void;
}
