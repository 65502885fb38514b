import type { ChangeDialect } from './changeDialect';
import type { ScratchName } from './scratchName';
import type { OnRows, ServerColumn, ServerConnection } from './connection';
import type { Login } from './login';
import type { ServerTable } from './serverTable';

/** What differs from one kind of server to another. */
export interface ServerEngine {
  /** @throws {UserError} `database.unreachable`, `.refusedLogin`, `.noDatabase`, `.noTls`, `.noCertificates` */
  readonly connect: (login: Login) => Promise<ServerConnection>;

  /**
   * Runs a statement of the model's where the server itself lets it change nothing.
   * @throws as ServerConnection.run
   */
  readonly read: (
    connection: ServerConnection,
    sql: string,
    onRows: OnRows,
  ) => Promise<readonly ServerColumn[] | undefined>;

  /** What an account may do that no reading session holds it back from, e.g. write files; undefined for nothing. */
  readonly excessOf: (connection: ServerConnection) => Promise<string | undefined>;

  /** Lets the server itself end statements of this session that take longer; also when this program is gone. */
  readonly limitTime: (connection: ServerConnection, timeoutMs: number) => Promise<void>;

  /** Tables and views of the database in the order of their names. */
  readonly readTables: (connection: ServerConnection) => Promise<readonly ServerTable[]>;

  /** Prepares a session of ours for rows that are to be the same wherever they are written, whatever the server's modes. */
  readonly prepareCopy: (connection: ServerConnection) => Promise<void>;

  /** Begins a transaction that sees all tables as they are at one moment, and changes none. */
  readonly beginSnapshot: (connection: ServerConnection) => Promise<void>;

  /** INSERT of so many rows of parameters. */
  readonly insertRows: (table: ServerTable, rows: number) => string;

  /** How texts are written and compared in the session's database, as CREATE DATABASE takes it. */
  readonly textRules: (connection: ServerConnection) => Promise<string>;
  /** Makes an empty database, and a user who has rights in it and in nothing else. */
  readonly makeScratch: (
    connection: ServerConnection,
    name: ScratchName,
    password: string,
    textRules: string,
  ) => Promise<void>;
  /** The rest of it, in a session with that database of the one who made it. */
  readonly finishScratch: (connection: ServerConnection, name: ScratchName) => Promise<void>;
  readonly dropScratch: (connection: ServerConnection, name: ScratchName) => Promise<void>;
  /** Names of databases on the server. */
  readonly databases: (connection: ServerConnection) => Promise<readonly string[]>;
  /** Whether somebody is connected as this user. */
  readonly isInUse: (connection: ServerConnection, name: ScratchName) => Promise<boolean>;

  /** How the changes of a run are made on the server. */
  readonly changes: ChangeDialect;

  /** What the model reads when a statement was stopped, or took too long, or the session ended. */
  readonly words: { readonly interrupted: string; readonly timedOut: string; readonly lost: string };
}
