import assert from 'node:assert/strict';
import { ApprovalRules } from '../../../src/vscode/runs/approvalRules';
import type { Settings } from '../../../src/vscode/settings';

/** Settings that hold one list; `refusal` is what writing fails with. */
function rulesIn(list: readonly unknown[], refusal?: Error) {
  const stored = [...list];
  const logged: unknown[] = [];
  const settings = {
    get: () => stored,
    set: (_: string, value: readonly unknown[]) => {
      if (refusal) return Promise.reject(refusal);
      stored.splice(0, Infinity, ...value);
      return Promise.resolve();
    },
  } as unknown as Settings;
  return { rules: new ApprovalRules(settings, { error: (error) => logged.push(error) }), stored, logged };
}

describe('The rules of the user', () => {
  it('are what the settings hold, without what is no rule', () => {
    const good = [{ command: 'npm test' }, { startsWith: 'npm run' }];
    const bad = [
      null,
      'ls',
      3,
      {},
      { command: '' },
      { command: 1 },
      { startsWith: '  ' },
      { command: 'a', startsWith: 'b' },
      { command: 'a', more: 1 },
    ];
    assert.deepEqual(rulesIn([...bad, ...good]).rules.list, good);
  });

  it('are kept once each', () => {
    const { rules, stored } = rulesIn([{ command: 'make' }]);
    rules.keep({ command: 'make' });
    rules.keep({ command: 'npm test' });
    assert.deepEqual(stored, [{ command: 'make' }, { command: 'npm test' }]);
  });

  it('that cannot be written are reported', async () => {
    const failure = new Error('settings.json is read-only');
    const { rules, logged } = rulesIn([], failure);
    rules.keep({ command: 'make' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(logged, [failure]);
  });
});
