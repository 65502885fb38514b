import { parse, type ParsedScript } from 'unbash';
import type { ApprovalRule, Reason } from '../../../agent/approval';
import { pieces } from '../../../agent/hiddenCharacters';
import { assignmentsOf } from './assignments';
import { certaintyOf } from './certainty';
import type { Knowledge } from './knowledge';
import { outputOf, pipelineOutputs, redirectedInput } from './output';
import { reasons } from './reasons';
import { ask, type Finding, type Outcome, type Scene } from './scene';
import { judgeScript } from './structure';
import { anything, text, union, type Value } from './value';
import { isHarmlessVariable } from './variables';

/** What the policy makes of a command, and of the shell that would have run it. */
export interface JudgedCommand {
  /** Why it must not run unasked; undefined where it only reads. */
  readonly finding:
    { readonly reason: Reason; readonly part?: string; readonly partAt?: number | undefined } | undefined;
  /** Whether every simple command in it is covered by a rule. */
  readonly covered: boolean;
  /** The rule that would let it pass; undefined where none should. */
  readonly rule: ApprovalRule | undefined;
  /** What is known of the shell once it has run. */
  readonly after: Knowledge;
}

/** Characters of a command that can still be judged: more than any reply holds. */
const longestCommand = 20_000;
/** Shells in shells. */
const deepest = 4;
/** A longer command is not offered as a rule: nobody would read it in a menu. */
const longestRule = 120;

/** Judges a command of a shell of which so much is known. Nothing is run, looked up or read. */
export function judgeCommand(text: string, before: Knowledge, rules: readonly ApprovalRule[] = []): JudgedCommand {
  const outcome: Outcome = {
    findings: [],
    covered: 0,
    uncovered: 0,
    opaque: false,
    changed: new Set(),
    folders: before.folders,
  };
  const refusal = refusalOf(text, before);
  const after = refusal ? undefined : examine(text, before, rules, outcome);
  const [first] = outcome.findings;
  const finding = refusal ? { reason: refusal } : first && nearest(outcome.findings, first);
  const clear = after !== undefined && before.clear && !outcome.opaque;
  const touchesGit = /git/i.test(text) && (refusal !== undefined || outcome.findings.some(isMoreThanElsewhere));
  const changed = new Set([...before.changed, ...outcome.changed, ...(touchesGit ? ['git'] : [])]);
  const exact = rules.some((rule) => 'command' in rule && rule.command === text.trim());
  const ruled =
    exact && !refusal && !outcome.findings.some(({ reason }) => /changed-name|unreadable/.test(reason.code));
  return {
    finding: ruled ? undefined : finding,
    covered: ruled || (!finding && outcome.covered > 0 && outcome.uncovered === 0),
    rule: refusal || !isRulable(text) ? undefined : { command: text.trim() },
    after: { clear, changed, folders: outcome.folders, variables: after ?? before.variables },
  };
}

function refusalOf(text: string, { clear }: Knowledge): Reason | undefined {
  if (text.trim() === '') return reasons.empty;
  if (text.length > longestCommand) return reasons.tooLong;
  // What a last backslash would quote is for whoever runs the text to say.
  if (/(^|[^\\])(\\\\)*\\\s*$/.test(text)) return reasons.unreadable;
  if (pieces(text).some(({ hidden }) => hidden)) return reasons.hidden;
  return clear ? undefined : reasons.shellUnknown;
}

function isRulable(text: string): boolean {
  const rule = text.trim();
  return rule.length <= longestRule && !/[\n\t]/.test(rule);
}

/** To read another repository changes nothing of this one. */
function isMoreThanElsewhere({ reason }: Finding): boolean {
  return reason.code !== reasons.repository.code;
}

/** The finding that says most: one that knows what is wrong, before one that only knows too little. */
function nearest(findings: readonly Finding[], first: Finding): Finding {
  return findings.find(({ reason }) => !/unknown$|uncertain/.test(reason.code)) ?? first;
}

/** Settles to all that variables can hold afterwards; undefined where the text cannot be read. */
function examine(
  text: string,
  before: Knowledge,
  rules: readonly ApprovalRule[],
  outcome: Outcome,
): ReadonlyMap<string, Value> | undefined {
  try {
    const root = { source: text, base: 0, depth: 0, input: anything, rules, before, outcome };
    return examineScript(parse(text), root, (name) => before.variables.get(name));
  } catch (error) {
    // The parser, and what follows it here, goes as deep as the command is nested.
    if (!(error instanceof RangeError)) throw error;
    outcome.findings.push({ reason: reasons.tooDeep, part: text, partAt: 0 });
    return undefined;
  }
}

type Place = Omit<Scene, 'variable' | 'script' | 'output' | 'shell'>;

function examineScript(
  script: ParsedScript,
  place: Place,
  outer: (name: string) => Value | undefined,
): ReadonlyMap<string, Value> {
  const assignments = assignmentsOf(script, {
    pipe: (pipeline, index) => (scene) => pipelineOutputs(pipeline, anything, scene)[index] ?? anything,
    redirects: (redirects) =>
      redirects.some(({ operator }) => operator.startsWith('<'))
        ? (scene) => redirectedInput(redirects, scene) ?? anything
        : undefined,
  });
  const known = new Map<string, Value>();
  // A substitution in a substitution is asked about again and again.
  const outputs = new Map<ParsedScript, Value>();
  const isCertain = certaintyOf(script);
  const variable = (name: string, at = -1): Value | undefined => {
    const value = everyValue(name);
    return value === undefined || isCertain(name, at) ? value : union(value, text(''));
  };
  const everyValue = (name: string): Value | undefined => {
    const sources = assignments.get(name);
    if (!sources) return outer(name);
    const found = known.get(name);
    if (found) return found;
    // Where it is made of itself, nothing is known of it.
    known.set(name, anything);
    const before = outer(name);
    const value = union(...(before ? [before] : []), ...sources.map((source) => source(scene)));
    known.set(name, value);
    return value;
  };
  const scene: Scene = {
    ...place,
    variable,
    script: judgeScript,
    output(nested, around) {
      const value = outputs.get(nested) ?? outputOf(nested, around);
      outputs.set(nested, value);
      return value;
    },
    shell(inner, at, around) {
      if (around.depth === deepest) ask(around, reasons.tooDeep, at);
      else
        examineScript(
          parse(inner),
          { ...place, source: inner, base: undefined, depth: around.depth + 1 },
          inShell(variable),
        );
    },
  };
  judgeScript(script, scene);
  if ([...assignments.keys()].some((name) => !isHarmlessVariable(name))) place.outcome.opaque = true;
  return new Map([
    ...place.before.variables,
    ...[...assignments.keys()].map((name) => [name, variable(name, Infinity) ?? anything] as const),
  ]);
}

/** What another shell finds in a variable: what was passed on to it, or, for its arguments, who knows what. */
function inShell(variable: (name: string) => Value | undefined): (name: string) => Value | undefined {
  return (name) => (/^(\d+|[@*_])$/.test(name) ? anything : variable(name));
}
