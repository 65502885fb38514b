import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openContainer, type ContainerOptions } from '../../../src/runtime/evaluation/container';
import { runScript } from '../../../src/runtime/evaluation/runScript';
import { machineSandbox } from '../../../src/runtime/evaluation/machineSandbox';
import { openShell } from '../../../src/runtime/shell/openShell';
import { processesWith } from '../shell/shells';
import { never } from './hosts';

/** Static programs of Debian, from which an image is made without fetching anything. */
const bash = '/bin/bash-static';
const busybox = '/bin/busybox';
const image = 'localhost/agentlm-test-evaluation';
const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

/** Podman where there is no systemd and no second process namespace to be had. */
const engine = ['podman', '--runtime', 'runc', '--cgroup-manager', 'cgroupfs'];
const options: ContainerOptions = { engine, network: false, writeLimitBytes: 50e6 };

describe('A container', function () {
  this.timeout(60_000);
  let root: string;

  before(function () {
    root = mkdtempSync(path.join(tmpdir(), 'agentlm-test-container-'));
    if (![bash, busybox].every((file) => existsSync(file)) || !isThere('podman')) this.skip();
    copyFileSync(bash, path.join(root, 'bash'));
    copyFileSync(busybox, path.join(root, 'busybox'));
    const links = ['sh', 'env', 'cat', 'ls', 'sleep', 'stty', 'id', 'pwd'].map(
      (name) => `/bin/busybox ln -s /bin/busybox /bin/${name}`,
    );
    const steps = `/bin/busybox mkdir -p /tmp /root; ${links.join('; ')}`;
    const json = JSON.stringify(['/bin/busybox', 'sh', '-c', steps]);
    writeFileSync(path.join(root, 'Dockerfile'), `FROM scratch\nCOPY bash busybox /bin/\nENV PATH=/bin\nRUN ${json}\n`);
    try {
      podman('build', '--quiet', '--network', 'none', ...limits, '--tag', image, root);
    } catch {
      this.skip();
    }
    for (const name of readdirSync(root)) rmSync(path.join(root, name));
  });
  after(() => {
    if (isThere('podman')) podman('rmi', '--force', '--ignore', image);
    rmSync(root, { recursive: true, force: true });
  });

  function podman(...rest: string[]): string {
    return execFileSync('podman', [...engine.slice(1), ...rest], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  it('holds the shell and the scripts of a task, and is gone with it', async () => {
    const machine = await openContainer(path.join(root, 'agentlm-one'), image, options, never);
    const shell = await openShell({
      cwd: '/',
      scratchParent: machine.exchange,
      sandbox: machineSandbox(machine),
    });
    try {
      assert.equal((await shell.execute('echo 7 >/seven; cd /tmp; echo $HOME; sleep 1004 &', never)).exitCode, 0);
      const run = async (code: string, ...args: string[]) =>
        runScript(machine, { language: 'bash', code }, args, { timeoutMs: 20_000, signal: never });
      assert.deepEqual(await run('cat /seven; echo "$1"; exit 4', 'a b'), { output: '7\na b\n', exitCode: 4 });
      assert.equal((await shell.execute('pwd', never)).output, '/tmp\n');
      const capabilities = 'while read -r name value; do [ $name = CapEff: ] && echo $value; done </proc/self/status';
      // Those of linux/capability.h with the numbers 0, 1, 3 to 7, 10 and 18.
      assert.equal((await run(`ulimit -u; ${capabilities}`)).output, '1024\n00000000000404fb\n');
    } finally {
      await shell.close();
      await machine.close();
    }
    assert.deepEqual(processesWith('sleep 1004'), []);
    assert.equal(podman('ps', '--all', '--quiet', '--filter', 'name=agentlm-one'), '');
    assert.deepEqual(readdirSync(root), []);
  });

  it('of an image that is not there says how to get it, and leaves nothing', async () => {
    const missing = openContainer(path.join(root, 'agentlm-two'), 'localhost/agentlm-none', options, never);
    await assert.rejects(
      missing,
      /There is no image localhost\/agentlm-none on this machine\. Fetch it first: podman pull/,
    );
    assert.deepEqual(readdirSync(root), []);
  });
});

describe('A container engine that is not there', () => {
  it('is named', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'agentlm-test-container-'));
    const none = { ...options, engine: ['agentlm-no-such-engine'] };
    await assert.rejects(
      openContainer(path.join(root, 'x'), image, none, never),
      /Containers need agentlm-no-such-engine/,
    );
    assert.deepEqual(readdirSync(root), []);
    rmSync(root, { recursive: true });
  });
});

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
