import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { openShell } from '../../../src/runtime/shell/openShell';
import { patientMs, processesWith } from './shells';

/** Opens a shell, says where its files are and when its command runs, and waits to be killed. */
const program = `
  import { openShell } from './src/runtime/shell/openShell';
  void (async () => {
    const shell = await openShell({ cwd: '/' });
    const run = (command: string) => shell.execute(command, new AbortController().signal);
    const { output } = await run('echo "\${BASH_SOURCE[0]%/*}"');
    shell.onOutput((data) => { if (data.includes('started')) console.log(output.trim()); });
    await run(process.argv[2] ?? '');
  })();
`;

let serial = 50_000 + (process.pid % 1000) * 10;
const uniqueSleep = () => `sleep ${++serial}`;

describe('When we are killed', function () {
  this.timeout(patientMs);

  const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
  const bundle = path.join(folder, 'host.cjs');
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

  const survivors = [
    { title: 'a command', command: (sleep: string) => `echo started; ${sleep}` },
    {
      title: 'a command that ignores every signal',
      command: (sleep: string) => `trap '' HUP INT TERM; echo started; ${sleep}`,
    },
    {
      title: 'a job in a session of its own',
      command: (sleep: string) => `setsid nohup ${sleep} >/dev/null 2>&1 & echo started; wait`,
    },
    {
      title: 'a daemon with an empty environment',
      command: (sleep: string) => `(setsid env -i /bin/${sleep} >/dev/null 2>&1 &); echo started; read x`,
    },
  ];
  for (const { title, command } of survivors) {
    it(`${title} and our files are gone soon after`, async () => {
      const sleep = uniqueSleep();
      const host = spawn(process.execPath, [bundle, command(sleep)], {
        env: { ...process.env, NODE_PATH: path.resolve('node_modules') },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const files = await new Promise<string>((resolve) =>
        host.stdout.on('data', (data) => resolve(String(data).split('\n')[0] ?? '')),
      );
      assert.ok(existsSync(files), files);
      assert.notDeepEqual(processesWith(sleep), []);
      host.kill('SIGKILL');
      const end = Date.now() + 5_000;
      const guard = `agentlm-shell-${host.pid}-`;
      const isLeft = (): boolean => [sleep, guard].some((name) => processesWith(name).length > 0) || existsSync(files);
      while (isLeft() && Date.now() < end) await delay(50);
      assert.deepEqual(processesWith(sleep), []);
      assert.equal(existsSync(files), false);
      assert.deepEqual(processesWith(guard), []);
    });
  }

  it('and nobody tidied up, the next shell removes our files', async () => {
    const dead = spawn('true');
    await new Promise((resolve) => dead.on('exit', resolve));
    const stale = path.join(tmpdir(), `agentlm-shell-${dead.pid}-test`);
    mkdirSync(stale);
    const shell = await openShell({ cwd: '/' });
    await shell.close();
    assert.equal(existsSync(stale), false);
  });
});
