import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** Runs in a process of its own, so that nothing but the shell is measured. Prints what it measured as JSON. */
const program = `
  import { openShell } from './src/runtime/shell/openShell';
  const megabytes = () => process.memoryUsage().rss / 1e6;
  void (async () => {
    const shell = await openShell({ cwd: '/' });
    let shown = 0;
    shell.onOutput((data) => { shown += data.length; });
    const run = (command: string) => shell.execute(command, new AbortController().signal);
    await run('head -c 3000000 /dev/zero | tr "\\\\0" y');
    const before = megabytes();
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, megabytes())), 5);
    const { output, omittedBytes, exitCode } = await run(process.argv[2] ?? '');
    clearInterval(watch);
    const next = await run('echo next');
    await shell.close();
    console.log(JSON.stringify({
      growth: Math.max(peak, megabytes()) - before, shown, omittedBytes, exitCode, length: output.length,
      start: output.slice(0, 10), end: output.slice(-10), next: next.output,
    }));
  })();
`;

describe('100 MB of output', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
  const bundle = path.join(folder, 'flood.cjs');
  before(() =>
    build({
      stdin: { contents: program, resolveDir: process.cwd(), loader: 'ts' },
      bundle: true,
      platform: 'node',
      packages: 'external',
      supported: { 'dynamic-import': false },
      loader: { '.sh': 'text' },
      outfile: bundle,
      logLevel: 'silent',
    }),
  );
  after(() => rmSync(folder, { recursive: true }));

  it('grow the process by less than 20 MB and leave both ends, a right exit code and a readable terminal', async function () {
    this.timeout(60_000);
    const command = 'yes abcdefghi | head -c 50000000; head -c 50000000 /dev/zero | tr "\\0" x; (exit 3)';
    const { stdout } = await promisify(execFile)(process.execPath, [bundle, command], {
      env: { ...process.env, NODE_PATH: path.resolve('node_modules') },
    });
    const result = JSON.parse(stdout) as Record<string, unknown>;
    assert.ok(Number(result['growth']) < 20, stdout);
    assert.equal(result['exitCode'], 3);
    assert.equal(result['start'], 'abcdefghi\n');
    assert.equal(result['end'], 'xxxxxxxxxx');
    assert.ok(Number(result['length']) < 132_000 && Number(result['omittedBytes']) > 99_000_000, stdout);
    assert.equal(result['next'], 'next\n');
    assert.ok(Number(result['shown']) < 50_000_000, stdout);
  });
});
