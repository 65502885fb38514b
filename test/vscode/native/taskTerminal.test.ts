import assert from 'node:assert/strict';
import { UserError } from '../../../src/agent/errors';
import type { Run } from '../../../src/vscode/runs/run';
import { exitCodeOf, taskTerminal } from '../../../src/vscode/native/taskTerminal';
import { finished, started, startRunOf } from '../runs/startedRun';

/** Opens a terminal, presses a key at each question, and waits until it closes. */
async function watch(
  start: () => Promise<Run | undefined>,
  press?: string,
): Promise<{ readonly code: number | void; readonly text: string }> {
  const terminal = taskTerminal(start);
  let text = '';
  terminal.onDidWrite((data) => {
    text += data;
    if (press !== undefined && text.endsWith('can do more.\r\n\x1b[0m'))
      queueMicrotask(() => terminal.handleInput?.(press));
  });
  const { promise, resolve } = Promise.withResolvers<number | void>();
  terminal.onDidClose?.(resolve);
  terminal.open(undefined);
  return { code: await promise, text };
}

describe('A run in a terminal', () => {
  it('is told as plain lines and ends with 0 when the model is done', async () => {
    const { run } = startRunOf(
      started,
      { type: 'step', step: 1, limit: 8 },
      { type: 'delta', text: 'Think: \x1b[31mred\x1b[0m' },
      finished('answered', '3'),
    );
    const { code, text } = await watch(() => Promise.resolve(run));
    assert.equal(code, 0);
    assert.match(text, /trajectory:os_1/);
    assert.match(text, /Think: <U\+001B>\[31mred<U\+001B>\[0m/);
    assert.match(text, /Answer: 3/);
    assert.doesNotMatch(text, /(?<!\r)\n/);
  });

  for (const [key, decision] of [
    ['y', { verdict: 'run' }],
    ['n', { verdict: 'skip', reason: '' }],
  ] as const) {
    it(`takes ${key} for an answer`, async () => {
      const { run, decided } = startRunOf(started, { propose: 'rm \u202Ex' }, finished('finished'));
      const { text } = await watch(() => Promise.resolve(run), key);
      assert.match(text, /rm <U\+202E>x/);
      assert.deepEqual(decided, [decision]);
    });
  }

  it('is stopped by a key, and by closing it', async () => {
    const first = startRunOf(started, { propose: 'ls' }, finished('stopped'));
    assert.equal((await watch(() => Promise.resolve(first.run), 'q')).code, 130);
    const second = startRunOf(started, { propose: 'ls' }, finished('stopped'));
    const terminal = taskTerminal(() => Promise.resolve(second.run));
    terminal.open(undefined);
    while (!second.run.awaiting) await Promise.resolve();
    terminal.close();
    await second.run.done;
    assert.equal(second.run.trajectory?.finished.outcome, 'stopped');
  });

  it('that cannot begin says why and fails', async () => {
    const failing = await watch(() => Promise.reject(new UserError('task.kind', 'It needs a {0}.', ['kind'])));
    assert.equal(failing.code, 1);
    assert.match(failing.text, /It needs a kind\./);
    assert.equal((await watch(() => Promise.resolve(undefined))).code, 1);
  });

  it('has an exit code for each outcome', () => {
    const codes = (['answered', 'finished', 'stopped', 'failed', 'malformed', 'repeated', 'step-limit'] as const).map(
      exitCodeOf,
    );
    assert.deepEqual(codes, [0, 0, 130, 1, 1, 1, 1]);
  });
});
