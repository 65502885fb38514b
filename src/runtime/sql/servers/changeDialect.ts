import type { ServerConnection, WireValue } from './connection';
import type { ServerTable } from './serverTable';

/** How rows of a server are changed one by one. */
export interface ChangeDialect {
  readonly quote: (name: string) => string;
  /** The table of this name, with its schema where that is part of the name. */
  readonly identifier: (name: string) => string;
  /** Stands before VALUES, so that rows come with all of their values. */
  readonly beforeValues: string;
  /** Of the parameter with this number, from 1 on. */
  readonly placeholder: (number: number) => string;
  /** Ends a SELECT whose rows nobody may change until the end of the transaction. */
  readonly lockRows: string;
  /** Whether a rollback takes back also tables that were made. */
  readonly undoesTables: boolean;
  /** Texts are to mean what they meant when they were read, and nobody is waited for too long. */
  readonly prepare: (connection: ServerConnection) => Promise<void>;
  /** Keeps others from writing to tables until the end of the transaction, where rows alone cannot be locked. */
  readonly lockTables: (connection: ServerConnection, tables: readonly ServerTable[]) => Promise<void>;
  readonly deleteSome: (table: ServerTable, condition: string, times: number) => string;
  /** Lets the numbers that the server gives to new rows go on behind the highest. */
  readonly raiseCounters: (connection: ServerConnection, table: ServerTable) => Promise<void>;
  /** The settings under which `literal` is read. */
  readonly scriptHead: string;
  readonly literal: (value: WireValue) => string;
}
