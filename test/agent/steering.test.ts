import assert from 'node:assert/strict';
import type { Execution } from '../../src/agent/environment';
import type { AgentEvent } from '../../src/agent/events';
import { run } from '../../src/agent/run';
import { resumedFrom, type RunCourse } from '../../src/agent/steering';
import { osTask } from '../../src/agent/tasks/os';
import { obstacles, TrajectoryRecorder } from '../../src/agent/trajectory';
import { scriptedModel, type ScriptedReply } from '../scriptedModel';

const bash = (command: string): string => `Think: go on\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;
const answer = 'Think: I know.\n\nAct: answer(17)';

describe('Somebody who steers an agent at work', () => {
  it('is read behind the next observation, in one turn with it', async () => {
    const said = ['Only the Python files.'];
    const { turns, of } = await hear([bash('ls'), answer], { instructions: () => said.splice(0) });
    assert.deepEqual(of('instruction'), [{ type: 'instruction', step: 1, text: 'Only the Python files.' }]);
    const [, observation] = turns.slice(-3);
    assert.equal(
      observation?.value,
      'The output of the OS:\n\nran ls\n\nNow, my instruction is:\n\nOnly the Python files.',
    );
  });

  it('is read behind a reminder as well', async () => {
    const said = ['Use bash.'];
    const { turns } = await hear(['I would list them.', answer], { instructions: () => said.splice(0) });
    assert.match(turns.at(-2)?.value ?? '', /Nothing was run[^]*Now, my instruction is:\n\nUse bash\.$/);
  });

  it('leaves a trajectory to train on, in which the step that had to be corrected is not learnt', async () => {
    const said = [[], ['Only the Python files.'], []];
    const { trajectory } = await hear([bash('pwd'), bash('ls'), bash('ls *.py'), answer], {
      instructions: () => said.shift() ?? [],
    });
    assert.deepEqual(obstacles(trajectory), []);
    const learnt = trajectory.turns
      .filter(({ from, loss }) => from === 'gpt' && loss === true)
      .map(({ value }) => value);
    assert.deepEqual(learnt, [bash('pwd'), bash('ls *.py'), answer]);
    assert.deepEqual(trajectory.instructions, [{ step: 2, text: 'Only the Python files.' }]);
  });

  it('gets no more than a quarter of the window', async () => {
    const said = ['word '.repeat(2000)];
    const { turns } = await hear([bash('ls'), answer], { instructions: () => said.splice(0) }, 2048);
    const instruction = turns.at(-2)?.value.split('my instruction is:\n\n')[1] ?? '';
    assert.ok(instruction.length > 1000 && instruction.length <= 2048);
  });
});

describe('A run that goes on from another one', () => {
  it('says and does what was said and done, then the next step', async () => {
    const before = await hear([bash('ls'), new Error('away')]);
    const earlier = resumedFrom(before.events);
    const { turns, of, trajectory } = await hear([bash('pwd'), answer], { earlier });
    assert.deepEqual(
      of('step').map(({ step }) => step),
      [1, 2, 3],
    );
    assert.deepEqual(
      of('action').map(({ text }) => text),
      ['ls', 'pwd', '17'],
    );
    assert.match(turns.at(-4)?.value ?? '', /ran ls\n\[The task was interrupted here[^\]]*The shell is a new one/);
    assert.deepEqual(obstacles(trajectory), []);
  });

  it('may take as many steps more as one from the beginning', async () => {
    const before = await hear([bash('a'), bash('b')], {}, 4096, 2);
    assert.equal(before.trajectory.finished.outcome, 'step-limit');
    const after = await hear([bash('c'), bash('d')], { earlier: resumedFrom(before.events) }, 4096, 2);
    assert.equal(after.trajectory.finished.steps, 4);
    assert.equal(after.of('step').at(-1)?.limit, 4);
  });

  it('tells the agent that an action had no end', async () => {
    const before = await hear([bash('sleep 100')], {}, 4096, 8, new Error('killed'));
    const earlier = resumedFrom(before.events);
    const last = earlier?.at(-1);
    assert.ok(last?.type === 'turn' && last.turn.from === 'human');
    assert.match(last.turn.value, /^\[The task was interrupted here/);
    const { trajectory } = await hear([answer], { earlier });
    assert.deepEqual(obstacles(trajectory), []);
  });

  it('forgets a reply that was never finished', async () => {
    const whole = await hear([bash('ls'), answer]);
    const cut = whole.events.slice(
      0,
      whole.events.findLastIndex(({ type }) => type === 'exchange'),
    );
    const earlier = resumedFrom(cut) ?? [];
    assert.equal(earlier.filter(({ type }) => type === 'step').length, 1);
  });

  it('is not to be had from one that never took a step', async () => {
    const { events } = await hear([new Error('away')]);
    assert.equal(resumedFrom(events), undefined);
    assert.equal(resumedFrom([]), undefined);
  });
});

async function hear(
  replies: readonly ScriptedReply[],
  course: RunCourse = {},
  contextLength = 4096,
  stepLimit = 8,
  failure?: Error,
) {
  const events: AgentEvent[] = [];
  const recorder = new TrajectoryRecorder();
  const execute = (command: string): Promise<Execution> =>
    failure
      ? Promise.reject(failure)
      : Promise.resolve({ output: `ran ${command}\n`, exitCode: 0, cwd: '/', omittedBytes: 0 });
  const stream = run(
    { id: 'os_1', problem: 'Do it.', replyTokens: 100, stepLimit },
    {
      task: osTask,
      model: scriptedModel(replies, { contextLength }),
      environment: { execute },
      approve: () => Promise.resolve({ verdict: 'run' }),
      course,
      signal: new AbortController().signal,
      now: () => performance.now(),
    },
  );
  for await (const event of stream) {
    events.push(event);
    recorder.hear(event);
  }
  const { trajectory } = recorder;
  assert.ok(trajectory);
  return {
    events,
    trajectory,
    turns: trajectory.turns,
    of: <T extends AgentEvent['type']>(type: T) =>
      events.filter((event): event is Extract<AgentEvent, { readonly type: T }> => event.type === type),
  };
}
