import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createDeadline } from '../../../src/runtime/endpoint/deadline';

describe('a deadline', () => {
  it('aborts with its error when time is up', async () => {
    const deadline = createDeadline(new AbortController().signal);
    deadline.set(1, () => new Error('too late'));
    await once(deadline.signal, 'abort');
    assert.equal((deadline.signal.reason as Error).message, 'too late');
    deadline.close();
  });

  it('follows its parent, with the parent’s reason', () => {
    const parent = new AbortController();
    const deadline = createDeadline(parent.signal);
    parent.abort('enough');
    assert.equal(deadline.signal.reason, 'enough');
    assert.equal(createDeadline(parent.signal).signal.reason, 'enough');
  });

  it('waits for ever when set to 0, and is silent when cleared', async () => {
    const deadline = createDeadline(new AbortController().signal);
    deadline.set(1, () => new Error('never'));
    deadline.set(0, () => new Error('never'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    deadline.set(1, () => new Error('never'));
    deadline.clear();
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(deadline.signal.aborted, false);
    deadline.close();
  });

  it('leaves no listener behind', () => {
    const { signal } = new AbortController();
    const deadline = createDeadline(signal);
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    deadline.close();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    assert.ok(deadline.signal.aborted);
  });
});
