import assert from 'node:assert/strict';
import { parseArguments } from '../../src/cli/arguments';
import { UsageError } from '../../src/cli/usageError';
import { policyCommand } from '../../src/cli/policyCommand';

async function print(argv: readonly string[], input: readonly (string | Buffer)[] = []): Promise<string[]> {
  const args = parseArguments(['policy', ...argv], {}, false);
  assert.ok(args.command === 'policy');
  let written = '';
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const chunk of input) yield Buffer.from(chunk);
  }
  const code = await policyCommand(args, (text) => void (written += text), chunks());
  assert.equal(code, 0);
  return written.split('\n').slice(0, -1);
}

describe('agentlm policy', () => {
  it('tells what would become of a command, and why', async () => {
    assert.deepEqual(await print(['ls -la']), ['run\tIt only reads.']);
    assert.deepEqual(await print(['ls; rm -rf x']), ['ask\trm is not known to only read.\trm -rf x']);
    assert.deepEqual(await print(['ls', '--mode', 'ask']), ['ask\tEvery command asks. This one only reads.']);
    assert.deepEqual(await print(['rm x', '--mode', 'all']), ['run\tEverything runs without asking.']);
  });

  it('tells it as JSON', async () => {
    assert.deepEqual(
      (await print(['ls > x', '--json'])).map((line) => JSON.parse(line) as unknown),
      [{ verdict: 'ask', reason: 'It writes to a file.', part: '> x' }],
    );
    assert.deepEqual(await print(['ls', '--json']), ['{"verdict":"run","reason":"It only reads."}']);
  });

  it('reads one command a line, however the lines arrive, each on its own', async () => {
    const input = ['ls\nr', 'm x\n', "alias ls='rm x'\nls\n\ncat RE", 'ADME.md'];
    assert.deepEqual(
      (await print(['--stdin'], input)).map((line) => line.split('\t')[0]),
      ['run', 'ask', 'ask', 'run', 'ask', 'run'],
    );
    assert.deepEqual(await print(['--stdin'], []), []);
    assert.deepEqual((await print(['--stdin'], ['ls'])).length, 1);
  });

  it('asks for bytes that are no text, and shows nothing that a terminal would obey', async () => {
    const input = [
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('ls \0\n'),
      Buffer.from('ls\r\n'),
      Buffer.from('rm \u001b[2Kx\n'),
    ];
    const lines = await print(['--stdin'], input);
    assert.deepEqual(
      lines.map((line) => line.split('\t')[0]),
      ['ask', 'ask', 'ask', 'ask'],
    );
    assert.ok(!lines.join('').includes('\u001b'));
    assert.equal((await print(['cat <<E\nx\nE\nrm "a\tb"'])).length, 1);
  });

  for (const [argv, message] of [
    [[], /Say which command/],
    [['ls', '--stdin'], /Say which command/],
    [['ls', '-la'], /-l does not go with policy\. Put the whole command into quotes/],
    [['ls', 'src'], /whole command into quotes/],
    [['ls', '--mode', 'none'], /--mode is ask, reads or all/],
    [['ls', '--endpoint', 'demo'], /--endpoint does not go with policy/],
  ] as const) {
    it(`refuses ${JSON.stringify(argv)}`, () => {
      assert.throws(
        () => parseArguments(['policy', ...argv], {}, false),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it('keeps its options to itself', () => {
    for (const option of [['--mode', 'reads'], ['--stdin']]) {
      assert.throws(() => parseArguments(['run', 'os', 'x', '--endpoint', 'demo', ...option], {}, true), UsageError);
    }
  });
});
