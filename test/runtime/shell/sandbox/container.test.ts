import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PendingChanges } from '../../../../src/agent/changes';
import { openPending } from '../../../../src/runtime/shell/changes/pending';
import { openShell, type ShellEnvironment } from '../../../../src/runtime/shell/openShell';
import { openContainerSandbox, type ContainerSandboxOptions } from '../../../../src/runtime/shell/sandbox/container';
import { never, shortPatience } from '../shells';
import { holdRun, identities, makePlace, type Place } from './held';
import { buildImage, containers, engine, image, removeImage } from './image';

/** Takes docker's words. What is added is for this machine, where podman's own default is refused. */
const asDocker = `case $1 in run) shift; set -- run --ulimit nproc=1024:1024 "$@" ;; esac; exec ${engine.join(' ')} "$@"\n`;

const id = `os_${process.pid}`;

describe('The container sandbox', function () {
  this.timeout(120_000);
  let place: Place;
  before(function () {
    if (!buildImage()) this.skip();
  });
  after(() => removeImage());
  beforeEach(() => {
    place = makePlace(identities[0] ?? 'root');
    place.write(path.join(place.workspace, 'a'), 'a\n');
  });
  afterEach(() => {
    place.remove();
    assert.equal(containers(), '', 'no container is left');
  });

  type Run = { shell: ShellEnvironment; run: (command: string) => ReturnType<ShellEnvironment['execute']> };
  async function withContainer(
    test: (run: Run) => Promise<void>,
    options: Partial<ContainerSandboxOptions> = {},
  ): Promise<PendingChanges> {
    await delay(50);
    const run = { id, workspace: place.workspace, problem: 'x' };
    const whole = { network: false, writeLimitBytes: 50e6, storage: place.storage, image, engine, ...options };
    const sandbox = await openContainerSandbox(run, whole, never);
    const shell = await openShell({ cwd: place.workspace, sandbox, patience: shortPatience });
    try {
      await test({ shell, run: async (command) => shell.execute(command, never) });
    } finally {
      await shell.close();
    }
    return openPending(place.storage, id);
  }
  const short = async (pending: PendingChanges) =>
    (await pending.list()).map(({ kind, path: file }) => `${kind} ${file}`);

  // A file named like docker's program is taken for it: then the workspace is copied, as it is for docker.
  for (const layer of ['an overlay', 'a copy'] as const) {
    describe(`with ${layer}`, () => {
      let folder: string;
      let own: Partial<ContainerSandboxOptions>;
      before(() => {
        folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
        const program = path.join(folder, 'docker');
        writeFileSync(
          program,
          `#!/bin/sh
${asDocker}`,
          { mode: 0o755 },
        );
        own = layer === 'a copy' ? { engine: [program] } : {};
      });
      after(() => rmSync(folder, { recursive: true }));

      it('shows the workspace at its own path, and keeps changes from it', async () => {
        place.write(path.join(place.workspace, 'd/b'), 'b\n');
        place.write(path.join(place.workspace, 'gone/c'), 'c\n');
        const pending = await withContainer(async ({ run }) => {
          assert.equal((await run('pwd; cat a; type -P podman')).output, `${place.workspace}\na\n`);
          await run('echo x >>a; rm -r gone; rm -r d; mkdir d; echo n >d/n; ln -s a l; chmod 700 d/n');
          await run('cd d; x=1');
          await run('exit 4');
          assert.equal((await run('pwd; echo ../*; echo "<$x>"')).output, `${place.workspace}/d\n../a ../d ../l\n<>\n`);
          assert.equal(readFileSync(path.join(place.workspace, 'a'), 'utf8'), 'a\n');
        }, own);
        assert.deepEqual(await short(pending), ['modified a', 'deleted d/b', 'added d/n', 'deleted gone', 'added l']);
        assert.equal((await pending.apply('all')).left, 0);
        assert.deepEqual(readdirSync(place.workspace), ['a', 'd', 'l']);
        assert.deepEqual(readdirSync(path.join(place.workspace, 'd')), ['n']);
        assert.deepEqual(readdirSync(place.storage), []);
      });

      it('counts what the run writes, and not what it found', async () => {
        const large = path.join(place.workspace, 'large');
        writeFileSync(large, Buffer.alloc(8e6, 'x'));
        const limit = { ...own, writeLimitBytes: 4e6 };
        const pending = await withContainer(async ({ run }) => {
          assert.equal((await run('sleep 1; echo well')).output, 'well\n');
          const { note } = await run('i=0; while :; do i=$((i + 1)); yes | head -c 1000000 >f$i; done');
          assert.match(note ?? '', /has written more than 4 MB/);
        }, limit);
        await pending.discard();
      });

      it('refuses what the user has changed meanwhile', async () => {
        const pending = await withContainer(async ({ run }) => {
          await run('echo x >>a');
          writeFileSync(path.join(place.workspace, 'a'), 'mine\n');
        }, own);
        const { refused } = await pending.apply('all');
        assert.deepEqual(
          refused.map(({ reason }) => reason),
          ['conflict'],
        );
        await pending.discard();
        assert.deepEqual(readdirSync(place.storage), []);
      });
    });
  }

  it('has no network, no capability, nothing of the host, and cannot write to its own commands', async () => {
    await withContainer(async ({ run }) => {
      assert.match((await run('(exec 3<>/dev/tcp/192.0.2.1/80) 2>&1')).output, /Network is unreachable/);
      assert.equal(
        (await run('cat /proc/self/status | sed -n "/^Cap[PE]/p;/^NoNewPrivs/p" | tr -d "\\t"')).output,
        'CapPrm:0000000000000000\nCapEff:0000000000000000\nNoNewPrivs:1\n',
      );
      assert.equal(
        (await run(`ls ${place.home} ${place.storage} /root 2>/dev/null; env | sed -n "/PODMAN\\|HOME=.root.test/p"`))
          .output,
        '',
      );
      assert.match((await run('echo x >"${BASH_SOURCE[0]}"')).output, /Read-only file system/);
    });
  });

  it('refuses a workspace in which the changes are kept, also by way of a link', async () => {
    const link = path.join(place.temporary, 'link');
    symlinkSync(place.storage, link);
    const options = { network: false, writeLimitBytes: 50e6, storage: link, image, engine };
    const run = { id, workspace: place.folder, problem: 'x' };
    await assert.rejects(openContainerSandbox(run, options, never), { code: 'sandbox.overlap' });
    assert.deepEqual(readdirSync(place.storage), []);
  });

  it('mounts what else is asked for', async () => {
    place.write(path.join(place.folder, 'data/x'), 'x\n');
    await withContainer(
      async ({ run }) => {
        assert.equal((await run('cat /data/x; echo y >/data/x')).output.split('\n')[0], 'x');
      },
      { volumes: [`${path.join(place.folder, 'data')}:/data:ro`] },
    );
    assert.equal(readFileSync(path.join(place.folder, 'data/x'), 'utf8'), 'x\n');
  });

  it('keeps the shell through a timeout, a stop and Ctrl-C', async () => {
    await withContainer(async ({ shell, run }) => {
      await run('x=kept');
      const stopping = new AbortController();
      const running = shell.execute('sleep 600 & while :; do sleep 1; done', stopping.signal);
      await delay(500);
      const began = Date.now();
      stopping.abort();
      assert.match((await running).note ?? '', /run was stopped/);
      assert.ok(Date.now() - began < 5_000);
      assert.match((await run('echo $x; ps | sed -n "/sleep/p" | sed "/sed/d"')).output, /kept\n$/);
    });
  });

  it('keeps the shell when a command has to be killed, and lets others go on in the background', async () => {
    const pending = await withContainer(async ({ shell, run }) => {
      const stubborn = `sh -c 'trap "" INT QUIT; echo stubborn; while :; do sleep 1; done'`;
      const during = async (command: string, printed: RegExp, act: () => void) => {
        const running = run(command);
        while (!printed.test(shell.lastLines(5).join('\n'))) await delay(20);
        act();
        return running;
      };
      await run('x=kept; export y=1');
      assert.equal((await during(stubborn, /stubborn/, () => shell.interrupt())).exitCode, 137);
      assert.equal((await run('echo $x')).output, 'kept\n');

      const command = 'echo early; until [ -e go ]; do sleep 0.1; done; echo late; echo w >written; sleep 600';
      const { output, note = '' } = await during(command, /early/, () => shell.sendToBackground());
      assert.equal(output, 'early\n');
      const [, file = ''] = /goes to (\S+\.txt)\. /.exec(note) ?? [];
      const next = await run(
        `echo "$x<$y>" >go; cat go; until [ -e written ]; do sleep 0.1; done; cat written ${file}`,
      );
      assert.equal(next.output, '<1>\nw\nlate\n');
      await run('x=second');
      assert.equal((await during(stubborn, /stubborn/, () => shell.interrupt())).exitCode, 137);
      assert.equal(
        (await run('echo $x; ps | sed -n "/sleep 600/p" | sed "/sed/d;s/.*sleep/sleep/"')).output,
        'second\nsleep 600\n',
      );
      await run('exit');
      assert.equal(
        (await run('rm go; ps | sed -n "/sleep 600/p" | sed "/sed/d;s/.*sleep/sleep/"')).output,
        'sleep 600\n',
      );
    });
    assert.deepEqual(await short(pending), ['added written']);
    await pending.discard();
  });

  it('is stopped when the run has written more than it may', async () => {
    await withContainer(
      async ({ run }) => {
        const { note } = await run('i=0; while :; do i=$((i + 1)); yes | head -c 3000000 >f$i; done');
        assert.match(note ?? '', /has written more than 20 MB/);
        assert.equal((await run('rm -f f*; echo next')).output, 'next\n');
      },
      { writeLimitBytes: 20e6 },
    );
  });

  it('is removed within five seconds when the process that holds it is killed, and its changes wait', async () => {
    const held = await holdRun('root', place, { kind: 'container', id, image, engine });
    await held.run('echo x >>a; sleep 600 &');
    const running = held.run('while :; do sleep 1; done');
    running.catch(() => undefined);
    held.process.kill('SIGKILL');
    const end = Date.now() + 5_000;
    while (containers() !== '') {
      assert.ok(Date.now() < end);
      await delay(50);
    }
    const pending = await openPending(place.storage, id);
    assert.equal(await pending.state(), 'interrupted');
    assert.deepEqual(await short(pending), ['modified a']);
    await pending.discard();
  });

  it('says what is missing, and what to do', async () => {
    const opening = (options: Partial<ContainerSandboxOptions>) => withContainer(async () => undefined, options);
    await assert.rejects(opening({ image: 'localhost/none' }), {
      code: 'sandbox.image',
      message: /Get it with: podman pull localhost\/none$/,
    });
    await assert.rejects(opening({ engine: ['no-such-engine'] }), { code: 'sandbox.noEngine' });
    await assert.rejects(opening({ engine: ['false'] }), { code: 'sandbox.engine' });
    assert.deepEqual(readdirSync(place.storage), []);
  });
});
