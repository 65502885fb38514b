import assert from 'node:assert/strict';
import { gpt, human, parseDialogue, type Turn } from '../../src/agent/conversation';
import { recordingOf, replayTrajectory, type Recording, type ReplayedStep } from '../../src/agent/replay';
import { osTask } from '../../src/agent/tasks/os';
import { openShell } from '../../src/runtime/shell/openShell';
import { agentInstructLines } from '../sharedData';

const never = new AbortController().signal;
const bash = (command: string): string => `Think: go on\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;

/** A dialogue of the os split: the solved example, the problem, then replies and observations in turn. */
function recording(...said: readonly string[]): Recording {
  const turns: Turn[] = said.map((value, index) => (index % 2 === 0 ? gpt(value, { loss: true }) : human(value)));
  return { kind: 'os', turns: [...osTask.opening('Do it.'), ...turns] };
}

async function replayed(trajectory: Recording, signal = never): Promise<ReplayedStep[]> {
  const shell = await openShell({ cwd: '/', promptTail: true });
  const steps: ReplayedStep[] = [];
  try {
    for await (const step of replayTrajectory(trajectory, shell, signal)) steps.push(step);
    return steps;
  } finally {
    await shell.close();
  }
}

const verdicts = (steps: readonly ReplayedStep[]): unknown => steps.map(({ step, same }) => [step, same]);

describe('A replay', function () {
  this.timeout(20_000);

  it('runs the actions again in one shell, and tells where the model would read something else', async () => {
    const steps = await replayed(
      recording(
        bash('cd /usr; x=1'),
        'The output of the OS:\n\nroot@5e2097b1eb67:/usr#',
        bash('pwd; echo $x'),
        'The output of the OS:\n\n/usr\n1\nroot@5e2097b1eb67:/usr#',
        bash('echo new'),
        'The output of the OS:\n\nold\nroot@5e2097b1eb67:/usr#',
        'Think: done\n\nAct: finish',
      ),
    );
    assert.deepEqual(verdicts(steps), [
      [1, true],
      [2, true],
      [3, false],
    ]);
    assert.match(steps[2]?.observed ?? '', /^The output of the OS:\n\nnew\n\S+@\S+:\/usr[#$]$/);
  });

  it('compares what was cut as far as it goes, and leaves out what depends on the terminal', async () => {
    const line = 'x'.repeat(80);
    const long = Array.from({ length: 20 }, () => line).join('\n');
    const steps = await replayed(
      recording(
        bash(`for i in {1..20}; do echo ${line}; done`),
        `The output of the OS:\n\n${long.slice(0, 300)}\n[truncated because the output is too long]`,
        bash('echo a; echo b'),
        'The output of the OS:\n\na\r\nb\r\n\u001b]0;root@vm: /\u0007root@vm:/# ',
        bash('true'),
        'The output of the OS is empty.',
        bash(`for i in {1..20}; do echo ${line.replace('x', 'y')}; done`),
        `The output of the OS:\n\n${long.slice(0, 780)}\n[truncated because the output is too long]`,
      ),
    );
    assert.deepEqual(
      steps.map(({ same }) => same),
      [true, true, true, false],
    );
  });

  it('runs neither the example, nor what was refused, nor a reply without an action', async () => {
    const steps = await replayed(
      recording(
        bash('touch /nope/refused'),
        osTask.observeSkipped('Too risky.').text,
        'no action',
        'Your reply had no line that begins with "Act:".',
        bash('echo a'),
        'The output of the OS:\n\na\n[You have done this before and got the same result. Do something else, or end the task with what you know.]',
      ),
    );
    assert.deepEqual(verdicts(steps), [[3, true]]);
  });

  it('compares the notes of the shell', async () => {
    const note = (text: string): string => `The output of the OS is empty.\n[${text}]`;
    const [step] = await replayed(recording(bash('exit 3'), note('Another note.')));
    assert.equal(step?.same, false);
  });

  it('ends when it is stopped', async () => {
    const stopping = new AbortController();
    const running = replayed(recording(bash('sleep 30'), 'The output of the OS is empty.'), stopping.signal);
    setTimeout(() => stopping.abort(), 200);
    await assert.rejects(running, { name: 'AbortError' });
  });

  it('knows a row of AgentInstruct by its id', () => {
    const row = (id: string) => recordingOf({ id, conversations: [] })?.kind;
    assert.deepEqual([row('os_0'), row('db_12'), row('webshop_3'), row('osx')], ['os', 'db', undefined, undefined]);
  });

  it('finds an action for every observation of the real db split', async function () {
    let actions = 0;
    for (const line of agentInstructLines(this)) {
      const found = recordingOf(parseDialogue(line));
      assert.ok(found);
      const observations = found.turns.slice(3).filter(({ from }) => from === 'human');
      const queue = observations.map(({ value }) => value);
      const echo = {
        execute: () => Promise.resolve({ output: queue.shift() ?? '', exitCode: null, cwd: null, omittedBytes: 0 }),
      };
      for await (const { same } of replayTrajectory(found, echo, never)) {
        assert.ok(same);
        actions++;
      }
      assert.equal(queue.length, 0, line.slice(0, 20));
    }
    assert.ok(actions > 180, `${actions}`);
  });
});
