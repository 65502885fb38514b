import type { SqlValue } from '../pythonLiteral';
import type { ValueType } from '../mysqlType';

/** A value as a server sends it: text as it prints it, or the bytes of a binary column. */
export type WireValue = null | string | Uint8Array;

export interface ServerColumn {
  readonly name: string;
  readonly type: ValueType;
  /** The value that the text or the bytes stand for. */
  readonly parse: (value: string | Uint8Array) => SqlValue;
}

/**
 * Is given the rows of a statement as they come, some at a time, never none of them; the server sends no more until it has
 * answered.
 * @returns whether more are wanted
 */
export type OnRows = (rows: WireValue[][], columns: readonly ServerColumn[]) => boolean | Promise<boolean>;

/** One session with a server. One statement at a time. */
export interface ServerConnection {
  /**
   * Sends one statement; the server itself refuses a second one in the same text.
   * @param parameters as text or bytes, for `?` in MySQL and `$1` in PostgreSQL
   * @returns the columns of a statement that gives rows, undefined for any other
   * @throws {StatementError} what the server has against the statement; the session goes on
   * @throws {ConnectionGone} when there is no session any more
   */
  run(sql: string, onRows?: OnRows, parameters?: readonly WireValue[]): Promise<readonly ServerColumn[] | undefined>;
  /**
   * Stops the statement that runs now at the server, from another session of the same user; `run` settles by itself soon
   * after. A session that does not end its statement in time is ended.
   */
  readonly cancel: () => Promise<void>;
  /** Whether a transaction is open that somebody began. */
  readonly inTransaction: boolean;
  /** False when the server or we have ended the session. */
  readonly isOpen: boolean;
  /** Ends the session at once, and what runs in it; safe to call twice. */
  readonly close: () => Promise<void>;
}

/** What a server has against a statement, in the words of Python's client. */
export class StatementError extends Error {
  override readonly name = 'StatementError';

  /** @param code MySQL's number, PostgreSQL's SQLSTATE */
  constructor(
    message: string,
    readonly code: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The session is over: the server ended it, or the network did. */
export class ConnectionGone extends Error {
  override readonly name = 'ConnectionGone';
}

/** All rows of a statement of our own, whose rows are few. */
export async function allRows(
  connection: ServerConnection,
  sql: string,
  parameters: readonly WireValue[] = [],
): Promise<WireValue[][]> {
  const all: WireValue[][] = [];
  const add = (rows: WireValue[][]): boolean => {
    all.push(...rows);
    return true;
  };
  await connection.run(sql, add, parameters);
  return all;
}
