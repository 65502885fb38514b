import type {
  CommonTable,
  Expression,
  Limit,
  Ordering,
  Query,
  SelectItem,
  TableName,
  TableReference,
  TypeName,
} from './syntax';

export interface Assignment {
  readonly path: readonly string[];
  readonly value: Expression;
}

export interface Insert {
  readonly kind: 'insert';
  readonly verb: 'INSERT' | 'REPLACE';
  readonly ignore: boolean;
  readonly table: TableName;
  /** Empty where all columns are meant. */
  readonly columns: readonly string[];
  readonly source: readonly (readonly Expression[])[] | Query;
  readonly onDuplicate: readonly Assignment[];
  /** `INSERT … VALUES (…) AS new`: another name for VALUES(). */
  readonly rowAlias: string | undefined;
  readonly returning: readonly SelectItem[];
}

export interface Update {
  readonly kind: 'update';
  readonly ignore: boolean;
  readonly with: readonly CommonTable[];
  readonly from: TableReference;
  readonly assignments: readonly Assignment[];
  readonly where: Expression | undefined;
  readonly orderBy: readonly Ordering[];
  readonly limit: Limit | undefined;
}

export interface Delete {
  readonly kind: 'delete';
  readonly ignore: boolean;
  readonly with: readonly CommonTable[];
  /** Names or aliases of the tables that lose rows. */
  readonly targets: readonly string[];
  readonly from: TableReference;
  readonly where: Expression | undefined;
  readonly orderBy: readonly Ordering[];
  readonly limit: Limit | undefined;
  readonly returning: readonly SelectItem[];
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: TypeName;
  readonly nullable: boolean | undefined;
  readonly default: Expression | undefined;
  readonly autoIncrement: boolean;
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly generated: { readonly expression: Expression; readonly stored: boolean } | undefined;
  readonly checks: readonly Expression[];
  readonly references: References | undefined;
}

export interface References {
  readonly table: string;
  readonly columns: readonly string[];
  /** `ON DELETE CASCADE ON UPDATE SET NULL`, or nothing. */
  readonly actions: string;
}

export type TableConstraint =
  | { readonly kind: 'primary-key'; readonly columns: readonly string[] }
  | {
      readonly kind: 'index';
      readonly unique: boolean;
      readonly name: string | undefined;
      readonly columns: readonly string[];
    }
  | {
      readonly kind: 'foreign-key';
      readonly name: string | undefined;
      readonly columns: readonly string[];
      readonly references: References;
    }
  | { readonly kind: 'check'; readonly name: string | undefined; readonly condition: Expression };

export interface CreateTable {
  readonly kind: 'create-table';
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly replace: boolean;
  readonly table: TableName;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly TableConstraint[];
  readonly like: TableName | undefined;
  readonly as: Query | undefined;
}

export type Alteration =
  | { readonly kind: 'add-column'; readonly column: ColumnDefinition; readonly place: Place }
  | { readonly kind: 'drop-column'; readonly name: string }
  | { readonly kind: 'change-column'; readonly name: string; readonly column: ColumnDefinition; readonly place: Place }
  | { readonly kind: 'rename-column'; readonly name: string; readonly to: string }
  | { readonly kind: 'set-default'; readonly name: string; readonly value: Expression | undefined }
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'add-constraint'; readonly constraint: TableConstraint }
  | { readonly kind: 'drop-index'; readonly name: string }
  | { readonly kind: 'drop-primary-key' };

/** Where a column goes: behind this one, first, or (undefined) where it is or at the end. */
export type Place = { readonly after: string } | 'first' | undefined;

/** The tree of one whole statement of MySQL. */
export type Statement =
  | { readonly kind: 'select'; readonly query: Query }
  | Insert
  | Update
  | Delete
  | CreateTable
  | { readonly kind: 'alter-table'; readonly table: TableName; readonly alterations: readonly Alteration[] }
  | {
      readonly kind: 'drop-table';
      readonly view: boolean;
      readonly ifExists: boolean;
      readonly tables: readonly TableName[];
    }
  | { readonly kind: 'rename-tables'; readonly pairs: readonly { readonly from: TableName; readonly to: TableName }[] }
  | { readonly kind: 'truncate'; readonly table: TableName }
  | {
      readonly kind: 'create-view';
      readonly replace: boolean;
      readonly view: TableName;
      readonly columns: readonly string[];
      readonly query: Query;
    }
  | {
      readonly kind: 'create-index';
      readonly unique: boolean;
      readonly ifNotExists: boolean;
      readonly name: string;
      readonly table: TableName;
      readonly columns: readonly string[];
    }
  | { readonly kind: 'drop-index'; readonly name: string; readonly table: TableName }
  | Show
  | { readonly kind: 'describe'; readonly table: TableName; readonly column: string | undefined }
  | { readonly kind: 'explain'; readonly statement: Statement }
  | { readonly kind: 'use'; readonly database: string }
  | { readonly kind: 'set'; readonly assignments: readonly { readonly variable: string; readonly value: Expression }[] }
  | { readonly kind: 'transaction'; readonly sql: string }
  /** Words that change nothing here, e.g. LOCK TABLES. */
  | { readonly kind: 'nothing' }
  /** What only SQLite has: run as it was written. */
  | { readonly kind: 'native' }
  | { readonly kind: 'denied' };

export interface Show {
  readonly kind: 'show';
  readonly what:
    'tables' | 'databases' | 'columns' | 'index' | 'create-table' | 'variables' | 'table-status' | 'warnings';
  readonly full: boolean;
  readonly table: TableName | undefined;
  readonly like: string | undefined;
  readonly where: Expression | undefined;
}
