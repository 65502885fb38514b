import assert from 'node:assert/strict';
import { converse } from '../../src/agent/converse';
import type { AgentEvent } from '../../src/agent/events';
import { resumedFrom } from '../../src/agent/steering';
import { chatSystem } from '../../src/agent/tasks/chat';
import { obstacles, TrajectoryRecorder } from '../../src/agent/trajectory';
import { scriptedModel, type ScriptedReply } from '../scriptedModel';

describe('A conversation that is no task', () => {
  it('replies to each thing that is said, after the words of the system, until it is stopped', async () => {
    const { events, model } = await hear(['Hello!', 'Four.'], ['And two and two?']);
    assert.deepEqual(
      model.requests.map(({ system, turns }) => [system, turns.map(({ value }) => value)]),
      [
        [chatSystem, ['Hi.']],
        [chatSystem, ['Hi.', 'Hello!', 'And two and two?']],
      ],
    );
    assert.equal(
      events.flatMap(({ type }) => (type === 'delta' ? [] : type)).join(' '),
      'started turn step context turn replied instruction turn step context turn replied finished',
    );
    const end = events.at(-1);
    assert.ok(end?.type === 'finished' && end.outcome === 'stopped' && end.steps === 2);
  });

  it('is nothing to learn from', async () => {
    const { trajectory } = await hear(['Hello!'], []);
    assert.ok(obstacles(trajectory).includes('nothing-to-learn'));
  });

  it('goes on from where it was left, and replies to what was not replied to', async () => {
    const before = await hear(['Hello!'], []);
    const after = await hear(['Five.'], ['Two and three?'], resumedFrom(before.events));
    assert.deepEqual(
      after.model.requests[0]?.turns.map(({ value }) => value),
      ['Hi.', 'Hello!', 'Two and three?'],
    );
    const failed = await hear([new Error('away')], []);
    assert.equal(failed.trajectory.finished.outcome, 'failed');
    const again = await hear(['Hello!'], [], resumedFrom(failed.events));
    assert.deepEqual(again.of('turn').at(-1)?.turn.value, 'Hello!');
  });

  it('leaves out the oldest words when the window is full, never the first ones', async () => {
    const said = Array.from({ length: 8 }, (_, index) => `${index} ${'word '.repeat(100)}`);
    const { of, model } = await hear(
      Array.from({ length: 9 }, () => 'Yes. '.repeat(20)),
      said,
      undefined,
      1024,
    );
    assert.ok(of('notice').some(({ notice }) => notice.code === 'trimmed'));
    assert.match(model.requests.at(-1)?.turns[0]?.value ?? '', /^Hi\./);
  });
});

async function hear(
  replies: readonly ScriptedReply[],
  words: readonly string[],
  earlier?: readonly AgentEvent[],
  contextLength = 4096,
) {
  const stopping = new AbortController();
  const said = [...words];
  const model = scriptedModel(replies, { contextLength });
  const events: AgentEvent[] = [];
  const recorder = new TrajectoryRecorder();
  const instructions = (): readonly string[] => said.splice(0, 1);
  const saidSomething = (): Promise<void> => Promise.resolve(stopping.abort());
  const tools = { model, course: { instructions, saidSomething, earlier }, signal: stopping.signal, now: () => 0 };
  for await (const event of converse({ id: 'chat_1', problem: 'Hi.', replyTokens: 100 }, tools)) {
    events.push(event);
    recorder.hear(event);
  }
  const { trajectory } = recorder;
  assert.ok(trajectory);
  return {
    events,
    trajectory,
    model,
    of: <T extends AgentEvent['type']>(type: T) =>
      events.filter((event): event is Extract<AgentEvent, { readonly type: T }> => event.type === type),
  };
}
