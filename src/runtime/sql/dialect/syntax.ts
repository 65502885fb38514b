/** The tree of a MySQL statement. `at` is where in the text a thing begins. */

export type Expression =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'text'; readonly value: string }
  /** `x'41'`, `0x41`, `b'1'`: a string of bytes that is a number beside numbers. */
  | { readonly kind: 'bytes'; readonly hex: string }
  /** `DATE '2020-01-02'` and its like. */
  | { readonly kind: 'moment'; readonly type: 'date' | 'time' | 'datetime'; readonly value: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'column'; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'assignment'; readonly name: string; readonly value: Expression }
  | { readonly kind: 'unary'; readonly operator: '-' | '~' | 'NOT' | 'BINARY'; readonly operand: Expression }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'is'; readonly operand: Expression; readonly value: boolean | null; readonly negated: boolean }
  | {
      readonly kind: 'between';
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'in';
      readonly operand: Expression;
      readonly among: readonly Expression[] | Query;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'match';
      readonly operator: 'LIKE' | 'REGEXP' | 'GLOB' | 'MATCH';
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape: Expression | undefined;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'case';
      readonly operand: Expression | undefined;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression | undefined;
    }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: TypeName }
  | { readonly kind: 'interval'; readonly amount: Expression; readonly unit: string }
  | Call
  | { readonly kind: 'row'; readonly items: readonly Expression[] }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'exists'; readonly query: Query }
  | {
      readonly kind: 'quantified';
      readonly operator: Operator;
      readonly operand: Expression;
      readonly all: boolean;
      readonly query: Query;
    }
  | { readonly kind: 'collate'; readonly operand: Expression; readonly collation: string }
  /** `DEFAULT` as a value, or `DEFAULT(column)`. */
  | { readonly kind: 'default'; readonly column: string | undefined }
  /** `VALUES(column)` behind ON DUPLICATE KEY UPDATE. */
  | { readonly kind: 'proposed'; readonly column: string };

export type Operator =
  | 'OR'
  | 'XOR'
  | 'AND'
  | '='
  | '<=>'
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '|'
  | '&'
  | '<<'
  | '>>'
  | '+'
  | '-'
  | '*'
  | '/'
  | 'DIV'
  | '%'
  | '^'
  | '->'
  | '->>';

export interface Call {
  readonly kind: 'call';
  /** In capitals. */
  readonly name: string;
  /** As it was written. */
  readonly written: string;
  readonly args: readonly Expression[];
  /** `COUNT(*)` */
  readonly star: boolean;
  readonly distinct: boolean;
  /** Of GROUP_CONCAT. */
  readonly orderBy: readonly Ordering[];
  readonly separator: string | undefined;
  readonly over: Window | undefined;
}

export interface Window {
  readonly name: string | undefined;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly Ordering[];
  /** As it was written, e.g. `ROWS BETWEEN 1 PRECEDING AND CURRENT ROW`. */
  readonly frame: string;
}

export interface Ordering {
  readonly expression: Expression;
  readonly descending: boolean;
}

export interface Limit {
  readonly count: Expression;
  readonly offset: Expression | undefined;
}

export interface Query {
  readonly with: readonly CommonTable[];
  readonly recursive: boolean;
  readonly body: QueryBody;
  readonly orderBy: readonly Ordering[];
  readonly limit: Limit | undefined;
}

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
}

export type QueryBody =
  | Select
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
  | { readonly kind: 'nested'; readonly query: Query }
  | {
      readonly kind: 'compound';
      readonly operator: 'UNION' | 'EXCEPT' | 'INTERSECT';
      readonly all: boolean;
      readonly left: QueryBody;
      readonly right: QueryBody;
    };

export interface Select {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: TableReference | undefined;
  readonly where: Expression | undefined;
  readonly groupBy: readonly Ordering[];
  readonly having: Expression | undefined;
  readonly windows: readonly { readonly name: string; readonly window: Window }[];
}

export type SelectItem =
  | { readonly kind: 'star'; readonly table: string | undefined }
  | {
      readonly kind: 'item';
      readonly expression: Expression;
      readonly alias: string | undefined;
      /** As it was written: what names the column where it has no alias. */
      readonly text: string;
    };

export type TableReference =
  | { readonly kind: 'table'; readonly table: TableName; readonly alias: string | undefined }
  | { readonly kind: 'derived'; readonly query: Query; readonly alias: string; readonly columns: readonly string[] }
  | {
      readonly kind: 'join';
      readonly type: 'INNER' | 'LEFT' | 'RIGHT';
      readonly natural: boolean;
      readonly left: TableReference;
      readonly right: TableReference;
      readonly on: Expression | undefined;
      readonly using: readonly string[];
    };

export interface TableName {
  readonly database: string | undefined;
  readonly name: string;
}

/** A type as it is declared, e.g. `{ name: 'decimal', arguments: ['10', '2'], unsigned: false }`. */
export interface TypeName {
  /** In small letters. */
  readonly name: string;
  /** Numbers, or the values of ENUM and SET. */
  readonly arguments: readonly string[];
  readonly unsigned: boolean;
  /** COLLATE …_bin or BINARY: its text tells capitals from small letters. */
  readonly exact: boolean;
}

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
  | { readonly kind: 'index'; readonly unique: boolean; readonly name: string | undefined; readonly columns: readonly string[] }
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

export type Statement =
  | { readonly kind: 'select'; readonly query: Query }
  | Insert
  | Update
  | Delete
  | CreateTable
  | { readonly kind: 'alter-table'; readonly table: TableName; readonly alterations: readonly Alteration[] }
  | { readonly kind: 'drop-table'; readonly view: boolean; readonly ifExists: boolean; readonly tables: readonly TableName[] }
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
  readonly what: 'tables' | 'databases' | 'columns' | 'index' | 'create-table' | 'variables' | 'table-status' | 'warnings';
  readonly full: boolean;
  readonly table: TableName | undefined;
  readonly like: string | undefined;
  readonly where: Expression | undefined;
}
