import type { ShellOptions } from '../../../../src/runtime/shell/openShell';

/** A command, and all that is to come of it. Each runs in a shell of its own. */
export interface Case {
  readonly title: string;
  /** Runs before, in the same shell. */
  readonly before?: string;
  readonly command: string;
  /** To the byte, unless the machine or the version of bash decides. `FOLDER` stands for the folder of the case. */
  readonly output: string | RegExp;
  /** 0 if left out; null where the shell went away; `undefined` where the program decides. */
  readonly exitCode?: number | null | undefined;
  /** Where the shell is afterwards; `FOLDER` if left out. */
  readonly cwd?: string;
  readonly note?: RegExp;
  /** Keys that are typed, each after the terminal has shown something. */
  readonly keys?: readonly (readonly [sees: RegExp, keys: string])[];
  /** What the next command prints; without it, the next command finds the exit code of this one. */
  readonly next?: readonly [command: string, output: string | RegExp];
  readonly options?: Partial<ShellOptions>;
  /** A program that the case cannot do without. */
  readonly needs?: string;
}
