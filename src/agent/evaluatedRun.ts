import type { Turn } from './conversation';
import type { EvaluationSetting, TaskResult } from './evaluation';
import type { AgentEvent } from './events';
import { unreviewed } from './runReview';
import type { RunRecord } from './runRecord';
import type { Task } from './task';
import { databaseTask } from './tasks/database';
import { osTask } from './tasks/os';

/** An attempt at a task of a suite, and whose it was. */
export interface Evaluated {
  readonly setting: Pick<EvaluationSetting, 'suite' | 'kind' | 'model'>;
  readonly result: TaskResult;
}

/** What the record says of the run that the results do not hold. */
export interface EvaluatedRun {
  readonly id: string;
  /** What was asked, without the instruction. */
  readonly problem: string;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  /** Version of the product. */
  readonly product: string;
}

/**
 * An attempt as the record of a run: the events that its conversation shows, and its verdict as the reward. What happened
 * in between (prompts, exit codes, times of steps) the results do not say.
 */
export function recordOf(
  { setting: { kind, model }, result }: Evaluated,
  { id, problem, askedAt, product }: EvaluatedRun,
): RunRecord {
  const { outcome, answer, steps, tokens, time, passed } = result;
  const usage = { promptTokens: tokens.prompt, completionTokens: tokens.completion, cachedTokens: tokens.cached };
  const events: AgentEvent[] = [
    { type: 'started', id, kind, problem, model, stepLimit: steps },
    ...conversationEvents(result, kind === 'os' ? osTask : databaseTask([])),
    { type: 'finished', outcome, answer, steps, usage, time },
  ];
  return {
    header: { version: 1, kind, problem, place: '', askedAt, product },
    events: events.map((event) => ({ at: 0, event })),
    review: { ...unreviewed, reward: passed ? 1 : 0 },
  };
}

function* conversationEvents({ turns, steps }: TaskResult, task: Task): Generator<AgentEvent> {
  const opening = openingLength(turns);
  let step = 0;
  let acted = false;
  for (const [index, turn] of turns.entries()) {
    if (index >= opening && turn.from === 'gpt') {
      step++;
      yield { type: 'step', step, limit: steps };
      const parsed = task.parse(turn.value);
      acted = 'action' in parsed && (parsed.action.kind === 'bash' || parsed.action.kind === 'sql');
      if ('action' in parsed) {
        const { action, thought } = parsed;
        yield { type: 'action', step, kind: action.kind, text: action.text, thought };
      }
      if (acted) yield { type: 'approval', step, decision: { verdict: 'run' } };
      yield { type: 'turn', turn };
      if ('problem' in parsed) yield { type: 'notice', notice: { code: 'malformed', problem: parsed.problem } };
    } else {
      if (acted) yield { type: 'observation', step, text: turn.value, exitCode: null, cwd: null, truncated: false };
      yield { type: 'turn', turn };
    }
  }
}

/** In an evaluation every reply of the model is to be learnt, but for one without an action, which ends the run. */
function openingLength(turns: readonly Turn[]): number {
  const first = turns.findIndex(({ loss }) => loss === true);
  if (first !== -1) return first;
  return turns.at(-1)?.from === 'gpt' ? turns.length - 1 : turns.length;
}
