import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { machineSandbox } from '../../../src/runtime/evaluation/machineSandbox';
import { openShell } from '../../../src/runtime/shell/openShell';
import type { Machine } from '../../../src/runtime/evaluation/machine';
import { openRootView } from '../../../src/runtime/evaluation/rootView';
import { runScript } from '../../../src/runtime/evaluation/runScript';
import { processesWith } from '../shell/shells';
import { hostState, never, skipWithoutRootView } from './hosts';

const options = { writeLimitBytes: 256 * 1024 * 1024, network: false };

describe('A view of the root', function () {
  let root: string;
  let machine: Machine;
  before(async function () {
    await skipWithoutRootView(this);
  });
  beforeEach(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'agentlm-test-view-'));
    machine = await openRootView(path.join(root, 'machine'), options, never);
  });
  afterEach(async () => {
    await machine.close();
    assert.deepEqual(readdirSync(root), []);
    rmSync(root, { recursive: true, force: true });
  });

  const run = async (code: string, ...parameters: string[]) =>
    runScript(machine, { language: 'bash', code }, parameters, { timeoutMs: 15_000, signal: never });

  it('is the operating system of this machine, with homes that are empty', async () => {
    assert.equal((await run('id -u; hostname; pwd')).output, '0\nagentlm\n/\n');
    assert.equal((await run('. /etc/os-release; echo $ID')).output.trim(), hostRelease());
    assert.equal((await run('ls -A /home /tmp /media /mnt | grep -v agentlm-test; ls /work 2>&1')).exitCode, 2);
    assert.doesNotMatch((await run('ls -A /root')).output, /\.ssh|\.config|\.npm/);
  });

  it('takes what is done anywhere in it, and the host stays as it was', async () => {
    const before = hostState();
    const { output, exitCode } = await run(`
      set -e
      echo 1 >/x; echo 2 >/etc/agentlm-x; echo 3 >/usr/local/bin/agentlm-x; chmod +x /usr/local/bin/agentlm-x
      mkdir -p /var/spool/cron/crontabs; echo '* * * * * root true' >/var/spool/cron/crontabs/root
      echo 4 >/home/x; echo 5 >/tmp/x; echo 6 >/root/x; rm /etc/hostname 2>/dev/null || true
      (sleep 1000.25 &)
      cat /x /etc/agentlm-x /home/x`);
    assert.deepEqual({ output, exitCode }, { output: '1\n2\n4\n', exitCode: 0 });
    assert.equal(processesWith('sleep 1000.25').length, 1);
    await machine.close();
    assert.deepEqual(processesWith('sleep 1000.25'), []);
    assert.deepEqual(hostState(), before);
    assert.ok(!existsSync('/x'));
  });

  it('lets root make accounts and become them', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const { output } = await run('useradd -m -s /bin/bash -G root agentlm-jack && su - agentlm-jack -c "id -un; pwd"');
    assert.equal(output, 'agentlm-jack\n/home/agentlm-jack\n');
  });

  it('keeps from root inside what root in a container cannot do either', async () => {
    for (const attempt of [
      'mount -t tmpfs tmpfs /mnt',
      'mount -o remount,rw /proc/sys',
      'umount /proc/sys',
      'unshare -Urm mount -o remount,bind,rw /proc/sys',
      'echo 5 >/proc/sys/kernel/threads-max',
      'echo b >/proc/sysrq-trigger',
      'mknod /tmp/disk b 8 0',
      'date -s 2001-01-01',
      'ls /work /proc/1/root/work /proc/1/cwd/work',
      `echo x >${machine.exchange}/x`,
      'nsenter -t 1 -m true',
      'kill -9 1; kill -0 1 && false',
    ]) {
      const { exitCode } = await run(attempt);
      assert.notEqual(exitCode, 0, attempt);
    }
  });

  it('shows no process of the host, and no network but its own', async () => {
    assert.doesNotMatch((await run('ps -e -o args')).output, /mocha/);
    assert.equal((await run("grep -vc 'lo:' /proc/net/dev")).output.trim(), '2');
  });

  it('shows no variable of the host', async () => {
    process.env['AGENTLM_TEST_KEY'] = 'secret-of-the-host';
    try {
      assert.doesNotMatch((await run('env; cat /proc/*/environ | tr "\\0" "\\n"')).output, /secret-of-the-host/);
    } finally {
      delete process.env['AGENTLM_TEST_KEY'];
    }
  });

  it('is where the shell of an agent can live, from start to start', async () => {
    const sandbox = machineSandbox(machine);
    const shell = await openShell({ cwd: '/', sandbox, scratchParent: machine.exchange });
    try {
      const say = async (command: string) => (await shell.execute(command, never)).output;
      assert.equal(await say('cd /etc; echo "$HOME $PWD"; echo 7 >/seven'), '/root /etc\n');
      assert.equal(await say('(sleep 1000.5 &); cat /seven'), '7\n');
      await shell.execute('exit 3', never);
      assert.equal(await say('cat /seven; pwd'), '7\n/etc\n');
      assert.equal((await run('cat /seven')).output, '7\n');
    } finally {
      await shell.close();
    }
  });

  it('stops a script that does not end', async () => {
    const endless = runScript(machine, { language: 'bash', code: 'sleep 60' }, [], { timeoutMs: 200, signal: never });
    await assert.rejects(endless, { code: 'evaluation.scriptTimeout' });
  });

  it('does not wait for what a script leaves in the background', async () => {
    const { output } = await run(
      '(while :; do echo again; sleep 0.02; done) & echo $! >/job; echo done; echo "$1" >/first',
      'a b',
    );
    assert.match(output, /done/);
    assert.equal((await run('cat /first; kill -0 $(cat /job); echo $?')).output, 'a b\n0\n');
  });

  it('goes with the process that made it, even if that is killed', async () => {
    const holder = await startScript(
      root,
      `await runScript(machine, { language: 'bash', code: '(sleep 1000.75 &)' }, [], { timeoutMs: 9000, signal });
       console.log('ready');
       setInterval(() => {}, 1000);`,
    );
    await once(holder.stdout, 'data');
    assert.equal(processesWith('sleep 1000.75').length, 1);
    holder.kill('SIGKILL');
    const end = Date.now() + 5000;
    while (processesWith('sleep 1000.75').length > 0 && Date.now() < end) await new Promise((go) => setTimeout(go, 20));
    assert.deepEqual(processesWith('sleep 1000.75'), []);
    rmSync(path.join(root, 'script'), { recursive: true, force: true });
  });

  it('can be made by a user who is not root, but for accounts', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const code =
      'id -u; echo x >/etc/agentlm-x; cat /etc/agentlm-x; touch /usr/local/bin/y /var/log/y /home/y /z && echo written; useradd agentlm-y 2>/dev/null && su agentlm-y -c true 2>/dev/null || echo no account';
    const child = await startScript(
      root,
      `const { output } = await runScript(machine, { language: 'bash', code: ${JSON.stringify(code)} }, [], { timeoutMs: 9000, signal });
       await machine.close();
       console.log(output);`,
      65534,
    );
    assert.equal((await text(child.stdout)).trim(), '0\nx\nwritten\nno account');
    assert.deepEqual(readdirSync(path.join(root, 'script')), ['script.mjs']);
    rmSync(path.join(root, 'script'), { recursive: true });
  });
});

