import assert from 'node:assert/strict';
import type { Approve, Decision } from '../../src/agent/approval';
import type { Execution } from '../../src/agent/environment';
import { UserError } from '../../src/agent/errors';
import type { AgentEvent, EventOf } from '../../src/agent/events';
import { run, type RunTools } from '../../src/agent/run';
import { databaseTask } from '../../src/agent/tasks/database';
import { osTask } from '../../src/agent/tasks/os';
import { obstacles, toDialogue, TrajectoryRecorder } from '../../src/agent/trajectory';
import { scriptedModel, type ScriptedModel, type ScriptedReply } from '../scriptedModel';

const bash = (command: string): string => `Think: go on\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;
const answer = (text: string): string => `Think: I know.\n\nAct: answer(${text})`;

/** A shell that prints the command back, so that each observation is another one. */
const echo = {
  execute: (command: string): Promise<Execution> =>
    Promise.resolve({ output: `ran ${command}\n`, exitCode: 0, cwd: '/', omittedBytes: 0 }),
};
const runAll: Approve = () => Promise.resolve({ verdict: 'run' });

interface Heard {
  readonly events: readonly AgentEvent[];
  readonly finished: EventOf<'finished'>;
  readonly recorder: TrajectoryRecorder;
  readonly model: ScriptedModel;
  readonly of: <T extends AgentEvent['type']>(type: T) => EventOf<T>[];
}

async function hear(
  replies: readonly ScriptedReply[],
  {
    model = scriptedModel(replies),
    stepLimit,
    replyTokens = 100,
    unaided = false,
    onEvent,
    ...tools
  }: Partial<Omit<RunTools, 'model'>> & {
    model?: ScriptedModel;
    stepLimit?: number;
    replyTokens?: number;
    unaided?: boolean;
    onEvent?: (event: AgentEvent) => void;
  } = {},
): Promise<Heard> {
  const events: AgentEvent[] = [];
  const recorder = new TrajectoryRecorder();
  const stream = run(
    { id: 'os_1', problem: 'Do it.', replyTokens, unaided, ...(stepLimit === undefined ? {} : { stepLimit }) },
    {
      task: osTask,
      model,
      environment: echo,
      approve: runAll,
      signal: new AbortController().signal,
      now: () => performance.now(),
      ...tools,
    },
  );
  for await (const event of stream) {
    events.push(event);
    recorder.hear(event);
    onEvent?.(event);
  }
  const of = <T extends AgentEvent['type']>(type: T): EventOf<T>[] =>
    events.filter((event): event is EventOf<T> => event.type === type);
  const finished = events.at(-1);
  assert.ok(finished?.type === 'finished', 'the last event is `finished`');
  assert.equal(of('finished').length, 1);
  return { events, finished, recorder, model, of };
}

describe('A run', () => {
  it('thinks, acts, reads what came of it, and answers', async () => {
    const { finished, of, events, model } = await hear([bash('ls'), answer('3')]);
    assert.equal(finished.outcome, 'answered');
    assert.equal(finished.answer, '3');
    assert.equal(finished.steps, 2);
    assert.deepEqual(
      events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]),
      // prettier-ignore
      ['started', 'turn', 'step', 'context', 'delta', 'exchange', 'action', 'approval', 'turn', 'observation', 'turn',
        'step', 'context', 'delta', 'exchange', 'action', 'turn', 'finished'],
    );
    assert.equal(of('observation')[0]?.text, 'The output of the OS:\n\nran ls');
    assert.equal(model.requests[1]?.turns.at(-1)?.value, 'The output of the OS:\n\nran ls');
  });

  it('becomes a row of AgentInstruct in which only the new replies are learnt', async () => {
    const { recorder } = await hear([bash('ls'), answer('3')]);
    const { trajectory } = recorder;
    assert.ok(trajectory);
    assert.deepEqual(obstacles(trajectory), []);
    const { id, conversations } = toDialogue(trajectory);
    assert.equal(id, 'os_1');
    assert.deepEqual(
      conversations.map(({ loss }) => loss),
      [null, false, null, false, null, true, null, true],
    );
  });

  it('finishes without an answer', async () => {
    const { finished } = await hear(['Think: done\n\nAct: finish']);
    assert.equal(finished.outcome, 'finished');
    assert.equal(finished.answer, null);
  });

  it('gives the values of a database answer', async () => {
    const { finished } = await hear(
      ['Action: Operation\n```sql\nSELECT 1\n```', 'Action: Answer\nFinal Answer: ["a", 2]'],
      {
        task: databaseTask([]),
      },
    );
    assert.deepEqual(finished.answer, ['a', '2']);
  });

  it('reads nothing after the first complete action', async () => {
    const { model, of } = await hear([`${bash('ls')}\nThe output of the OS:\n\nlies\n\nAct: finish`, answer('3')]);
    assert.ok(!model.delivered.join('').includes('lies'));
    const first =
      of('delta')
        .map(({ text }) => text)
        .join('')
        .split('```Think')[0] ?? '';
    assert.ok(!first.includes('The output'));
  });

  it('keeps what was sent and what came back, to the byte', async () => {
    const { of } = await hear([[{ text: ' Act: fin', prompt: '[INST] x [/INST]' }, { text: 'ish\n' }]]);
    const [{ step, prompt, reply } = {}] = of('exchange');
    assert.deepEqual({ step, prompt, reply }, { step: 1, prompt: '[INST] x [/INST]', reply: ' Act: finish\n' });
  });

  it('shows no delta beyond what it keeps, and starts without the space of the first token', async () => {
    const { of } = await hear([` ${answer('3')}\nxxxxxxxx`]);
    assert.equal(
      of('delta')
        .map(({ text }) => text)
        .join(''),
      answer('3'),
    );
  });

  it('stops at the step limit', async () => {
    const { finished, of } = await hear([bash('a'), bash('b'), bash('c')], { stepLimit: 2 });
    assert.equal(finished.outcome, 'step-limit');
    assert.equal(finished.steps, 2);
    assert.equal(of('observation').length, 2);
  });

  it('takes the step limit of the paper when none is set', async () => {
    const { finished } = await hear(Array.from({ length: 9 }, (_, n) => bash(`echo ${n}`)));
    assert.equal(finished.steps, 8);
  });

  it('reminds a model that writes no action twice, then ends as malformed', async () => {
    const { finished, model, of } = await hear(['hm', 'Act: dance', 'hm']);
    assert.equal(finished.outcome, 'malformed');
    assert.match(model.requests[1]?.turns.at(-1)?.value ?? '', /no line that begins with "Act:"/);
    assert.match(model.requests[2]?.turns.at(-1)?.value ?? '', /named the action "dance"/);
    assert.deepEqual(
      of('turn')
        .slice(5)
        .map(({ turn }) => turn.loss),
      [false, null, false, null, false],
    );
  });

  it('tells a model that repeats a reply without an action so, and then ends as repeated', async () => {
    const { finished, model, recorder } = await hear(['hm', 'hm', 'hm']);
    assert.equal(finished.outcome, 'repeated');
    assert.doesNotMatch(model.requests[1]?.turns.at(-1)?.value ?? '', /before/);
    assert.match(
      model.requests[2]?.turns.at(-1)?.value ?? '',
      /no line that begins with .*\n\[You have done this before/,
    );
    assert.deepEqual(recorder.trajectory?.counts, { malformed: 3, reminders: 2, repeated: 2 });
  });

  it('notices a circle of actions and replies without one', async () => {
    const stuck = { execute: () => Promise.resolve({ output: 'no\n', exitCode: 1, cwd: '/', omittedBytes: 0 }) };
    const { finished } = await hear([bash('a'), 'hm', bash('a'), 'hm', bash('a')], { environment: stuck });
    assert.equal(finished.outcome, 'repeated');
    assert.equal(finished.steps, 5);
  });

  it('counts where the model went astray', async () => {
    const { recorder } = await hear(['hm', bash('a'), bash('a'), answer('1')]);
    assert.deepEqual(recorder.trajectory?.counts, { malformed: 1, reminders: 1, repeated: 1 });
  });

  it('forgives a model that found back to the format', async () => {
    const { finished } = await hear(['hm', 'hm', bash('a'), 'hm', 'hm', answer('1')]);
    assert.equal(finished.outcome, 'answered');
  });

  it('never runs a reply that the token limit cut', async () => {
    const cut = (text: string) => [{ text, finishReason: 'length' as const }];
    const { finished, model, of } = await hear([
      cut('Think: a\n\nAct: bash\n\n```bash\nrm -rf /tm'),
      cut('Act: answer(1'),
      cut(''),
    ]);
    assert.equal(finished.outcome, 'malformed');
    assert.equal(of('action').length, 0);
    assert.match(model.requests[1]?.turns.at(-1)?.value ?? '', /cut off because it was too long/);
  });

  it('tells a model that repeats itself once, and then ends as repeated', async () => {
    const stuck = { execute: () => Promise.resolve({ output: 'no\n', exitCode: 1, cwd: '/', omittedBytes: 0 }) };
    const { finished, of } = await hear([bash('a'), bash('a'), bash('a'), bash('a')], { environment: stuck });
    assert.equal(finished.outcome, 'repeated');
    assert.equal(finished.steps, 3);
    assert.match(of('observation')[1]?.text ?? '', /\[You have done this before/);
    assert.ok(!of('observation')[0]?.text.includes('before'));
  });

  it('notices an agent that goes back and forth', async () => {
    const stuck = { execute: (c: string) => Promise.resolve({ output: c, exitCode: 1, cwd: '/', omittedBytes: 0 }) };
    const { finished } = await hear([bash('a'), bash('b'), bash('a'), bash('b'), bash('a')], { environment: stuck });
    assert.equal(finished.outcome, 'repeated');
    assert.equal(finished.steps, 5);
  });

  it('leaves a model to itself where it is measured: no reminder, and no remark about circles', async () => {
    const lost = await hear(['I do not know.'], { unaided: true });
    assert.equal(lost.finished.outcome, 'malformed');
    assert.equal(lost.model.requests.length, 1);
    const circling = await hear([bash('x'), bash('x'), bash('x'), answer('3')], { unaided: true });
    assert.equal(circling.finished.outcome, 'answered');
    assert.deepEqual(
      circling.of('observation').map(({ text }) => text),
      Array(3).fill('The output of the OS:\n\nran x'),
    );
  });

  it('lets a command run again when it shows something new', async () => {
    let lines = 0;
    const growing = {
      execute: () => Promise.resolve({ output: `${lines++}`, exitCode: 0, cwd: '/', omittedBytes: 0 }),
    };
    const { finished } = await hear([bash('a'), bash('a'), bash('a'), answer('3')], { environment: growing });
    assert.equal(finished.outcome, 'answered');
  });

  it('ends as failed when the endpoint fails, with the error', async () => {
    const error = new UserError('endpoint.unreachable', 'No model answers at {0}.', ['http://x']);
    const { finished, of } = await hear([bash('a'), error]);
    assert.equal(finished.outcome, 'failed');
    assert.equal(of('failure')[0]?.error, error);
  });

  it('ends as failed when the task does not fit into the window', async () => {
    const { finished, of, model } = await hear([], { model: scriptedModel([], { contextLength: 300 }) });
    assert.equal(finished.outcome, 'failed');
    const error = of('failure')[0]?.error;
    assert.ok(UserError.is(error) && error.code === 'run.too-long');
    assert.equal(model.requests.length, 0);
  });

  it('leaves out the oldest exchanges when the window is full, and says so', async () => {
    const wordy = {
      execute: (c: string) =>
        Promise.resolve({ output: `${c}${'x'.repeat(700)}`, exitCode: 0, cwd: '/', omittedBytes: 0 }),
    };
    const replies = [...Array.from({ length: 7 }, (_, n) => bash(`echo ${n}`)), answer('3')];
    const model = scriptedModel(replies, { contextLength: 1600 });
    const { finished, of, recorder } = await hear(replies, { model, environment: wordy });
    assert.equal(finished.outcome, 'answered');
    for (const { promptTokens } of of('context')) assert.ok(promptTokens <= 1600 - 100 - 1);
    const trims = of('notice').filter(({ notice }) => notice.code === 'trimmed');
    assert.ok(trims.length >= 1 && trims.length <= 3, `${trims.length} trims`);
    assert.match(model.requests.at(-1)?.turns[4]?.value ?? '', /Do it\.\n\n\[NOTICE\] \d+ messages are omitted\.$/);
    assert.equal(recorder.trajectory?.turns.length, 5 + 15, 'the trajectory keeps everything');
  });

  it('extends the prompt of the step before, between trims', async () => {
    const { model } = await hear([bash('a'), bash('b'), answer('3')]);
    for (const [index, { turns }] of model.requests.entries()) {
      const before = model.requests[index - 1]?.turns ?? [];
      assert.deepEqual(turns.slice(0, before.length), before);
    }
  });

  it('cuts an observation that is short in characters and long in tokens', async () => {
    const digits = {
      execute: () => Promise.resolve({ output: '7'.repeat(780), exitCode: 0, cwd: '/', omittedBytes: 0 }),
    };
    const model = scriptedModel([bash('a'), answer('1')]);
    const perDigit = {
      ...model,
      countTokens: (turns: readonly { value: string }[]) =>
        Promise.resolve(
          turns.reduce((sum, { value }) => sum + (/7{9}/.test(value) ? value.length : Math.ceil(value.length / 4)), 0),
        ),
    };
    const { of } = await hear([], { model: perDigit, environment: digits });
    const [observation] = of('observation');
    assert.ok(observation);
    assert.equal(observation.truncated, true);
    assert.ok(observation.text.endsWith('\n[truncated because the output is too long]'));
    assert.ok(observation.text.length < 4096 / 8 + 60);
  });

  it('passes on what the environment remarks', async () => {
    const slow = {
      execute: () =>
        Promise.resolve({ output: '', exitCode: null, cwd: '/', omittedBytes: 0, note: 'It was stopped.' }),
    };
    const { of } = await hear([bash('a'), answer('1')], { environment: slow });
    assert.equal(of('observation')[0]?.text, 'The output of the OS is empty.\n[It was stopped.]');
  });

  it('teaches nobody an action whose outcome a person had a hand in, and keeps what they did', async () => {
    const touched = {
      execute: async (command: string) => ({
        ...(await echo.execute(command)),
        ...(command === 'b' && { interventions: ['ran', 'typed'] as const }),
      }),
    };
    const { of, recorder } = await hear([bash('a'), bash('b'), answer('1')], { environment: touched });
    assert.deepEqual(
      of('turn')
        .slice(5)
        .map(({ turn }) => turn.loss),
      [true, null, false, null, true],
    );
    assert.deepEqual(recorder.trajectory?.interventions, [
      { step: 2, kind: 'ran' },
      { step: 2, kind: 'typed' },
    ]);
    assert.deepEqual(
      of('observation').map(({ interventions }) => interventions),
      [undefined, ['ran', 'typed']],
    );
  });

  it('keeps the reply whose action was being executed when the run was stopped', async () => {
    const stopping = new AbortController();
    const { of, finished } = await hear([bash('a')], {
      signal: stopping.signal,
      environment: {
        execute: () => {
          stopping.abort();
          return Promise.reject(new Error('stopped'));
        },
      },
    });
    assert.equal(finished.outcome, 'stopped');
    assert.equal(of('turn').at(-1)?.turn.value, bash('a'));
    assert.equal(of('failure').length, 0);
  });

  it('counts the usage of the server, as the last snapshot of each reply', async () => {
    const usage = (promptTokens: number, completionTokens: number, cachedTokens: number | null) => ({
      promptTokens,
      completionTokens,
      cachedTokens,
    });
    const { finished } = await hear([
      [
        { text: 'hm', usage: usage(10, 1, null) },
        { text: '', finishReason: 'stop', usage: usage(10, 2, 4) },
      ],
      [{ text: answer('1') }, { text: '', finishReason: 'stop' }, { text: '', usage: usage(20, 3, 6) }],
    ]);
    assert.deepEqual(finished.usage, usage(30, 5, 10));
  });

  it('counts by itself where the server does not say', async () => {
    const { finished } = await hear([answer('1')]);
    assert.ok(finished.usage.promptTokens > 200 && finished.usage.completionTokens > 5);
    assert.equal(finished.usage.cachedTokens, null);
  });

  it('tells where the time went', async () => {
    let clock = 0;
    const model = scriptedModel([() => ((clock += 100), bash('a')), () => ((clock += 50), answer('1'))]);
    const { finished } = await hear([], {
      model,
      now: () => clock,
      approve: () => ((clock += 1000), Promise.resolve({ verdict: 'run' })),
      environment: { execute: (c) => ((clock += 30), echo.execute(c)) },
    });
    assert.deepEqual(finished.time, { totalMs: 1180, modelMs: 150, environmentMs: 30, overheadMs: 0 });
  });
});

