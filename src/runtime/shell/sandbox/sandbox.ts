import type { SandboxKind } from '../../../agent/environment';
import type { ShellProcesses } from '../processes';

/** Where the bash of a run lives: what is started instead of it, and how it is reached in there. */
export interface Sandbox extends ShellProcesses {
  readonly kind: Exclude<SandboxKind, 'off'>;
  /** What is to be started so that this bash runs inside. Called again when bash has ended. @throws {UserError} */
  start(shell: ShellStart): Promise<StartedProgram>;
  /** Looks at what the run has touched: to be waited for before a command, and called after it. Never rejects. */
  settle(): Promise<void>;
  /** Calls the listener when the run has written more than it may, and waits for it to end the processes of the run. */
  onOverflow(listener: (limitBytes: number) => Promise<void>): void;
  /** To be called last, when nothing runs inside any more. */
  close(): Promise<void>;
}

export interface ShellStart {
  /** Bash and its arguments. */
  readonly argv: readonly string[];
  /** Where it is to start. Where that is missing inside, it starts in the workspace. */
  readonly cwd: string;
  /** A private folder with the rc file and the commands. Inside it can be read, under this very path, and not be written. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The value of the marker that every process of the run carries (variables.ts). */
  readonly run: string;
  /**
   * The process id of a program that was started for an earlier shell, and is alive because its command went to the
   * background: the shell is to share its files, and the network.
   */
  readonly beside?: number | undefined;
}

export interface StartedProgram {
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** What a sandbox is made for. */
export interface SandboxedRun {
  readonly id: string;
  /** Absolute path of a folder. */
  readonly workspace: string;
  readonly problem: string;
}
