/** A table or a view, as it is on the server. */
export interface ServerTable {
  readonly name: string;
  /** Its name as SQL has it, with its schema. */
  readonly identifier: string;
  readonly type: 'table' | 'view';
  /** What is stored: generated columns are left out. */
  readonly columns: readonly StoredColumn[];
  /** All of its columns, as the model is told. */
  readonly columnNames: readonly string[];
  /** Names of the columns of the primary key; none where there is none. */
  readonly key: readonly string[];
  /** The statements that make it, without rows; those of `after` when the rows are there. */
  readonly make: readonly string[];
  readonly after: readonly string[];
  /** Those that can only be made when all tables are there: foreign keys. */
  readonly last: readonly string[];
  /** The same as a person reads it, without what rows change by themselves. */
  readonly definition: string;
  /** Tables that its foreign keys lead to. */
  readonly parents: readonly string[];
}

export interface StoredColumn {
  readonly name: string;
  /** The expression that gives all of the value, from which it can be made again. */
  readonly select: string;
  /** A condition that its value is the parameter: byte for byte, or both are NULL. */
  readonly equals: (parameter: string) => string;
}
