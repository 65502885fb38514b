import assert from 'node:assert/strict';
import { isFiltering, passes, type TrajectoryFilter, type TrajectorySummary } from '../../src/agent/library';

const summary: TrajectorySummary = {
  id: 'os_7',
  task: 'os',
  model: 'agentlm-70b',
  problem: 'Count the files of /tmp',
  outcome: 'answered',
  verdict: 'undecided',
  reward: null,
  turns: 3,
  corrected: false,
  errors: ['repeated-action'],
  tags: ['shell'],
  note: 'Look again',
};

describe('A filter of trajectories', () => {
  const cases: readonly (readonly [filter: TrajectoryFilter, expected: boolean])[] = [
    [{}, true],
    [{ text: '' }, true],
    [{ text: 'COUNT tmp' }, true],
    [{ text: 'count nothing' }, false],
    [{ text: 'again shell os_7' }, true],
    [{ task: 'db' }, false],
    [{ model: 'agentlm-70b', outcome: 'answered' }, true],
    [{ model: '' }, false],
    [{ error: 'repeated-action', tag: 'shell' }, true],
    [{ error: 'step-limit' }, false],
    [{ atLeast: 3, atMost: 3 }, true],
    [{ atLeast: 4 }, false],
    [{ atMost: 2 }, false],
  ];
  for (const [filter, expected] of cases) {
    it(`${expected ? 'lets pass' : 'holds back'} by ${JSON.stringify(filter)}`, () => {
      assert.equal(passes(summary, filter), expected);
    });
  }

  it('takes the empty text for a model that nobody knows', () => {
    assert.equal(passes({ ...summary, model: null }, { model: '' }), true);
  });

  it('finds words in what was said, when it is given that', () => {
    assert.equal(passes(summary, { text: 'wc' }), false);
    assert.equal(passes(summary, { text: 'wc count' }, 'ls | WC -l'), true);
  });

  it('is none when every field is empty', () => {
    assert.equal(isFiltering({ text: '', task: undefined }), false);
    assert.equal(isFiltering({ atLeast: 1 }), true);
  });
});
