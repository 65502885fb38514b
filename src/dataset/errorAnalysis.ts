import type { Turn } from '../agent/conversation';
import { errorRules, type ErrorRule } from '../agent/trajectoryStatistics';
import { actionOf, isEnvironmentError } from './actions';
import { isRewarded } from './kept';
import type { Problem } from './problem';
import type { Row } from './row';
import { openingLength, splitOf, type Split } from './split';

/** Where a rule fired. */
export interface RunError {
  readonly rule: ErrorRule;
  readonly turn: Problem['turn'];
}

/** Steps of the paper's evaluation. */
const stepLimits: Readonly<Partial<Record<Split, number>>> = { os: 8, db: 15, alfworld: 35, webshop: 10, kg: 15 };

/** What went wrong in a run, by rules that read nothing but the run itself. Each rule at most once a turn. */
export function runErrors(
  row: Row,
  options: { maxTokens: number; countTokens: (turns: readonly Turn[]) => number },
): RunError[] {
  const { dialogue, about } = row;
  const { conversations } = dialogue;
  const split = splitOf(dialogue);
  const errors: RunError[] = [];
  let before = '';
  let steps = 0;
  for (let turn = openingLength(dialogue, split); turn < conversations.length; turn++) {
    const { from, value } = conversations[turn] ?? { from: 'human', value: '' };
    if (from === 'human') {
      if (isEnvironmentError(value, split)) errors.push({ rule: 'environment-error', turn });
      if (/\[NOTICE\] \d+ messages are omitted\./.test(value)) errors.push({ rule: 'context-limit', turn });
      continue;
    }
    steps++;
    const action = actionOf(value, split);
    if (action === undefined) continue;
    if ('problem' in action) {
      errors.push({ rule: 'invalid-action', turn });
      continue;
    }
    const said = `${action.kind}\n${action.text}`;
    if (said === before) errors.push({ rule: 'repeated-action', turn });
    before = said;
  }
  if (about.outcome === 'repeated' && !errors.some(({ rule }) => rule === 'repeated-action')) {
    errors.push({ rule: 'repeated-action', turn: null });
  }
  if (about.outcome === 'malformed' && !errors.some(({ rule }) => rule === 'invalid-action')) {
    errors.push({ rule: 'invalid-action', turn: null });
  }
  if (about.outcome === 'failed') errors.push({ rule: 'environment-error', turn: null });
  const ended = about.outcome === 'answered' || about.outcome === 'finished';
  if (
    about.outcome === 'step-limit' ||
    (about.outcome === undefined && !endsWell(conversations, split) && steps >= (stepLimits[split] ?? Infinity))
  ) {
    errors.push({ rule: 'step-limit', turn: null });
  }
  const wrong = about.reward === undefined ? about.verdict === 'rejected' : !isRewarded(about.reward, split);
  if (ended && wrong) errors.push({ rule: 'wrong-answer', turn: conversations.length - 1 });
  if (options.countTokens(conversations) > options.maxTokens) errors.push({ rule: 'context-limit', turn: null });
  return errors;
}

/** Whether the last turn is a reply that ends the task. */
function endsWell(turns: readonly Turn[], split: Split): boolean {
  const last = turns.at(-1);
  if (last?.from !== 'gpt') return false;
  const action = actionOf(last.value, split);
  return action === undefined || ('kind' in action && action.kind !== 'bash' && action.kind !== 'sql');
}

/** How often a rule fired in the rows of a model, and where to look. */
export interface ErrorLine {
  readonly rule: ErrorRule;
  readonly model: string | null;
  /** Rows in which it fired at least once, of all rows of the model. */
  readonly rows: number;
  readonly of: number;
  readonly times: number;
  /** Ids of some of them. */
  readonly examples: readonly string[];
}

const examplesKept = 5;

/** Counts errors by rule and by model, row by row. */
export class ErrorCounter {
  private readonly models = new Map<string | null, { rows: number; readonly rules: Map<ErrorRule, Tally> }>();

  add({ dialogue, about }: Row, errors: readonly RunError[]): void {
    const model = about.model ?? null;
    const counts = this.models.get(model) ?? { rows: 0, rules: new Map<ErrorRule, Tally>() };
    this.models.set(model, counts);
    counts.rows++;
    for (const rule of new Set(errors.map(({ rule }) => rule))) {
      const tally = counts.rules.get(rule) ?? { rows: 0, times: 0, examples: [] };
      counts.rules.set(rule, tally);
      tally.rows++;
      tally.times += errors.filter((error) => error.rule === rule).length;
      if (tally.examples.length < examplesKept) tally.examples.push(dialogue.id);
    }
  }

  lines(): ErrorLine[] {
    return [...this.models].flatMap(([model, { rows: of, rules }]) =>
      errorRules.flatMap((rule) => {
        const tally = rules.get(rule);
        return tally === undefined ? [] : [{ rule, model, of, ...tally }];
      }),
    );
  }
}

interface Tally {
  rows: number;
  times: number;
  readonly examples: string[];
}
