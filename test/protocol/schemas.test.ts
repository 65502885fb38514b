import assert from 'node:assert/strict';
import { problemLimit } from '../../src/protocol/messages';
import { readHostArgument } from '../../src/protocol/schemas';

describe('What the extension takes from a page', () => {
  it('is a task of a known kind with words in it', () => {
    const task = { kind: 'os', problem: 'Count the files.' };
    assert.deepEqual(readHostArgument('start', task), task);
  });

  const refused: readonly [string, Parameters<typeof readHostArgument>[0], unknown][] = [
    ['a task of an unknown kind', 'start', { kind: 'web', problem: 'x' }],
    ['an empty task', 'start', { kind: 'os', problem: ' \n' }],
    ['a task that is too long', 'start', { kind: 'os', problem: 'x'.repeat(problemLimit + 1) }],
    ['a task that brings more along', 'start', { kind: 'os', problem: 'x', place: '/etc' }],
    ['a task that is not an object', 'start', null],
    ['an unknown decision', 'decide', { step: 1, shown: 'ls', decision: { verdict: 'always' } }],
    ['a rule of the page', 'decide', { step: 1, shown: 'ls', decision: { verdict: 'run', remember: 'rm *' } }],
    ['an edit without a text', 'decide', { step: 1, shown: 'ls', decision: { verdict: 'edit', text: ' ' } }],
    [
      'a decision that hides another text',
      'decide',
      { step: 1, shown: 'ls', decision: { verdict: 'run', text: 'rm' } },
    ],
    ['a decision about half a step', 'decide', { step: 0.5, shown: 'ls', decision: { verdict: 'run' } }],
    ['an argument where there is none', 'accept', { path: '/tmp' }],
  ];
  for (const [what, name, argument] of refused) {
    it(`is not ${what}`, () => {
      assert.throws(() => readHostArgument(name, argument), /does not fit/);
    });
  }

  const decisions = [
    { verdict: 'run' },
    { verdict: 'run', remember: 'run' },
    { verdict: 'edit', text: 'ls -la' },
    { verdict: 'skip', reason: '' },
    { verdict: 'stop' },
  ];
  for (const decision of decisions) {
    it(`is the decision to ${Object.values(decision).join(' ')}`, () => {
      const argument = { step: 1, shown: 'ls\n', decision };
      assert.deepEqual(readHostArgument('decide', argument), argument);
    });
  }

  it('is refused without a word of what it held', () => {
    assert.throws(
      () => readHostArgument('start', { kind: 'os', problem: 'x', apiKey: 'sk-secret' }),
      ({ message }: Error) => !message.includes('secret'),
    );
  });
});
