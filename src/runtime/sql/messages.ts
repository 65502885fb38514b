import type { Table } from '../../agent/environment';

/** What is asked of the process that holds a database. One request at a time; each gets exactly one reply. */
export type Request =
  /** Opens the scratch copy, after making it anew from `source` when `copy` is set. */
  | { readonly type: 'open'; readonly source: string; readonly copy: boolean }
  /** Runs one statement, as the model wrote it. */
  | { readonly type: 'execute'; readonly sql: string };

export type Reply =
  | { readonly type: 'opened'; readonly tables: readonly Table[] }
  | {
      readonly type: 'executed';
      readonly output: string;
      readonly omittedBytes: number;
      /** Whether a transaction of the model's is open now, which would be lost with the process. */
      readonly inTransaction: boolean;
    }
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

/** The reply to a request that went well. */
export type Answer<R extends Request> = Extract<
  Reply,
  { readonly type: R['type'] extends 'open' ? 'opened' : 'executed' }
>;
