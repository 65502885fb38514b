import { recordOf, type Evaluated } from '../agent/evaluatedRun';
import type { RunRecord } from '../agent/runRecord';
import { testTaskId } from '../agent/testTask';
import { hash53 } from '../dataset/hash';
import { problemOf } from '../dataset/split';

/** An attempt at a task of a suite as a run of its own. The same attempt always has the same id. */
export function evaluatedRun(
  evaluated: Evaluated,
  product: string,
): { readonly id: string; readonly record: RunRecord } {
  const {
    setting: { suite, kind, model },
    result,
  } = evaluated;
  const said = JSON.stringify([suite, model, result.index, result.attempt, result.turns]);
  const hash = hash53(said).toString(16).padStart(14, '0').slice(-12);
  const id = testTaskId(kind, `${suite}-${result.task}`, hash);
  const problem = problemOf({ id, conversations: result.turns }, kind);
  return { id, record: recordOf(evaluated, { id, problem, askedAt: Date.now(), product }) };
}
