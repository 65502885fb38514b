import type { Grid } from './grid';

/** What became of one command or statement. */
export interface Execution {
  /** What a person would have read: no escape sequences, bounded, head and tail kept. */
  readonly output: string;
  /** Of the shell command; null for a statement, and where the shell itself went away. */
  readonly exitCode: number | null;
  /** Where the shell is afterwards; null for a database. */
  readonly cwd: string | null;
  /** Bytes left out of the middle of `output`, 0 when it is whole. */
  readonly omittedBytes: number;
  /** One English sentence for the model about what the output does not show, e.g. that the command was stopped. */
  readonly note?: string;
  /** Of a statement that gave rows: what the user sees, beside the text for the model. */
  readonly result?: Grid;
}

/** The world an agent acts on: a shell or a database, alive from the first action of a run to its end. */
export interface Environment {
  /**
   * Runs one action to its end. What the command does wrong is an Execution, never an exception.
   * On abort the command is stopped, nothing of it stays alive, and the promise settles within a second or two.
   * @throws {UserError} when the environment itself cannot go on.
   */
  execute(command: string, signal: AbortSignal): Promise<Execution>;

  /** Ends every process and removes every temporary file of the run. Safe to call twice. */
  close(): Promise<void>;
}

/** The live side of a shell environment: what an integrated terminal shows, and what a user types into it. */
export interface TerminalSession {
  /** Raw output for a terminal, escape sequences included, framing left out. Returns the way to stop listening. */
  onOutput(listener: (data: string) => void): () => void;
  /** Keys of the user, as a terminal sends them. */
  type(data: string): void;
  resize(columns: number, rows: number): void;
}

/** A table as the database task names it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}
