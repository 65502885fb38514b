import { proposalText, type Proposal } from '../../agent/proposal';
import type { TaskKind } from '../../agent/task';

/** What a model is told of the place that it proposes tasks for. */
export interface PlaceDescription {
  readonly text: string;
  /** Tasks that were made of what is there. */
  readonly seeds: readonly Proposal[];
}

/** How each request for tasks begins. */
export const opening: Readonly<Record<TaskKind, string>> = {
  os: 'Propose new tasks for an agent that works in a folder with bash.',
  db: 'Propose new tasks for an agent that works on a database with SQL.',
};

const rules: Readonly<Record<TaskKind, string>> = {
  os: 'A task is either a question or a change. Of a question, the commands after "Answer:" print the answer, which is a word, a name or a number, and nothing else. Of a change, the commands after "Solution:" make it, and those after "Check:" exit with 0 when it is made and with 1 when it is not. Commands run in this folder, without network and without anybody who could type.',
  db: 'A task is either a question, with one SELECT statement after "SQL:" that gives the answer as one value or one column, or a change of rows, with one INSERT, UPDATE or DELETE statement after "SQL:".',
};

/** The words with which a model is asked for tasks; the examples are those of Self-Instruct. */
export function proposalPrompt(kind: TaskKind, place: string, examples: readonly Proposal[], count: number): string {
  return [
    opening[kind],
    place,
    rules[kind],
    'Tasks that there are already:',
    ...examples.map(proposalText),
    `Write ${count} more ${count === 1 ? 'task' : 'tasks'}, each different from those and from the others. Name in a task everything that has to be known to do it. Keep to the form of the tasks above, and write nothing else.`,
  ].join('\n\n');
}