/** A process of its own that opens a view in which the code runs. */
async function startScript(root: string, code: string, uid = process.getuid?.() ?? 0) {
  const folder = path.join(root, 'script');
  const place = path.join(folder, 'other');
  await build({
    stdin: {
      contents: `
        import { openRootView } from './src/runtime/evaluation/rootView';
        import { runScript } from './src/runtime/evaluation/runScript';
        const signal = new AbortController().signal;
        const machine = await openRootView(${JSON.stringify(place)}, ${JSON.stringify(options)}, signal);
        ${code}`,
      resolveDir: '.',
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    loader: { '.sh': 'text' },
    outfile: path.join(folder, 'script.mjs'),
    logLevel: 'error',
  });
  chmodSync(root, 0o755);
  chownSync(folder, uid, uid);
  return spawn(process.execPath, [path.join(folder, 'script.mjs')], {
    uid,
    gid: uid,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function hostRelease(): string {
  return execFileSync('sh', ['-c', '. /etc/os-release; echo $ID'], { encoding: 'utf8' }).trim();
}

describe('A view of the root that cannot be made', () => {
  it('says so, and leaves nothing', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'agentlm-test-view-'));
    const folder = path.join(root, 'machine');
    const { PATH } = process.env;
    writeFileSync(path.join(root, 'unshare'), '#!/bin/sh\necho "unshare: Operation not permitted" >&2; exit 1', {
      mode: 0o755,
    });
    process.env['PATH'] = `${root}:${PATH}`;
    try {
      await assert.rejects(openRootView(folder, options, never), (error: Error) => {
        assert.match(error.message, /Operation not permitted.*--image/);
        return true;
      });
    } finally {
      process.env['PATH'] = PATH;
    }
    assert.ok(!existsSync(folder));
    rmSync(root, { recursive: true });
  });
});
