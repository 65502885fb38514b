import type { ApprovalRule, Reason } from '../../../agent/approval';
import type { ParsedScript } from 'unbash';
import type { Knowledge } from './knowledge';
import type { Folders } from './paths';
import type { Value } from './value';

/** A stretch of the text that is judged. */
export interface Span {
  readonly pos: number;
  readonly end: number;
}

/** One word behind the name of a program. */
export interface Argument extends Span {
  readonly value: Value;
}

/** Something that keeps a command from running unasked. */
export interface Finding {
  readonly reason: Reason;
  readonly part: string;
  readonly partAt: number | undefined;
}

/** What comes of judging: why to ask, and what the shell would be like afterwards. */
export interface Outcome {
  readonly findings: Finding[];
  /** Simple commands that a rule covers, and those that none does. */
  covered: number;
  uncovered: number;
  /** Nobody can say what names mean in the shell afterwards. */
  opaque: boolean;
  /** Names of commands that mean something else afterwards. */
  readonly changed: Set<string>;
  /** Where the shell can be, by now. */
  folders: Folders;
}

/** One script on its way through the policy: the command itself, or one that it gives to another shell. */
export interface Scene {
  /** The text that positions count in. */
  readonly source: string;
  /** Where `source` stands in the command that a person sees; undefined where it is not in it as it stands. */
  readonly base: number | undefined;
  /** How many shells stand around this one. */
  readonly depth: number;
  /** What each line of standard input is. */
  readonly input: Value;
  readonly rules: readonly ApprovalRule[];
  readonly before: Knowledge;
  readonly outcome: Outcome;
  /**
   * All that a variable can hold where this script expands it, which is at a position in `source` or anywhere; undefined
   * where no command of the run has set it.
   */
  variable(name: string, at?: number): Value | undefined;
  /** Judges a script that stands inside a word. */
  script(script: ParsedScript, scene: Scene): void;
  /** What a script that stands inside a word prints, line by line. */
  output(script: ParsedScript, scene: Scene): Value;
  /** Judges a text that another shell is given as a script. */
  shell(text: string, at: Span, scene: Scene): void;
}

/** Notes that a part of the script must not run unasked. */
export function ask({ source, base, outcome }: Scene, reason: Reason, { pos, end }: Span): void {
  const part = source.slice(pos, end);
  outcome.findings.push({ reason, part, partAt: base === undefined ? undefined : base + pos });
}
