import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatDialogue, gpt, human, type Dialogue } from '../../src/agent/conversation';
import { osTask } from '../../src/agent/tasks/os';
import { parseArguments } from '../../src/cli/arguments';
import { replayCommand } from '../../src/cli/replayCommand';
import { probeSandbox } from '../../src/runtime/shell/sandbox/probe';

const bash = (command: string): string => `Think: go on\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;

function row(id: string, ...steps: readonly (readonly [command: string, output: string])[]): Dialogue {
  const turns = steps.flatMap(([command, output]) => [
    gpt(bash(command), { loss: true }),
    human(`The output of the OS:\n\n${output}`),
  ]);
  return { id, conversations: [...osTask.opening('x'), ...turns, gpt('Think: a\n\nAct: finish', { loss: true })] };
}

describe('agentlm replay', function () {
  this.timeout(20_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
  const file = path.join(folder, 'rows.jsonl');
  const state = path.join(folder, 'state');
  after(() => rmSync(folder, { recursive: true }));

  async function replay(text: string, ...options: readonly string[]) {
    writeFileSync(file, text);
    const args = parseArguments(['replay', file, '--approve', 'all', ...options], { XDG_STATE_HOME: state }, false);
    assert.ok(args.command === 'replay');
    let printed = '';
    let complaint = '';
    const code = await replayCommand(
      args,
      (words) => (printed += words),
      (words) => (complaint += words),
      new AbortController().signal,
    );
    return { code, printed, complaint };
  }

  const rows = [row('os_0', ['echo a', 'a'], ['pwd', '/nowhere']), row('os_1', ['touch here; ls', 'here'])];
  const lines = rows.map(formatDialogue).join('\n');

  it('prints a line for each action, and both observations where they differ', async () => {
    const { code, printed } = await replay(lines, '--cwd', folder, '--sandbox', 'off');
    assert.equal(code, 1);
    assert.match(printed, /os_0.*\n.*same.* step 1: echo a\n.*different.* step 2: pwd\n/);
    assert.match(printed, /then.*\n {4}The output of the OS:\n {4}\n {4}\/nowhere\n.*now.*\n/);
    assert.match(printed, /\n\n\d+ the same, \d different\.\n$/);
  });

  it('replays one row, in a folder of its own, and writes an object a line', async () => {
    const { code, printed } = await replay(lines, '--id', 'os_1', '--json', '--sandbox', 'off');
    assert.equal(code, 0);
    const { observed, ...step } = JSON.parse(printed) as Record<string, unknown>;
    assert.deepEqual(step, {
      id: 'os_1',
      step: 1,
      action: 'touch here; ls',
      recorded: 'The output of the OS:\n\nhere',
      same: true,
    });
    assert.equal(observed, 'The output of the OS:\n\nhere');
  });

  it('reads JSON as well: one row, or a list of them', async () => {
    for (const json of [JSON.stringify(rows[1]), JSON.stringify([rows[1]], null, 2)]) {
      assert.equal((await replay(json, '--sandbox', 'off')).code, 0);
    }
  });

  it('asks what statements are to run on', async () => {
    const dialogue: Dialogue = {
      id: 'db_7',
      conversations: [
        human('instruction'),
        gpt('Ok.', { loss: false }),
        human('How old?'),
        gpt('I look.\nAction: Operation\n```sql\nSELECT age FROM people\n```', { loss: true }),
        human('[(36,)]'),
        gpt('Action: Answer\nFinal Answer: ["36"]', { loss: true }),
      ],
    };
    const missing = await replay(formatDialogue(dialogue));
    assert.deepEqual(
      [missing.code, missing.complaint],
      [2, 'This is a database task. Say what it runs on: --database FILE.\n'],
    );
  });

  const wrong: readonly (readonly [title: string, text: string, complaint: RegExp, ...options: string[]])[] = [
    ['an empty file', '', /has no row/],
    ['no JSON', 'hello', /^Row 1 of .* is no row of AgentInstruct: row is not valid JSON\./],
    ['another format', '{"messages": []}', /Row 1 .* id is not a string/],
    ['an id that is not there', lines, /has no row "os_9"/, '--id', 'os_9'],
    ['a row of another split', formatDialogue(row('webshop_1')), /webshop_1 is neither an OS nor a database task/],
  ];
  for (const [title, text, complaint, ...options] of wrong) {
    it(`says what is wrong with ${title}, and exits with 2`, async () => {
      const result = await replay(text, '--sandbox', 'off', ...options);
      assert.equal(result.code, 2);
      assert.match(result.complaint, complaint);
    });
  }

  it('forgets what commands change in the sandbox', async function () {
    const [cwd, storage] = [path.join(folder, 'kept'), path.join(state, 'agentlm', 'runs')];
    mkdirSync(cwd);
    if ((await probeSandbox(storage)) !== undefined) this.skip();
    assert.equal((await replay(lines, '--id', 'os_1', '--cwd', cwd)).code, 0);
    assert.deepEqual([readdirSync(cwd), readdirSync(storage)], [[], []]);
  });

  it('says so when there is no such folder', async () => {
    const missing = replay(lines, '--cwd', path.join(folder, 'none'));
    await assert.rejects(missing, /^UsageError: --cwd: .*none is no folder/);
  });

  it('runs nothing under --approve none', async () => {
    const touched = path.join(folder, 'touched');
    const { code } = await replay(
      formatDialogue(row('os_0', [`touch ${touched}`, ''])),
      '--approve',
      'none',
      '--sandbox',
      'off',
    );
    assert.equal(code, 1);
    assert.equal(existsSync(touched), false);
  });
});
