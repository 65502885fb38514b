import type { SqlValue } from '../pythonLiteral';
import type { ResultColumn } from './context';

/** What SQLite has to do for one statement of MySQL. */
export type Plan =
  /** Statements, one after the other and all or none; each is asked for when the one before it is done. */
  | {
      readonly kind: 'statements';
      readonly steps: Iterable<string>;
      /** Of the rows that the last of them gives. */
      readonly columns: readonly ResultColumn[];
      /** Nothing changes, however many of its rows are read. */
      readonly reads: boolean;
      /** MySQL ends a transaction before it. */
      readonly isDefinition?: boolean;
      /** Tables are made anew under their names: meanwhile no foreign key is looked after. */
      readonly rebuilds?: boolean;
      /** Of the rows that an INSERT writes out, what goes into each column: by this a duplicate is named. */
      readonly written?: Written;
    }
  /** The answer is known already. */
  | {
      readonly kind: 'rows';
      readonly columns: readonly ResultColumn[];
      readonly rows: readonly (readonly SqlValue[])[];
    }
  | { readonly kind: 'transaction'; readonly sql: string }
  /** What only SQLite has: it runs as it was written. */
  | { readonly kind: 'native' };

export interface Written {
  readonly table: string;
  /** By the column's name, as SQL. */
  readonly rows: readonly ReadonlyMap<string, string>[];
}

export const nothing: Plan = { kind: 'rows', columns: [], rows: [] };
