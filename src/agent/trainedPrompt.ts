import type { Dialogue, Turn } from './conversation';
import type { Task, TaskKind } from './task';

/** The turns that a row of AgentInstruct gives the model before its task: instruction, primer, one-shot example. */
export interface TrainedPrompt {
  readonly kind: TaskKind;
  readonly turns: readonly Turn[];
}

/** How the task begins in the os split, after the one-shot example. */
const newProblem = 'Now, I will start a new problem in a new OS. My problem is:\n\n';

/** What a row of the task says before the task itself, byte for byte; undefined for a row of another task or layout. */
export function trainedPromptOf({ conversations }: Dialogue, kind: TaskKind): TrainedPrompt | undefined {
  const length = kind === 'os' ? osLength(conversations) : databaseLength(conversations);
  const turns = conversations.slice(0, length);
  // What the model was given is never learnt: a row where it is has another layout.
  const given = turns.every(({ from, loss }, index) => from === (index % 2 === 0 ? 'human' : 'gpt') && loss !== true);
  return length > 0 && given ? { kind, turns } : undefined;
}

/** The task, opened as the model was trained. The user's problem is worded as ever: both openings end alike. */
export function withTrainedPrompt(task: Task, { turns }: TrainedPrompt): Task {
  return { ...task, opening: (problem) => [...turns, ...task.opening(problem).slice(-1)] };
}

function osLength(turns: readonly Turn[]): number {
  const task = turns.findIndex(({ from, value }) => from === 'human' && value.startsWith(newProblem));
  return Math.max(0, task);
}

/** Instruction and primer. The instruction names the actions, so that no other conversation is taken for it. */
function databaseLength([instruction, primer, task]: readonly Turn[]): number {
  const fits =
    instruction?.value.includes('Action: Operation') === true && primer?.from === 'gpt' && task?.from === 'human';
  return fits ? 2 : 0;
}
