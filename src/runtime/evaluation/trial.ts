import type { Approve } from '../../agent/approval';
import type { Environment } from '../../agent/environment';
import type { Ending, Rules } from '../../agent/evaluation';
import { UserError } from '../../agent/errors';
import type { AgentEvent, EventOf } from '../../agent/events';
import type { Model } from '../../agent/model';
import { run } from '../../agent/run';
import type { Task } from '../../agent/task';
import { withTrainedPrompt, type TrainedPrompt } from '../../agent/trainedPrompt';
import { TrajectoryRecorder, type Trajectory } from '../../agent/trajectory';

/** What every attempt needs besides the place it works on. */
export interface TrialTools {
  readonly connect: (conversationId: string, signal: AbortSignal) => Promise<Model>;
  readonly rules: Rules;
  /** Opens each task instead of our own. */
  readonly prompt: TrainedPrompt | undefined;
  readonly stepLimit: number | undefined;
  readonly replyTokens: number;
  readonly hear: (event: AgentEvent) => void;
}

/** A run of a model that was left to itself. */
export interface Attempted {
  readonly ending: Ending;
  readonly trajectory: Trajectory;
  /** Why it is `error` or `context-limit`. */
  readonly failure: unknown;
}

/** What an attempt came to. */
export interface Verdict {
  readonly passed: boolean;
  readonly detail: string | null;
}

const runAll: Approve = () => Promise.resolve({ verdict: 'run' });

/** Runs a task as the paper's harness did: nobody is asked, and nobody helps. */
export async function attempt(
  id: string,
  problem: string,
  task: Task,
  environment: Pick<Environment, 'execute'>,
  { connect, prompt, stepLimit, replyTokens, hear }: TrialTools,
  signal: AbortSignal,
): Promise<Attempted> {
  const model = await connect(id, signal);
  const recorder = new TrajectoryRecorder();
  let failure: unknown;
  let lastProblem: string | undefined;
  const now = (): number => performance.now();
  const opened = prompt ? withTrainedPrompt(task, prompt) : task;
  const tools = { task: opened, model, environment, approve: runAll, signal, now };
  for await (const event of run({ id, problem, stepLimit, replyTokens, unaided: true }, tools)) {
    recorder.hear(event);
    hear(event);
    if (event.type === 'failure') failure = event.error;
    if (event.type === 'notice' && event.notice.code === 'malformed') lastProblem = event.notice.problem.code;
  }
  signal.throwIfAborted();
  const { trajectory } = recorder;
  if (trajectory === undefined) throw new Error('A run ended without an end.');
  return { ending: endingOf(trajectory.finished.outcome, lastProblem, failure), trajectory, failure };
}

/** The old harness looked at what was done however the run had ended; the newer ones only when it came to its end. */
export function isJudged(ending: Ending, rules: Rules): boolean {
  return ending === 'completed' || (rules === 'old' && ending !== 'error');
}

function endingOf(outcome: EventOf<'finished'>['outcome'], problem: string | undefined, failure: unknown): Ending {
  switch (outcome) {
    case 'answered':
    case 'finished':
      return 'completed';
    case 'step-limit':
    case 'repeated':
      return 'step-limit';
    case 'malformed':
      return problem === 'unknown-action' ? 'invalid-action' : 'invalid-format';
    case 'stopped':
    case 'failed':
      return UserError.is(failure) && /^(run\.too-long|endpoint\.context-overflow)$/.test(failure.code)
        ? 'context-limit'
        : 'error';
  }
}
