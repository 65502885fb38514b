import assert from 'node:assert/strict';
import { formatDialogue, gpt } from '../../../src/agent/conversation';
import { osTask } from '../../../src/agent/tasks/os';
import { matching } from '../../../src/vscode/native/trajectorySearch';

const row = (id: string, problem: string, answer: string): string =>
  formatDialogue({ id, conversations: [...osTask.opening(problem), gpt(answer, { loss: true })] });

describe('The search in kept trajectories', () => {
  const file = [
    row('os_1', 'Count the "green" files.', 'Act: answer(3)'),
    'not a trajectory, but it says green files',
    '',
    row('os_2', 'Count the GREEN trees.', 'Act: answer(7)'),
    row('os_3', 'List the users.', 'Act: finish'),
  ].join('\n');
  const ids = (...words: readonly string[]): string[] => matching(file, words).map(({ id }) => id);

  it('finds those that hold every word, the newest first', () => {
    assert.deepEqual(ids('green'), ['os_2', 'os_1']);
    assert.deepEqual(ids('green', 'files.'), ['os_1']);
    assert.deepEqual(ids('answer(7)'), ['os_2']);
  });

  it('finds words that JSON writes in another way', () => {
    assert.deepEqual(ids('"green"'), ['os_1']);
  });

  it('does not look at the example that stands in every trajectory', () => {
    assert.match(file, /nologin/);
    assert.deepEqual(ids('nologin'), []);
  });
});
