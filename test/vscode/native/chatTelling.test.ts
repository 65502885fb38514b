import assert from 'node:assert/strict';
import type { Command, MarkdownString } from 'vscode';
import { UserError } from '../../../src/agent/errors';
import { ChatTelling } from '../../../src/vscode/native/chatTelling';
import { finished, started, startRunOf, type Move } from '../runs/startedRun';

/** Keeps what it is told; `onButton` hears each button as it comes. */
function recorder(onButton: (command: Command) => void = () => {}) {
  let text = '';
  const buttons: Command[] = [];
  const progress: string[] = [];
  return {
    stream: {
      markdown: (value: string | MarkdownString) => void (text += typeof value === 'string' ? value : value.value),
      progress: (value: string) => void progress.push(value),
      button(command: Command) {
        buttons.push(command);
        onButton(command);
      },
    },
    buttons,
    progress,
    get text() {
      return text.replace(/\n{3,}/g, '\n\n').trim();
    },
  };
}

async function told(...moves: readonly Move[]): Promise<string> {
  const { run } = startRunOf(started, ...moves);
  const chat = recorder();
  await new ChatTelling(chat.stream).follow(run);
  return chat.text;
}

const step = { type: 'step', step: 1, limit: 8 } as const;

describe("A run in VS Code's chat", () => {
  it('is told from thought to answer', async () => {
    const text = await told(
      step,
      { type: 'delta', text: 'Think: I count' },
      { type: 'delta', text: ' them.\n\nAct: bash\n\n```bash\nls | wc -l\n```' },
      { type: 'action', step: 1, kind: 'bash', text: 'ls | wc -l', thought: 'I count them.' },
      { type: 'approval', step: 1, decision: { verdict: 'run' } },
      { type: 'observation', step: 1, text: 'The output of the OS:\n\n3', exitCode: 0, cwd: '/tmp', truncated: false },
      finished('answered', '3'),
    );
    assert.equal(
      text,
      [
        'I count them\\.',
        '```bash\nls | wc -l\n```',
        'Output · Exit 0',
        '```text\nThe output of the OS:\n\n3\n```',
        '**Answer**',
        '3',
        '_The model answered\\._',
      ].join('\n\n'),
    );
  });

  it('asks once for each action, with buttons that carry what was shown', async () => {
    const { run, runs, decided } = startRunOf(started, step, { propose: 'ls' }, finished('finished'));
    const chat = recorder(({ command, arguments: given = [] }) => {
      const [id, at, text, verdict] = given as [string, number, string, 'run' | 'skip'];
      if (command !== 'agentlm.decide' || verdict !== 'run') return;
      queueMicrotask(() => {
        assert.equal(runs.find(id)?.decide(at, `${text} `, { verdict: 'run' }), false);
        assert.equal(runs.find(id)?.decide(at, text, { verdict: 'run' }), true);
      });
    });
    await new ChatTelling(chat.stream).follow(run);
    assert.deepEqual(decided, [{ verdict: 'run' }]);
    assert.deepEqual(
      chat.buttons.map(({ command, arguments: given }) => [command, ...(given ?? [])]),
      [
        ['agentlm.decide', 'os_1', 1, 'ls', 'run'],
        ['agentlm.decide', 'os_1', 1, 'ls', 'skip'],
        ['agentlm.openRun', 'os_1'],
      ],
    );
  });

  it('shows the whole of what would run, however narrow it is', async () => {
    const { run } = startRunOf(started, step, { propose: `ls\n\necho ${'`x` '.repeat(20)}; rm -rf ~\u202E` });
    const chat = recorder(() => run.stop());
    await new ChatTelling(chat.stream).follow(run);
    assert.ok(chat.text.includes(`\`\` echo ${'`x` '.repeat(20)}; rm -rf ~<U+202E> \`\``), chat.text);
    assert.match(chat.text, /^` ls `\\$/m);
  });

  it('lets nothing of a model or a command load, run or hide', async () => {
    const text = await told(
      step,
      { type: 'delta', text: 'Think: ![x](https://evil.example/?q) [y](command:z) <img src=x>\u202E' },
      { type: 'action', step: 1, kind: 'bash', text: 'echo \u200Bhi\n```\n[x](command:y)', thought: '' },
      finished('answered', '<script>[a](b)'),
    );
    const [block = ''] = /````[^]*````/.exec(text) ?? [];
    const outside = text.replace(block, '');
    assert.doesNotMatch(outside, /(?<!\\)[[\]<>]/);
    assert.match(outside, /\\<U\\\+202E\\>/);
    assert.match(block, /echo <U\+200B>hi/);
  });

  it('shows the beginning and the end of an output that is long', async () => {
    const output = `first${'x'.repeat(20_000)}last`;
    const text = await told(step, {
      type: 'observation',
      step: 1,
      text: output,
      exitCode: 0,
      cwd: null,
      truncated: true,
    });
    assert.ok(text.length < 5000);
    assert.match(text, /first.*\n…\n.*last/s);
  });

  it('is told again without a question', async () => {
    const { run, runs } = startRunOf(started, step, { propose: 'ls' }, finished('stopped'));
    const ending = run.done;
    while (!run.awaiting) await Promise.resolve();
    run.stop();
    await ending;
    const chat = recorder();
    new ChatTelling(chat.stream).replay(runs.all[0] ?? run);
    assert.deepEqual(chat.buttons, []);
    assert.match(chat.text, /You stopped the task/);
  });

  it('says why the endpoint keeps it waiting', async () => {
    const reason = new UserError('endpoint.loading', '{0} loads its model.', ['lab']);
    const text = await told({ type: 'notice', notice: { code: 'waiting', reason, waitMs: 2000, attempt: 1 } });
    assert.equal(text, '> lab loads its model\\. It is asked again in 2\\.0 s\\.');
  });
});
