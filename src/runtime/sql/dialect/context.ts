import type { ValueType } from '../mysqlType';
import type { Catalog } from './catalog';
import type { Clause, Scope, SourceColumn } from './scope';
import type { Query, Window } from './syntax';
import type { Typed } from './typed';

/** What the translation of a part of a statement knows of the rest. */
export interface Context {
  readonly catalog: Catalog;
  readonly scope: Scope;
  readonly clause: Clause;
  /** Tables of WITH, by small letters. */
  readonly commonTables: ReadonlyMap<string, readonly SourceColumn[]>;
  /** Whether SUM and its like may stand here. */
  readonly allowsAggregates: boolean;
  /** Told of each of them. */
  readonly onAggregate?: () => void;
  /** The table that the statement changes, by small letters: no subquery may read it. */
  readonly target: string | undefined;
  /** What VALUES(column) means. */
  readonly proposed: ((column: string) => Typed) | undefined;
  /** What DEFAULT(column) means. */
  readonly defaultOf: ((column: string | undefined) => Typed) | undefined;
  /** What is translated stays in the database as a condition or a view, which other programs read: SQLite's own means do. */
  readonly isStored: boolean;
  readonly windows: ReadonlyMap<string, Window>;
  /** Queries and expressions hold each other: what translates expressions finds its way to queries through here. */
  readonly translateQuery: (query: Query, context: Context) => TranslatedQuery;
}

export interface ResultColumn {
  readonly name: string;
  readonly type: ValueType;
}

export interface TranslatedQuery {
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
}
