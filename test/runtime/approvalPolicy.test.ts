import assert from 'node:assert/strict';
import type { ApprovalRule, Decision, ProposedAction } from '../../src/agent/approval';
import { approveByPolicy, type ApprovalOptions } from '../../src/runtime/approvalPolicy';

/** A policy with a person behind it who always decides in the same way, and what that person was asked. */
function withPerson(options: ApprovalOptions, decision: Decision = { verdict: 'run' }) {
  const asked: ProposedAction[] = [];
  const approve = approveByPolicy(options, '/home/me/project', (action) => {
    asked.push(action);
    return Promise.resolve(decision);
  });
  let step = 0;
  const propose = (text: string, kind: 'bash' | 'sql' = 'bash'): Promise<Decision> =>
    approve({ step: ++step, kind, text }, new AbortController().signal);
  return {
    propose,
    asked: () => asked.map(({ text }) => text),
    judgements: () => asked.map(({ judgement }) => judgement),
  };
}

describe('The approval of a run', () => {
  it('asks for every action, and says of each what it knows', async () => {
    const { propose, asked, judgements } = withPerson({ mode: 'ask' });
    for (const text of ['ls', 'rm x']) await propose(text);
    await propose('SELECT 1', 'sql');
    assert.deepEqual(asked(), ['ls', 'rm x', 'SELECT 1']);
    assert.deepEqual(
      judgements().map((judgement) => judgement?.reason.code),
      ['policy.asks-always', 'policy.unknown', 'policy.sql-reads'],
    );
  });

  it('asks for what does more than read', async () => {
    const { propose, asked } = withPerson({ mode: 'reads' });
    for (const text of ['ls', 'rm x', 'cat README.md | head', 'cat .env']) await propose(text);
    for (const text of [
      'SELECT 1',
      'SHOW TABLES',
      'DESCRIBE t',
      'WITH a AS (SELECT 1) SELECT * FROM a',
      'EXPLAIN DELETE FROM t',
    ]) {
      await propose(text, 'sql');
    }
    const changing = [
      'UPDATE t SET a = 1',
      'WITH a AS (SELECT 1) DELETE FROM t',
      'DROP TABLE t',
      'SELECT 1; DROP TABLE t',
      '/*!50000 DROP TABLE t */',
      'ATTACH "x" AS y',
      '',
    ];
    for (const text of changing) await propose(text, 'sql');
    assert.deepEqual(asked(), ['rm x', 'cat .env', ...changing]);
  });

  it('asks nobody where everything runs', async () => {
    const { propose, asked } = withPerson({ mode: 'all' }, { verdict: 'stop' });
    assert.deepEqual(await propose('rm x'), { verdict: 'run' });
    assert.deepEqual(await propose('DROP TABLE t', 'sql'), { verdict: 'run' });
    assert.deepEqual(asked(), []);
  });

  it('passes the decision on as it is', async () => {
    for (const decision of [
      { verdict: 'stop' },
      { verdict: 'skip', reason: 'No.' },
      { verdict: 'edit', text: 'ls' },
    ] as const) {
      assert.deepEqual(await withPerson({ mode: 'ask' }, decision).propose('rm x'), decision);
    }
  });

  it('remembers a rule for the run, and keeps it for the user where that is meant', async () => {
    const kept: ApprovalRule[] = [];
    const options: ApprovalOptions = { mode: 'reads', keepRule: (rule) => void kept.push(rule) };
    const run = withPerson(options, { verdict: 'run', remember: 'run' });
    for (const text of ['make', 'make', 'make test', 'make && rm x']) await run.propose(text);
    assert.deepEqual(run.asked(), ['make', 'make test', 'make && rm x']);
    assert.deepEqual(kept, []);
    await withPerson(options, { verdict: 'run', remember: 'user' }).propose('make');
    assert.deepEqual(kept, [{ command: 'make' }]);
  });

  it('begins with the rules of the user', async () => {
    const { propose, asked } = withPerson({ mode: 'ask', rules: [{ startsWith: 'npm run' }] });
    await propose('npm run build');
    await propose('npm install');
    assert.deepEqual(asked(), ['npm install']);
  });

  it('keeps no rule for what cannot be one', async () => {
    const kept: ApprovalRule[] = [];
    const options: ApprovalOptions = { mode: 'reads', keepRule: (rule) => void kept.push(rule) };
    const run = withPerson(options, { verdict: 'run', remember: 'user' });
    for (const text of ['make\nmake', 'make\nmake']) await run.propose(text);
    await run.propose('DROP TABLE t', 'sql');
    assert.deepEqual([run.asked().length, kept], [3, []]);
  });

  it('counts what an edited command did to the shell, not what the model had written', async () => {
    const edited = withPerson({ mode: 'reads' }, { verdict: 'edit', text: "alias ls='rm x'" });
    await edited.propose('rm x');
    await edited.propose('ls');
    assert.deepEqual(edited.asked(), ['rm x', 'ls']);
    const skipped = withPerson({ mode: 'reads' }, { verdict: 'skip', reason: '' });
    await skipped.propose("alias ls='rm x'");
    await skipped.propose('ls');
    assert.deepEqual(skipped.asked(), ["alias ls='rm x'"]);
  });
});
