import assert from 'node:assert/strict';
import { gpt, human } from '../../src/agent/conversation';
import type { AgentEvent } from '../../src/agent/events';
import { osTask } from '../../src/agent/tasks/os';
import { withTrainedPrompt } from '../../src/agent/trainedPrompt';
import { openingIn, openingOf, promptOrigin } from '../../src/runtime/promptOrigin';

const trained = withTrainedPrompt(osTask, { kind: 'os', turns: [human('Act: bash'), gpt('Ok.', { loss: false })] });

/** A run that opened with the words of a task, and was interrupted in its first step. */
const interrupted = (task: typeof osTask): AgentEvent[] => [
  ...task.opening('How many?').map((turn): AgentEvent => ({ type: 'turn', turn })),
  { type: 'step', step: 1, limit: 8 },
  { type: 'turn', turn: gpt('Act: finish', { loss: true }) },
];

describe('The words that a run opens with', () => {
  it('are our own or the trained ones, each with a hash of its own', () => {
    const [own, other] = [promptOrigin(openingOf(osTask), osTask), promptOrigin(openingOf(trained), osTask)];
    assert.deepEqual([own.source, other.source], ['own', 'trained']);
    assert.notEqual(own.sha256, other.sha256);
  });

  it('stay those of the run that goes on, whatever is set by then', () => {
    for (const task of [osTask, trained]) assert.deepEqual(openingIn(interrupted(task)), openingOf(task));
    assert.equal(openingIn([]), undefined);
  });
});
