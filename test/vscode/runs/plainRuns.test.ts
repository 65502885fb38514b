import assert from 'node:assert/strict';
import { plainRun } from '../../../src/vscode/runs/plainRuns';
import { finished, started, startRunOf } from './startedRun';

describe('A run as plain text', () => {
  it('is whole, and says what it waits for', async () => {
    const { run } = startRunOf(
      started,
      { type: 'step', step: 1, limit: 8 },
      { type: 'delta', text: 'Think: I look.\n\nAct: bash\n\n```bash\nls\n```' },
      { type: 'action', step: 1, kind: 'bash', text: 'ls', thought: 'I look.' },
      { propose: 'ls' },
      { type: 'observation', step: 1, text: 'a\u202Eb', exitCode: 0, cwd: null, truncated: false },
      finished('finished'),
    );
    assert.match(plainRun(run), /^Count the files\.\n\nThe task is about to begin\.\n$/);
    while (!run.awaiting) await Promise.resolve();
    assert.match(
      plainRun(run),
      /^Count the files\.\n\nStep 1 of 8\nThink: I look\..*\n\nThis waits for your approval\.\n$/s,
    );
    run.decide(1, 'ls', { verdict: 'run' });
    await run.done;
    assert.match(plainRun(run), /\nOutput · Exit 0\na<U\+202E>b\n\nThe model says that the task is done\. 1 step\.\n$/);
    assert.doesNotMatch(plainRun(run), /waits for your approval/);
  });
});
