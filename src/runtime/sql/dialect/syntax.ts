/** The tree of expressions and queries of MySQL. */

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
      readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
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
