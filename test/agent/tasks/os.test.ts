import assert from 'node:assert/strict';
import fc from 'fast-check';
import { osTask } from '../../../src/agent/tasks/os';
import { grammarCases } from '../../grammarCases';

const bash = (text: string) => ({ kind: 'bash', text });
const answer = (text: string) => ({ kind: 'answer', text, answer: text });
const finish = { kind: 'finish', text: '' };

function actionOf(reply: string): unknown {
  const parsed = osTask.parse(reply);
  return 'problem' in parsed ? parsed.problem.code : parsed.action;
}

describe('OS task: reading a reply', () => {
  for (const [what, reply, expected] of [
    ['a command', 'Think: I look.\n\nAct: bash\n\n```bash\nls /etc\n```', bash('ls /etc')],
    ['an answer', 'Think: It is 220.\n\nAct: answer(220)', answer('220')],
    ['a finish', 'Think: Done.\n\nAct: finish', finish],
    ['the space of the natural first token', ' Think: a\n\nAct: finish ', finish],
    ['Windows line ends', 'Think: a\r\n\r\nAct: bash\r\n\r\n```bash\r\nls\r\npwd\r\n```\r\n', bash('ls\npwd')],
    ['no blank lines', 'Think: a\nAct: bash\n```bash\nls\n```', bash('ls')],
    ['no thought', 'Act: finish', finish],
    ['another case', 'think: a\n\nact: BASH\n\n```Bash\nls\n```', bash('ls')],
    ['a block without a language', 'Think: a\n\nAct: bash\n\n```\nls\n```', bash('ls')],
    ['a block named sh', 'Think: a\n\nAct: bash\n\n```sh\nls\n```', bash('ls')],
    ['several blocks, joined', 'Think: a\n\nAct: bash\n\n```bash\na\n```\nand\n```bash\nb\n```', bash('a\n\nb')],
    ['a block before the action', 'Think: a\n```bash\nls\n```\n\nAct: bash', bash('ls')],
    ['no other language', 'Think: a\n\nAct: bash\n\n```python\nx\n```\n```bash\nls\n```', bash('ls')],
    ['text after the action', 'Think: a\n\nAct: bash\n\n```bash\nls\n```\nThe output of the OS:\n\n1', bash('ls')],
    ['the last action', 'Think: a\n\nAct: finish\n\nAct: answer(3)', answer('3')],
    [
      'no action inside code',
      'Think: a\n\nAct: bash\n\n```bash\ncat <<E\nAct: finish\nE\n```',
      bash('cat <<E\nAct: finish\nE'),
    ],
    ['parentheses in an answer', 'Think: a\n\nAct: answer(f(x) = (1, 2))', answer('f(x) = (1, 2)')],
    ['an empty answer', 'Think: a\n\nAct: answer()', answer('')],
    ['an answer over several lines', 'Think: a\n\nAct: answer(one\ntwo)', answer('one\ntwo')],
    ['brackets over several lines', 'Think: a\n\nAct: answer(f(x)\ng(y))', answer('f(x)\ng(y)')],
    ['a remark after an answer', 'Think: a\n\nAct: answer(3)\nThat is all (really).', answer('3')],
    ['a space before the parenthesis', 'Think: a\n\nAct: answer (3)', answer('3')],
    ['an unknown action before a known one', 'Act: dance\nAct: finish', finish],
    ['a here-document with tabs', 'Act: bash\n\n```bash\ncat <<-E\n\tx\n\tE\n```', bash('cat <<-E\n\tx\n\tE')],
    ['unicode', 'Think: 中文 😀\n\nAct: bash\n\n```bash\necho héllo\n```', bash('echo héllo')],
    ['nothing', '  \n', 'empty'],
    ['a thought only', 'Think: hm', 'no-action'],
    ['an unknown action', 'Think: a\n\nAct: dance', 'unknown-action'],
    ['no block', 'Think: a\n\nAct: bash\n\nls', 'no-block'],
    ['an open block', 'Think: a\n\nAct: bash\n\n```bash\nls', 'open-block'],
    ['an empty block', 'Think: a\n\nAct: bash\n\n```bash\n\n```', 'empty-block'],
    ['an answer without parentheses', 'Think: a\n\nAct: answer 42', 'no-answer'],
    ['an open parenthesis', 'Think: a\n\nAct: answer(42', 'no-answer'],
  ] as const) {
    it(`reads ${what}`, () => assert.deepEqual(actionOf(reply), expected));
  }

  it('keeps the thought without its label', () => {
    const parsed = osTask.parse('Think: first\nsecond\n\nAct: finish');
    assert.ok('thought' in parsed);
    assert.equal(parsed.thought, 'first\nsecond');
  });

  it('says exactly what was wrong, and how to do it', () => {
    const parsed = osTask.parse('Think: a\n\nAct: dance');
    assert.ok('problem' in parsed);
    assert.match(parsed.problem.sentence, /"dance"/);
    assert.match(osTask.remind(parsed.problem), /Nothing was run.*"Act: bash".*"Act: finish".*"Act: answer\(/s);
  });

  it('reads back what it composes', () => {
    const line = fc
      .string({ unit: 'grapheme-ascii', minLength: 1 })
      .filter((text) => /\S/.test(text) && !text.includes('`'));
    fc.assert(
      fc.property(line, fc.array(line, { minLength: 1 }), (thought, lines) => {
        const text = lines.join('\n');
        const parsed = osTask.parse(osTask.compose(thought.trim(), { kind: 'bash', text }));
        assert.ok('action' in parsed);
        assert.equal(parsed.action.text, text);
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    const scraps = [
      'Act: ',
      'Think: ',
      'bash',
      'finish',
      'answer(',
      ')',
      '```',
      '```bash',
      '\n',
      '\r\n',
      ' ',
      'x',
      '😀',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...scraps), { maxLength: 30 }), (parts) => {
        const parsed = osTask.parse(parts.join(''));
        assert.ok('action' in parsed || parsed.problem.sentence !== '');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('OS task: where a streamed action ends', () => {
  for (const [reply, kept] of [
    ['Think: a\n\nAct: finish\nThe', 'Think: a\n\nAct: finish'],
    ['Think: a\n\nAct: finish', undefined],
    ['Think: a\n\nAct: answer(f(x))\n', 'Think: a\n\nAct: answer(f(x))'],
    ['Think: a\n\nAct: answer(f(x))', undefined],
    ['Think: a\n\nAct: answer(f(x)\n', undefined],
    ['Think: a\n\nAct: answer(f(x)\ng(y))\nmore', 'Think: a\n\nAct: answer(f(x)\ng(y))'],
    ['Think: a\n\nAct: answer(one\ntwo)\n', 'Think: a\n\nAct: answer(one\ntwo)'],
    ['Think: a\n\nAct: bash\n\n```bash\nls\n```', 'Think: a\n\nAct: bash\n\n```bash\nls\n```'],
    ['Think: a\n\nAct: bash\n\n```bash\nls\n``', undefined],
    ['Think: a\n\nAct: bash\n\n```bash\necho ``` x\n', undefined],
    ['Think: a\n```bash\nls\n```\n\nAct: bash', undefined],
    ['Think: Act: finish\n', undefined],
  ] as const) {
    it(`in ${JSON.stringify(reply)}`, () => {
      const end = osTask.actionEnd(reply);
      assert.equal(end === undefined ? undefined : reply.slice(0, end), kept);
    });
  }

  it('lies where the grammar ends, for every reply of the grammar that is followed by something', () => {
    for (const reply of grammarCases.osOK) {
      const end = osTask.actionEnd(`${reply.trimEnd()}\nmore`);
      assert.equal(end, reply.trimEnd().length, reply);
    }
  });
});

describe('OS task: grammar', () => {
  const regex = new RegExp(`^(?:${osTask.grammar.regex})$`, 'u');
  for (const reply of grammarCases.osOK) {
    it(`admits ${JSON.stringify(reply)}, and the parser reads it`, () => {
      assert.match(reply, regex);
      assert.ok('action' in osTask.parse(reply));
    });
  }
  for (const reply of grammarCases.osBad) {
    it(`refuses ${JSON.stringify(reply)}`, () => assert.doesNotMatch(reply, regex));
  }
});

describe('OS task: what the model reads', () => {
  const execution = { exitCode: 0, cwd: '/', omittedBytes: 0 };

  it('is the output under its heading, without the last line break', () => {
    assert.deepEqual(osTask.observe({ ...execution, output: 'a\nb\n' }), {
      text: 'The output of the OS:\n\na\nb',
      truncated: false,
    });
  });

  it('is one sentence when there was no output', () => {
    assert.equal(osTask.observe({ ...execution, output: '\n' }).text, 'The output of the OS is empty.');
  });

  it('ends with the prompt of the shell where there is one, unless it was cut', () => {
    const observed = (output: string): string => osTask.observe({ ...execution, output, prompt: 'root@vm:/#' }).text;
    assert.equal(observed('  3\n'), 'The output of the OS:\n\n  3\nroot@vm:/#');
    assert.equal(observed('3'), 'The output of the OS:\n\n3\nroot@vm:/#');
    assert.equal(observed('\n'), 'The output of the OS:\n\nroot@vm:/#');
    assert.match(observed('x'.repeat(800)), /x\n\[truncated because the output is too long\]$/);
  });

  it('keeps 800 characters whole and cuts 801 to 780', () => {
    assert.equal(osTask.observe({ ...execution, output: 'é'.repeat(800) }).truncated, false);
    assert.deepEqual(osTask.observe({ ...execution, output: '😀'.repeat(801) }), {
      text: `The output of the OS:\n\n${'😀'.repeat(780)}\n[truncated because the output is too long]`,
      truncated: true,
    });
  });

  it('begins with instruction, example and task, in alternating roles, and nothing of it is learnt', () => {
    const turns = osTask.opening('  Count the files.  ');
    assert.deepEqual(
      turns.map(({ from, loss }) => [from, loss]),
      [
        ['human', null],
        ['gpt', false],
        ['human', null],
        ['gpt', false],
        ['human', null],
      ],
    );
    assert.match(turns[0]?.value ?? '', /\n\nNow, my problem is:\n\n/);
    assert.equal(
      turns.at(-1)?.value,
      'Now, I will start a new problem in a new OS. My problem is:\n\nCount the files.',
    );
    for (const { from, value } of turns) if (from === 'gpt') assert.ok('action' in osTask.parse(value));
  });
});
