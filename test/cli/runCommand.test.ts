import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';

const cli = path.resolve('dist/cli.js');
const bash = (command: string): string => `Think: go on\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;
const answer = 'Think: done\n\nAct: answer(42)';

describe('agentlm run', function () {
  this.timeout(60_000);
  let folder: string;
  let workspace: string;
  let endpoint: FakeEndpoint;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-runcli-'));
    workspace = path.join(folder, 'workspace');
    mkdirSync(workspace);
  });
  afterEach(async () => {
    await endpoint.close();
    const left = readdirSync(folder).filter((name) => name.startsWith('agentlm-'));
    rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(left, [], 'nothing is left among temporary files');
  });

  async function run(replies: readonly string[], options: readonly string[], state = path.join(folder, 'state')) {
    endpoint = await startFakeEndpoint(replies);
    const child = spawn(process.execPath, [cli, 'run', 'os', 'Do it.', '--endpoint', endpoint.url, ...options], {
      env: { ...process.env, TMPDIR: folder, XDG_STATE_HOME: state },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]);
    return { stdout, stderr, code, asked: endpoint.requests.length };
  }

  it('records a run without the secrets that are in it, and says how many', async () => {
    const record = path.join(folder, 'r.jsonl');
    writeFileSync(path.join(workspace, 'deploy.env'), 'ACCOUNT=mkoenig@corp.net\n');
    const options = [
      '--cwd',
      workspace,
      '--record',
      record,
      '--sandbox',
      'off',
      '--approve',
      'all',
      '--no-prompt-tail',
    ];
    const { stderr } = await run([bash('cat deploy.env'), answer], options);
    assert.match(stderr, /Secrets that were replaced in what was recorded: 1\./);
    const row = readFileSync(record, 'utf8');
    assert.match(row, /ACCOUNT=user1@example\.com/);
    assert.ok(!row.includes('mkoenig'));
  });

  it('shows an answer as one although the file it goes to has become unwritable, and exits with 1', async () => {
    const record = path.join(folder, 'records');
    mkdirSync(record);
    const options = [
      '--cwd',
      workspace,
      '--record',
      path.join(record, 'r.jsonl'),
      '--sandbox',
      'off',
      '--approve',
      'all',
    ];
    const { stdout, code } = await run([bash(`rm -r ${record}`), answer], options);
    assert.equal(code, 1);
    assert.match(stdout, /The trajectory could not be written to .*r\.jsonl/);
    assert.match(stdout, /\n\S*Answer: 42/);
  });

  it('finds out what it cannot do before it begins', async () => {
    const missing = path.join(folder, 'none');
    const all = ['--approve', 'all'];
    for (const [options, complaint] of [
      [['--cwd', missing, ...all], /^--cwd: .*none is no folder\. Name one/],
      [
        ['--cwd', workspace, '--record', path.join(missing, 'r.jsonl'), ...all],
        /^--record: .*none is no folder\. Make it/,
      ],
    ] as const) {
      const { stderr, stdout, code, asked } = await run([answer], options);
      assert.deepEqual([code, stdout, asked], [2, '', 0]);
      assert.match(stderr, complaint);
      await endpoint.close();
    }
  });

  it('runs nothing unasked where there is no sandbox', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const touched = path.join(folder, 'touched');
    const { stderr, stdout, code } = await run(
      [bash(`touch ${touched}`), answer],
      ['--cwd', workspace, '--approve', 'all'],
      file,
    );
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^Unasked commands would run with all your rights: say --sandbox off if they may\./);
    assert.deepEqual(readdirSync(folder).includes('touched'), false);
  });
});