describe('Approval', () => {
  const decide = (...decisions: Decision[]): Approve => {
    const queue = [...decisions];
    return () => Promise.resolve(queue.shift() ?? { verdict: 'run' });
  };

  it('runs the edited command, shows it to the model as its own, and teaches it to nobody', async () => {
    const { of, recorder, model } = await hear([bash('rm x'), answer('1')], {
      approve: decide({ verdict: 'edit', text: 'ls x' }),
    });
    assert.match(of('observation')[0]?.text ?? '', /ran ls x/);
    const turn = recorder.trajectory?.turns[5];
    assert.equal(turn?.value, bash('ls x'));
    assert.equal(turn.loss, false);
    assert.equal(model.requests[1]?.turns[5]?.value, bash('ls x'));
    assert.deepEqual(recorder.trajectory?.edits, [{ step: 1, original: 'rm x', edited: 'ls x' }]);
  });

  it('tells the model why a command was not run', async () => {
    const { of, finished } = await hear([bash('rm x'), answer('1')], {
      approve: decide({ verdict: 'skip', reason: 'Too risky.' }),
      environment: { execute: () => assert.fail('nothing may run') },
    });
    assert.match(of('observation')[0]?.text ?? '', /did not let these commands run\. The reason: Too risky\./);
    assert.equal(of('turn')[5]?.turn.loss, false);
    assert.equal(finished.outcome, 'answered');
  });

  it('ends the run when the user says stop', async () => {
    const { finished } = await hear([bash('a')], { approve: decide({ verdict: 'stop' }) });
    assert.equal(finished.outcome, 'stopped');
  });
});

