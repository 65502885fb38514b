import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Activity, TerminalSession } from '../../../src/agent/environment';
import type { RunningCommand } from '../../../src/protocol/messages';
import { followCommand } from '../../../src/vscode/chat/runningCommand';
import { Runs } from '../../../src/vscode/runs/runs';

describe('What the chat is told of a running command', () => {
  it('is nothing while it is over at once', async () => {
    const { told, be, end } = await setUp();
    be('running');
    be('idle');
    await delay(300);
    assert.deepEqual(told, []);
    await end();
  });

  it('is its last lines, whenever they are others, and that it has ended', async () => {
    const { told, be, print, end } = await setUp();
    print('one');
    be('running');
    await delay(600);
    print('x'.repeat(500));
    await delay(300);
    be('idle');
    assert.deepEqual(told, [
      { state: 'running', lines: ['one'] },
      { state: 'running', lines: ['x'.repeat(200)] },
      undefined,
    ]);
    await end();
  });

  it('is at once that it waits for somebody', async () => {
    const { told, be, print, end } = await setUp();
    print('Password:');
    be('running');
    be('waiting-for-secret');
    assert.deepEqual(told, [{ state: 'waiting-for-secret', lines: ['Password:'] }]);
    be('running');
    assert.equal(told.length, 2);
    await end();
  });

  it('ends with whoever listened', async () => {
    const { told, be, following, listeners, end } = await setUp();
    be('running');
    following.dispose();
    assert.equal(listeners.size, 0);
    await delay(300);
    assert.deepEqual(told, []);
    await end();
  });
});

/** A run whose terminal does what the test says. */
async function setUp() {
  const listeners = new Set<(activity: Activity) => void>();
  let lines: readonly string[] = [];
  const nothing = (): void => {};
  const terminal: TerminalSession = {
    onOutput: () => nothing,
    type: nothing,
    resize: nothing,
    onActivity(listener) {
      listeners.add(listener);
      listener({ state: 'idle' });
      return () => listeners.delete(listener);
    },
    lastLines: () => lines,
    keepWaiting: nothing,
    sendToBackground: nothing,
    interrupt: nothing,
  };
  const ending = Promise.withResolvers<void>();
  const runs = new Runs(async () => ({
    // oxlint-disable-next-line require-yield
    events: (async function* () {
      await ending.promise;
    })(),
    terminal,
  }));
  const run = runs.start({ kind: 'os', problem: 'x', place: '/' });
  const told: (RunningCommand | undefined)[] = [];
  const following = followCommand(run, (command) => told.push(command));
  while (listeners.size === 0) await delay(1);
  return {
    told,
    following,
    listeners,
    be: (state: Activity['state']) => {
      for (const listener of listeners) listener(state === 'idle' ? { state } : { state, since: 0 });
    },
    print: (line: string) => (lines = [line]),
    end: async () => {
      following.dispose();
      ending.resolve();
      await run.done;
    },
  };
}
