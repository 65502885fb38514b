import type { Action } from '../../../src/agent/task';
import { databaseTask } from '../../../src/agent/tasks/database';
import { osTask } from '../../../src/agent/tasks/os';
import { readPrompt } from '../../../src/runtime/demo/prompt';
import type { DatabaseProblem, OsProblem, Problem } from '../../../src/runtime/evaluation/suite';
import type { FakeRequest } from '../../fakeExchange';

/** Two published tasks are told apart by what their machine does, not by their words: they are really solved. */
const solvers: readonly (readonly [RegExp, string])[] = [
  [
    /writes 'succeed' into \/root\/log periodically/,
    'size() { stat -c %s /root/log; }\nnext() { local s; s=$(size); while [ "$(size)" = "$s" ]; do sleep 0.05; done; date +%s%N; }\na=$(next); b=$(next); echo $(( (b - a + 500000000) / 1000000000 ))',
  ],
  [
    /writes something into \/root every 1 second/,
    'touch /tmp/mark; sleep 1.3; basename "$(find /root -type f -newer /tmp/mark | head -1)"',
  ],
];

/** A model that knows each task's own reference and plays it. */
export function referencePlayer(problems: readonly Problem[]): (request: Pick<FakeRequest, 'prompt'>) => string {
  return ({ prompt }) => {
    const { kind, observations } = readPrompt(prompt);
    return kind === 'os'
      ? playOs(
          find(
            prompt,
            problems.filter((problem) => problem.kind === 'os'),
          ),
          observations,
        )
      : playDatabase(
          find(
            prompt,
            problems.filter((problem) => problem.kind === 'db'),
          ),
          observations,
        );
  };
}

/** The problem whose words stand in a prompt; of several the longest. */
function find<P extends Problem>(prompt: string, problems: readonly P[]): P {
  const [found] = problems
    .filter(({ text }) => prompt.includes(text.trim()))
    .toSorted((a, b) => b.text.length - a.text.length);
  if (found === undefined) throw new Error(`Nobody knows this task: ${prompt.slice(-300)}`);
  return found;
}

function playOs({ text, check, reference }: OsProblem, observations: readonly string[]): string {
  const solver = solvers.find(([words]) => words.test(text))?.[1];
  const code = solver ?? (check.kind !== 'match' && reference && 'code' in reference ? reference.code : undefined);
  if (observations.length === 0 && code !== undefined) {
    return osTask.compose('I do what solves it.', { kind: 'bash', text: code.trim() });
  }
  if (check.kind === 'match' && solver === undefined) return osTask.compose('I know it.', answering(check.answer));
  const printed = observations.at(-1)?.replace(/^The output of the OS:\n\n|\n?\S+@\S+:[^\n]*[#$]$/g, '') ?? '';
  const asked = check.kind !== 'scripts' || check.scripts.includes(null);
  return osTask.compose('That was it.', asked ? answering(printed) : { kind: 'finish', text: '' });
}

function playDatabase({ check, reference }: DatabaseProblem, observations: readonly string[]): string {
  const task = databaseTask([]);
  if (observations.length === 0 && reference !== undefined) {
    return task.compose('I run the statement.', { kind: 'sql', text: reference.replaceAll('\n', ' ').trim() });
  }
  const values = check.kind === 'answer' ? check.values : ['done'];
  return task.compose('That is it.', { kind: 'answer', text: JSON.stringify(values), answer: values });
}

function answering(text: string): Action {
  return { kind: 'answer', text, answer: text };
}
