import assert from 'node:assert/strict';
import { eventInWords, questionInWords } from '../../../src/vscode/runs/runWords';
import { started } from './startedRun';

describe('A run in words', () => {
  it('says where its commands run', () => {
    const words = (sandbox?: 'workspace' | 'off') =>
      eventInWords({ ...started, ...(sandbox && { sandbox }) }).map(({ text }) => text.trim());
    assert.deepEqual(words('workspace'), ['Count the files.', 'Sandbox: workspace']);
    assert.deepEqual(words('off'), ['Count the files.', 'No sandbox']);
    assert.deepEqual(words(), ['Count the files.']);
  });

  it('says why an action waits, with nothing hidden in it', () => {
    const action = { step: 1, kind: 'bash', text: 'rm \u202Ex' } as const;
    assert.equal(questionInWords(action), 'This waits for your approval.');
    const reason = { code: 'policy.writes', template: '{0} writes.', values: ['rm \u202Ex'] };
    assert.equal(
      questionInWords({ ...action, judgement: { verdict: 'ask', reason } }),
      'This waits for your approval. rm <U+202E>x writes.',
    );
  });
});
