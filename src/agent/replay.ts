import type { Dialogue, Turn } from './conversation';
import type { Environment } from './environment';
import { withRemarks } from './remarks';
import { repetitionRemark } from './repetition';
import type { Task, TaskKind } from './task';
import { databaseTask } from './tasks/database';
import { osTask } from './tasks/os';
import type { Trajectory } from './trajectory';

/** What was said in a run that is to be run again. */
export type Recording = Pick<Trajectory, 'turns'> & { readonly kind: TaskKind };

/** An action that was run again. */
export interface ReplayedStep {
  /** Counts the replies after the task, from 1. */
  readonly step: number;
  readonly action: string;
  /** What the model read then, */
  readonly recorded: string;
  /** and what it would read now. */
  readonly observed: string;
  /** Whether it is the same but for the prompt of the shell, and as far as neither was cut off. */
  readonly same: boolean;
}

/** The recording in a row of AgentInstruct; undefined for a split that this product does not run. */
export function recordingOf({ id, conversations }: Dialogue): Recording | undefined {
  const [, kind] = /^(os|db)(?:_|$)/.exec(id) ?? [];
  return kind === undefined ? undefined : { kind: kind as TaskKind, turns: conversations };
}

/** The turn that ends with the problem of the user. */
export function problemTurn({ turns }: Recording): string {
  return turns[Math.min(openingLength(turns), turns.length) - 1]?.value ?? '';
}

/**
 * Runs the actions of a recording again, each as soon as the step before has been taken; what was refused then is not run
 * now, nor is the example that comes before the task. Nobody is asked: the environment decides what may happen.
 * @throws what the environment throws, and the reason of `signal` when it is aborted
 */
export async function* replayTrajectory(
  { kind, turns }: Recording,
  environment: Pick<Environment, 'execute'>,
  signal: AbortSignal,
): AsyncGenerator<ReplayedStep, void> {
  const task = kind === 'os' ? osTask : databaseTask([]);
  const rest = turns.slice(openingLength(turns));
  let step = 0;
  for (const [index, { from, value }] of rest.entries()) {
    if (from !== 'gpt') continue;
    step++;
    const recorded = rest[index + 1]?.value;
    const parsed = task.parse(value);
    if ('problem' in parsed || recorded === undefined || wasRefused(recorded, task)) continue;
    const { action } = parsed;
    if (action.kind !== 'bash' && action.kind !== 'sql') continue;
    signal.throwIfAborted();
    const execution = await environment.execute(action.text, signal);
    signal.throwIfAborted();
    const observed = withRemarks(task.observe(execution).text, execution.note);
    yield { step, action: action.text, recorded, observed, same: isSame(recorded, observed, task) };
  }
}

/** Up to the user's own problem: before it stand a solved example in the os split, and a primer in the db split. */
function openingLength(turns: readonly Turn[]): number {
  const problem = turns.findLastIndex(({ value }) => value.startsWith('Now, I will start a new problem in a new OS.'));
  if (problem !== -1) return problem + 1;
  return turns[1]?.value.trim() === 'Ok.' ? 3 : 1;
}

function wasRefused(recorded: string, task: Task): boolean {
  return recorded.startsWith(task.observeSkipped('').text.slice(0, -1));
}

function isSame(recorded: string, observed: string, task: Task): boolean {
  const [then, now] = [comparable(recorded, task), comparable(observed, task)];
  const length = Math.min(then.cutAt, now.cutAt);
  return then.text.slice(0, length) === now.text.slice(0, length);
}

/** Without what depends on machine and moment: the prompt, the title it sets, CR LF, our remark about circles. */
function comparable(observation: string, task: Task): { readonly text: string; readonly cutAt: number } {
  const text = observation
    .replaceAll('\r\n', '\n')
    .replace(titleSequence, '')
    .replace(`\n[${repetitionRemark}]`, '')
    .replace(/^The output of the OS( is empty\.|:\n\n)/, '')
    .replace(promptLine, '')
    .trimEnd();
  const cut = text.indexOf(task.truncationMark.trim());
  return cut === -1 ? { text, cutAt: Infinity } : { text, cutAt: text.slice(0, cut).trimEnd().length };
}

// oxlint-disable-next-line no-control-regex
const titleSequence = /\x1b\]0;[^\x07]*\x07/g;
/** `user@host:folder#`, before any remark in brackets. */
const promptLine = /(^|\n)[^\s@]+@[^\s:@]+:[^\n]*[#$] *(?=(\n\[[^\n]*\])*$)/;
