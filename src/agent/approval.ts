/** An action that waits for leave to run. What is run is exactly this text. */
export interface ProposedAction {
  readonly step: number;
  readonly kind: 'bash' | 'sql';
  readonly text: string;
  /** What the policy says of it; undefined where none was asked. */
  readonly judgement?: Judgement | undefined;
}

/** Who decides: a person each time, a person unless the action only reads, or nobody. */
export type ApprovalMode = 'ask' | 'reads' | 'all';

/** What the policy says of an action: whether it may run unasked, and why or why not. */
export interface Judgement {
  readonly verdict: 'run' | 'ask';
  readonly reason: Reason;
  /** The exact text of the part that decided; undefined where that is the whole. */
  readonly part?: string | undefined;
  /** Where `part` begins in the text of the action; undefined where it only comes up inside, as in a script of `bash -c`. */
  readonly partAt?: number | undefined;
  /** The rule that a person can make of this action, so that it need not ask again. */
  readonly rule?: ApprovalRule | undefined;
}

/** One English sentence as a template with `{0}`, `{1}` …, like that of a UserError, so that a surface can translate it. */
export interface Reason {
  /** Stable and machine-readable: `policy.what`. */
  readonly code: string;
  readonly template: string;
  readonly values: readonly (string | number)[];
}

/**
 * What a person lets run unasked: a command, to the letter, or every simple command that begins with these words.
 * Each part of a compound command has to be covered, or to read only, for the whole to pass.
 */
export type ApprovalRule = { readonly command: string } | { readonly startsWith: string };

/** How long a rule holds: until the run ends, or for the user, whose surface keeps it. */
export type RuleScope = 'run' | 'user';

export type Decision =
  /** With `remember`, the rule of the judgement holds from now on. */
  | { readonly verdict: 'run'; readonly remember?: RuleScope | undefined }
  /** Run this text instead; the trajectory keeps the model's own text as well. */
  | { readonly verdict: 'edit'; readonly text: string }
  /** Do not run it; the model is told the reason, which may be empty. */
  | { readonly verdict: 'skip'; readonly reason: string }
  | { readonly verdict: 'stop' };

/**
 * Asks whoever is in charge. Aborting the signal takes the question back; the answer is then ignored.
 * Whoever shows the text sends it back with the decision, to be compared with this one: what runs is what was read.
 */
export type Approve = (action: ProposedAction, signal: AbortSignal) => Promise<Decision>;