describe('Stopping', () => {
  for (const at of ['started', 'step', 'delta', 'action', 'approval', 'observation'] as const) {
    it(`at the first ${at} event ends the run as stopped, and nothing runs after it`, async () => {
      const stopping = new AbortController();
      let executed = 0;
      const { finished, of } = await hear([bash('a'), bash('b'), answer('1')], {
        signal: stopping.signal,
        onEvent: ({ type }) => type === at && stopping.abort(),
        environment: { execute: (c, signal) => (signal.aborted || executed++, echo.execute(c)) },
      });
      assert.equal(finished.outcome, 'stopped');
      assert.equal(of('failure').length, 0);
      assert.equal(executed, at === 'observation' ? 1 : 0);
    });
  }

  it('leaving the loop early closes the stream of the model', async () => {
    let closed = false;
    const model: ScriptedModel = {
      ...scriptedModel([]),
      async *reply() {
        try {
          for (;;) {
            await Promise.resolve();
            yield { text: 'Think: ' };
          }
        } finally {
          closed = true;
        }
      },
    };
    const { signal } = new AbortController();
    const stream = run(
      { id: 'x', problem: 'x', replyTokens: 10 },
      { task: osTask, model, environment: echo, approve: runAll, signal, now: () => 0 },
    );
    for await (const event of stream) if (event.type === 'delta') break;
    assert.equal(closed, true);
  });
});

describe('What keeps a trajectory from training', () => {
  it('is named: no success, nothing to learn, an open end', async () => {
    const stopped = await hear([bash('a'), bash('b')], { stepLimit: 1 });
    assert.ok(stopped.recorder.trajectory);
    assert.deepEqual(obstacles(stopped.recorder.trajectory), ['no-answer', 'last-reply-not-learnt']);
    const { finished } = await hear([answer('1')]);
    assert.deepEqual(obstacles({ turns: [], finished }), ['nothing-to-learn', 'last-reply-not-learnt']);
  });
});
