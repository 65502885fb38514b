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
  /** The prompt that the shell stands at afterwards, e.g. `root@host:/#`, where the model is to see it. */
  readonly prompt?: string;
  /** What a person did that the model did not ask for; left out where nobody did anything. */
  readonly interventions?: readonly Intervention[];
}

/**
 * What a person did in the agent's shell: typed into a command of the agent, ran one of their own before it, stopped it,
 * or sent it to the background. What exactly they typed is nobody's business: it may have been a password.
 */
export type Intervention = 'typed' | 'ran' | 'stopped' | 'background';

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

/** What the agent's shell is doing. */
export type Activity =
  | { readonly state: 'idle' }
  | {
      /**
       * `waiting-for-input`: the command waits until somebody types. `waiting-for-secret`: the same, and what is typed is
       * not shown, as at a prompt for a password. `long`: it has been running for longer than somebody may want to wait.
       */
      readonly state: 'running' | 'waiting-for-input' | 'waiting-for-secret' | 'long';
      /** When the command began, as `Date.now()` counts. */
      readonly since: number;
    };

/** The live side of a shell environment: what an integrated terminal shows, and what a user does to it. */
export interface TerminalSession {
  /** Raw output for a terminal, escape sequences included, framing left out. Returns the way to stop listening. */
  onOutput(listener: (data: string) => void): () => void;
  /** Keys of the user, as a terminal sends them. */
  type(data: string): void;
  resize(columns: number, rows: number): void;
  /** Tells what the shell does now, then every change. Returns the way to stop listening. */
  onActivity(listener: (activity: Activity) => void): () => void;
  /** The last lines that the agent's command has printed so far, as plain text; none where no command runs. */
  lastLines(count: number): readonly string[];
  /** The command may go on: its time begins anew. */
  keepWaiting(): void;
  /**
   * The command goes on in a shell behind this one. The model gets what was printed so far, and the name of a file where
   * it finds the rest; its next command runs in a new shell in the same directory with the same exported variables.
   */
  sendToBackground(): void;
  /** Stops the command, in under a second and with everything it has started. The run goes on. */
  interrupt(): void;
}

/**
 * What holds the commands of a run: `workspace`, the machine itself, read-only, with the writes to the workspace caught;
 * `container`, an image of a container engine; `off`, nothing.
 */
export type SandboxKind = 'workspace' | 'container' | 'off';

/** A table as the database task names it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}
