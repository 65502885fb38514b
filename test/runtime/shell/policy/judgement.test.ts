import assert from 'node:assert/strict';
import type { ApprovalMode, ApprovalRule, Judgement } from '../../../../src/agent/approval';
import { fill } from '../../../../src/agent/errors';
import { openShellPolicy } from '../../../../src/runtime/shell/policy/shellPolicy';

function judge(command: string, mode: ApprovalMode = 'reads', rules: readonly ApprovalRule[] = []): Judgement {
  return openShellPolicy('/home/me/project').judge(command, mode, rules);
}

describe('A judgement', () => {
  const explained: readonly [command: string, sentence: string, part: string][] = [
    ['ls; rm -rf build', 'rm is not known to only read.', 'rm -rf build'],
    ['ls > out.txt', 'It writes to a file.', '> out.txt'],
    ['sort -o out in', 'sort may change something, or run a program, with this option.', '-o'],
    ['git diff --output=x', 'git diff may change something, or run a program, with this option.', '--output=x'],
    ['find . -name x -delete', 'find may change something, or run a program, with this option.', '-delete'],
    ['cat README.md ~/.ssh/id_rsa', 'It can hold secrets.', '~/.ssh/id_rsa'],
    ['ls && $cmd x', 'Which program runs is known only when it runs.', '$cmd'],
    ['PATH=/tmp ls', 'The variable PATH changes how programs run.', 'PATH=/tmp'],
    ['echo $(rm x)', 'rm is not known to only read.', 'rm x'],
    ['sudo ls', 'sudo runs a command as another user.', 'sudo ls'],
    ['ls | bash', 'bash runs what it is given, and that cannot be read here.', 'bash'],
    ['env', 'It shows the environment, which can hold secrets.', 'env'],
    ['x=$(cat f); echo $((x))', 'Bash may run what stands in a value that it calculates with.', 'x'],
    ['./ls', './ls is a program or script in a place of its own.', './ls'],
  ];
  for (const [command, sentence, part] of explained) {
    it(`says why and which part: ${command}`, () => {
      const judgement = judge(command);
      assert.equal(judgement.verdict, 'ask');
      assert.deepEqual([fill(judgement.reason.template, judgement.reason.values), judgement.part], [sentence, part]);
      const at = judgement.partAt ?? -1;
      assert.equal(command.slice(at, at + part.length), part);
    });
  }

  it('names the part of a script inside a script, which has no place in the command', () => {
    const { part, partAt } = judge('bash -c \'ls; rm "x"\'');
    assert.deepEqual([part, partAt], ['rm "x"', undefined]);
  });

  it('runs everything in one mode, and nothing unasked in another', () => {
    for (const command of ['ls', 'rm x', '$x', "'"]) {
      assert.equal(judge(command, 'all').verdict, 'run');
      assert.equal(judge(command, 'ask').verdict, 'ask');
    }
  });

  it('still says that a command only reads where every command asks', () => {
    assert.equal(judge('ls', 'ask').reason.code, 'policy.asks-always');
    assert.equal(judge('rm x', 'ask').reason.code, 'policy.unknown');
  });
});

describe('A rule', () => {
  const command = (text: string): ApprovalRule => ({ command: text });
  const startsWith = (text: string): ApprovalRule => ({ startsWith: text });
  const verdict = (text: string, ...rules: readonly ApprovalRule[]): [string, string] => [
    judge(text, 'ask', rules).verdict,
    judge(text, 'reads', rules).verdict,
  ];

  it('lets its command pass, and no other', () => {
    assert.deepEqual(verdict('npm test', command('npm test')), ['run', 'run']);
    assert.deepEqual(verdict('  npm test\n', command('npm test')), ['run', 'run']);
    for (const other of [
      'npm test x',
      'npm  test x',
      'npm',
      'npm testx',
      'npm test; rm x',
      'rm x && npm test',
      'npm test > x',
    ]) {
      assert.deepEqual(verdict(other, command('npm test')), ['ask', 'ask'], other);
    }
  });

  it('covers a compound command as a whole, to the letter', () => {
    assert.deepEqual(verdict('make clean && make > log', command('make clean && make > log')), ['run', 'run']);
    assert.deepEqual(verdict('make clean && make', command('make clean && make > log')), ['ask', 'ask']);
  });

  it('covers a part, and the rest asks for itself', () => {
    assert.deepEqual(verdict('npm test | head', command('npm test')), ['ask', 'run']);
    assert.deepEqual(verdict('npm ci && npm test', command('npm test'), command('npm ci')), ['run', 'run']);
    assert.deepEqual(verdict('npm ci && npm test', command('npm test')), ['ask', 'ask']);
  });

  it('covers what begins with its words, options and all', () => {
    const rule = startsWith('npm run');
    assert.deepEqual(verdict('npm run build', rule), ['run', 'run']);
    assert.deepEqual(verdict('npm run build --x "a b"', rule), ['run', 'run']);
    assert.deepEqual(verdict('"npm" r\'\'un x', rule), ['run', 'run']);
    for (const other of [
      'npm',
      'npm runner',
      'npm install',
      'npm run $x',
      'npm run `x`',
      'npm run x > y',
      'A=1 npm run x',
      'npm run x; rm y',
      'npm run x & rm y',
      'sudo npm run x',
      'npm run {x,$y}',
    ]) {
      assert.deepEqual(verdict(other, rule), ['ask', 'ask'], other);
    }
  });

  it('covers no secret that stands behind its words', () => {
    assert.deepEqual(verdict('cat ~/.ssh/id_rsa', startsWith('cat')), ['ask', 'ask']);
    assert.deepEqual(verdict('cat ~/.ssh/id_rsa', command('cat ~/.ssh/id_rsa')), ['run', 'run']);
  });

  it('covers nothing when it says nothing', () => {
    assert.deepEqual(verdict('rm x', startsWith(''), startsWith('  '), command('')), ['ask', 'ask']);
  });

  it('means the program, not what an earlier command made of its name', () => {
    const policy = openShellPolicy('/home/me/project');
    policy.runs('npm() { rm x; }');
    for (const rule of [command('npm test'), startsWith('npm')]) {
      assert.equal(policy.judge('npm test', 'reads', [rule]).verdict, 'ask');
    }
  });

  it('is offered for a command that a menu can show', () => {
    assert.deepEqual(judge('npm test').rule, { command: 'npm test' });
    assert.deepEqual(judge('ls', 'ask').rule, { command: 'ls' });
    for (const text of ['rm x\nrm y', `rm ${'x'.repeat(200)}`, 'rm a\u200bb', '']) {
      assert.equal(judge(text).rule, undefined);
    }
  });
});
