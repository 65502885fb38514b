import type { Attachment } from './attachments';
import type { Approve } from './approval';
import type { DatabaseEnvironment, DatabaseReview } from './database';
import type { PendingChanges } from './changes';
import type { TerminalSession } from './environment';
import type { AgentEvent, EventOf, OpeningNotice } from './events';
import type { RunCourse } from './steering';
import type { RunKind, TaskKind } from './task';

/** What a surface asks for: the chat, a command or the command line. */
export interface RunRequest {
  readonly kind: RunKind;
  /** The user's words. */
  readonly problem: string;
  /** Absolute path, empty for a conversation: the folder the shell starts in, or the database (an SQLite file, a data file or a folder of data files), or the URL of a server's, without a password. */
  readonly place: string;
  /** What goes along with the problem. */
  readonly attachments?: readonly Attachment[];
  /** Of a database, the tables that the task is about, by name; all of them where it is left out. */
  readonly tables?: readonly string[];
}

/** A request for a task. */
export interface TaskRequest extends RunRequest {
  readonly kind: TaskKind;
}

/** A run that was started. */
export interface RunSession {
  /** To be read once, to its end; leaving early stops the run. */
  readonly events: AsyncIterable<AgentEvent>;
  /** The live shell; undefined for a database. */
  readonly terminal: TerminalSession | undefined;
  /** Of a database; rows can be exported until `events` has ended. */
  readonly database?: Pick<DatabaseEnvironment, 'conversions' | 'export'>;
  /** What the run does to a database, to be looked at, applied or discarded once `events` has ended. */
  readonly databaseChanges?: DatabaseReview;
  /**
   * What the run changes in its workspace, in a sandbox that catches it: to be listed at any time, to be applied when
   * `events` has ended. Nothing is applied by itself.
   */
  readonly changes?: PendingChanges;
}

/**
 * Builds model and environment for a request and starts the loop. Aborting stops the run wherever it is.
 * Whatever was opened is closed by the time `events` ends. What the endpoint does meanwhile is told at once through
 * `onNotice`, from the first question to it on: a server that still loads its model is waited for before there is a run.
 * @throws {UserError} when the endpoint, the folder or the database cannot be opened: nothing is left open then.
 */
export type StartRun = (
  request: RunRequest,
  approve: Approve,
  signal: AbortSignal,
  onNotice: (notice: OpeningNotice) => void,
  course?: RunCourse,
) => Promise<RunSession>;

/** The end of a run that never began, because it was stopped before or could not be opened: every run has one outcome. */
export function unstarted({ aborted }: Pick<AbortSignal, 'aborted'>): EventOf<'finished'> {
  return {
    type: 'finished',
    outcome: aborted ? 'stopped' : 'failed',
    answer: null,
    steps: 0,
    usage: { promptTokens: 0, completionTokens: 0, cachedTokens: null },
    time: { totalMs: 0, modelMs: 0, environmentMs: 0, overheadMs: 0 },
  };
}
