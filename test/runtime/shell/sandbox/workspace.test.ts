import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openPending } from '../../../../src/runtime/shell/changes/pending';
import { processesWith } from '../shells';
import { holdRun, identities, makePlace, requireSandbox, type HeldRun, type Place, sandboxNode } from './held';
import { startServers } from './servers';

for (const identity of identities) {
  describe(`The workspace sandbox of ${identity}`, function () {
    this.timeout(60_000);
    let place: Place;
    before(async function () {
      await requireSandbox(this, identity);
    });
    beforeEach(() => {
      place = makePlace(identity);
      place.write(path.join(place.workspace, 'a'), 'a\n');
    });
    afterEach(() => {
      const left = readdirSync(place.temporary).filter((name) => name.startsWith('agentlm-sandbox-'));
      place.remove();
      assert.deepEqual(left, [], 'nothing is left in the temporary folder');
    });

    async function withRun(
      test: (held: HeldRun) => Promise<void>,
      options?: Parameters<typeof holdRun>[2],
    ): Promise<void> {
      const held = await holdRun(identity, place, options);
      try {
        await test(held);
      } finally {
        await held.close();
      }
    }
    const changes = async () => {
      const listed = await (await openPending(place.storage, 'os_test')).list();
      return listed.map(({ kind, path: file }) => `${kind} ${file}`);
    };
    const goneWithin = async (milliseconds: number, text: string): Promise<void> => {
      const end = Date.now() + milliseconds;
      while (processesWith(text).length > 0) {
        assert.ok(Date.now() < end, processesWith(text).join('\n'));
        await delay(20);
      }
    };

    it('shows the machine as it is, at the same paths and as the same user', () =>
      withRun(async ({ run }) => {
        const { uid } =
          identity === 'root' ? { uid: 0 } : { uid: process.getuid?.() === 0 ? 65534 : process.getuid?.() };
        const { output } = await run('id -u; pwd; cat a; echo "$HOME"; head -c 4 "$(type -P bash)" | tail -c 3');
        assert.equal(output, `${uid}\n${place.workspace}\na\n${place.home}\nELF`);
      }));

    it('keeps changes from the workspace, across the end of a shell', () =>
      withRun(async ({ run }) => {
        await run('echo b >a; mkdir new; cd new; echo c >c; echo t >/tmp/t; echo h >~/h; :');
        assert.match((await run('exit 3')).note ?? '', new RegExp(`new shell in ${place.workspace}/new`));
        const next = await run('pwd; cat ../a c /tmp/t ~/h');
        assert.equal(next.output, `${place.workspace}/new\nb\nc\nt\nh\n`);
        assert.equal(readFileSync(path.join(place.workspace, 'a'), 'utf8'), 'a\n');
        assert.deepEqual(readdirSync(place.workspace), ['a']);
        assert.deepEqual(readdirSync(place.home), []);
        assert.deepEqual(await changes(), ['modified a', 'added new/c']);
      }));

    it('lets a long command go to the background, and shows what it writes, prints and serves to the next shells', () =>
      withRun(async ({ run, toBackground }) => {
        await run('mkdir in; cd in; export X=1');
        const server = `'${sandboxNode}' -e 'require("net").createServer((s) => s.end("served\\n")).listen(8123, () => console.log("listens"))'`;
        const { output, note = '' } = await toBackground(
          `echo early; (${server}) & sleep 0.3; echo w >written; read x`,
          /listens/,
        );
        assert.match(output, /^early\n[^]*listens\n$/);
        const [, file = ''] = /goes to (\S+\.txt)\. /.exec(note) ?? [];
        const next = await run(
          'echo $X; pwd; until [ -e written ]; do sleep 0.1; done; cat written; cat </dev/tcp/127.0.0.1/8123',
        );
        assert.equal(next.output, `1\n${place.workspace}/in\nw\nserved\n`);
        await run('echo s >second; exit');
        const third = await run(`cat second; echo t >third; cat </dev/tcp/127.0.0.1/8123; cat ${file}`);
        assert.equal(third.output, 's\nserved\n');
        assert.deepEqual(readdirSync(place.workspace), ['a']);
      }).then(async () =>
        assert.deepEqual(await changes(), ['added in/second', 'added in/third', 'added in/written']),
      ));

    it('goes on where the command in the background has ended', () =>
      withRun(async ({ run, toBackground }) => {
        const { note = '' } = await toBackground('echo early; sleep 0.5; echo late; exit 4', /early/);
        const [, file = ''] = /goes to (\S+\.txt)\. /.exec(note) ?? [];
        const { output } = await run(`until grep -q ended ${file}; do sleep 0.1; done; cat ${file}; echo b >b`);
        assert.equal(output, 'late\n\n[The command ended with exit code 4.]\n');
        await run('exit');
        assert.equal((await run('cat b')).output, 'b\n');
      }));

    it('starts the next shell in the workspace when its folder is gone', () =>
      withRun(async ({ run }) => {
        await run('mkdir new; cd new');
        await run('rmdir ../new; exit');
        assert.equal((await run('pwd')).output, `${place.workspace}\n`);
      }));

    it('keeps commands, job control and keys as they are outside', () =>
      withRun(async ({ run }) => {
        assert.equal((await run('cat <<A; cat <<B\na\nA\nb\nB')).output, 'a\nb\n');
        assert.equal((await run("sh -c 'kill -9 $$'")).exitCode, 137);
        assert.match((await run('kill -9 $$')).note ?? '', /ended the shell/);
        assert.match((await run('sleep 30 & jobs; kill %1; wait %1')).output, /Running.*sleep 30/);
        assert.equal((await run('[ -t 0 ] && stty size')).output, '24 80\n');
      }));

    it('takes a workspace whose path is full of signs', async () => {
      const workspace = path.join(place.folder, 'a,b:c\\d "e" $f\n');
      place.write(path.join(workspace, 'a'), 'a\n');
      await withRun(
        async ({ run }) => {
          assert.equal((await run('cat a; echo b >b; pwd')).output, `a\n${workspace}\n`);
        },
        { workspace },
      );
      assert.deepEqual(await changes(), ['added b']);
      assert.deepEqual(readdirSync(workspace), ['a']);
    });

    it('takes the home folder itself, and hides what is secret in it', async () => {
      place.write(path.join(place.home, '.ssh/id_test'), 'a key\n');
      place.write(path.join(place.home, 'notes'), 'a note\n');
      await withRun(
        async ({ run }) => {
          assert.equal((await run('cat notes .ssh/id_test 2>/dev/null; echo x >>notes')).output, 'a note\n');
        },
        { workspace: place.home },
      );
      assert.deepEqual(await changes(), ['modified notes']);
    });

    it('takes a workspace within what is hidden, for the user has chosen it, and hides what else is asked for', async () => {
      const workspace = path.join(place.home, '.config/Code/User/notes');
      place.write(path.join(workspace, 'a'), 'a\n');
      place.write(path.join(workspace, 'secret'), 's\n');
      place.write(path.join(place.home, '.config/Code/User/globalStorage'), 'tokens\n');
      await withRun(
        async ({ run }) => {
          const { output } = await run('cat a; cat ../globalStorage secret 2>/dev/null; ls -A ..');
          assert.equal(output, 'a\nnotes\n');
        },
        { workspace, hide: [path.join(workspace, 'secret')] },
      );
    });

    it('works where temporary files are kept in the home folder', async () => {
      const TMPDIR = path.join(place.home, 'tmp');
      place.write(path.join(TMPDIR, 'x'), '');
      await withRun(
        async ({ run }) => {
          await run('echo h >~/h; echo t >/tmp/t; mktemp >/dev/null && echo b >a');
          assert.equal((await run('cat ~/h /tmp/t a; ls ~')).output, 'h\nt\nb\nh  tmp\n');
        },
        { variables: { TMPDIR } },
      );
      assert.deepEqual(await changes(), ['modified a']);
      assert.deepEqual(readdirSync(TMPDIR), ['x']);
    });

    it('refuses a workspace in which the changes of runs would be kept', async () => {
      await assert.rejects(
        holdRun(identity, place, { workspace: place.folder }),
        /cannot be sandboxed, for the changes/,
      );
      assert.deepEqual(readdirSync(place.storage), []);
    });

    it('shows changes to what makes git and the editor run programs, and applies none by itself', async () => {
      place.write(path.join(place.workspace, '.git/config'), '[core]\n');
      place.write(path.join(place.workspace, '.vscode/settings.json'), '{}');
      await withRun(async ({ run }) => {
        await run(
          'mkdir -p .git/hooks; echo x >.git/hooks/pre-commit; echo x >>.git/config; echo x >.vscode/settings.json',
        );
      });
      const pending = await openPending(place.storage, 'os_test');
      assert.deepEqual(
        (await pending.list()).map(({ path: file, caution }) => [file, caution]),
        [
          ['.git/config', 'git'],
          ['.git/hooks/pre-commit', 'git'],
          ['.vscode/settings.json', 'editor'],
        ],
      );
      assert.equal(readFileSync(path.join(place.workspace, '.vscode/settings.json'), 'utf8'), '{}');
      assert.equal(existsSync(path.join(place.workspace, '.git/hooks')), false);
    });

    it('reaches the network when that is switched on, but no socket of the host', async () => {
      const servers = await startServers(place);
      const tcp = 'exec 3<>/dev/tcp/127.0.0.1/$TEST_TCP && echo reached';
      const knock = `'${sandboxNode}' -e 'require("net").connect("\\0" + process.env.TEST_ABSTRACT).on("connect", () => { console.log("reached"); process.exit(); }).on("error", () => console.log("refused"))'`;
      try {
        await withRun(
          async ({ run }) => {
            assert.equal((await run(`(${tcp})`)).output, 'reached\n');
            assert.equal((await run(knock)).output, 'refused\n');
          },
          { network: true, variables: servers.variables },
        );
      } finally {
        await servers.close();
      }
    });

    describe('when it is over', () => {
      const leave = (seconds: number) =>
        `sleep ${seconds} & nohup sleep ${seconds} >/dev/null 2>&1 & setsid -f sleep ${seconds}; (setsid -f env -i sleep ${seconds} &); (trap "" HUP TERM INT; exec setsid -f sleep ${seconds}) &\nsleep 0.2`;

      it('has left no process, however it was detached', async () => {
        await withRun(async ({ run }) => {
          await run(leave(765431));
          assert.ok(processesWith('sleep 765431').length >= 5);
        });
        assert.deepEqual(processesWith('sleep 765431'), []);
      });

      it('by a stop, has left no process, and says so within a second', async () => {
        await withRun(async (held) => {
          await held.run(leave(765432));
          const running = held.run("trap '' INT QUIT TERM; while :; do sleep 0.1; done");
          await delay(300);
          const began = Date.now();
          held.process.kill('SIGUSR2');
          assert.match((await running).note ?? '', /run was stopped/);
          const tookMs = Date.now() - began;
          await goneWithin(1_000 - Math.min(tookMs, 900), 'sleep 765432');
        });
      });

      it('because its process was killed, has left no process after five seconds, and its changes', async () => {
        const held = await holdRun(identity, place);
        await held.run(`echo b >a; ${leave(765433)}`);
        const running = held.run('echo c >c; while :; do sleep 0.1; done');
        running.catch(() => undefined);
        await delay(200);
        held.process.kill('SIGKILL');
        await goneWithin(5_000, 'sleep 765433');
        await goneWithin(5_000, place.folder);

        const pending = await openPending(place.storage, 'os_test');
        assert.equal(await pending.state(), 'interrupted');
        assert.deepEqual(await changes(), ['modified a', 'added c']);
        const { applied, left } = await pending.apply('all');
        assert.deepEqual([applied, left], [['a', 'c'], 0]);
        assert.deepEqual(readdirSync(place.storage), []);
      });
    });

    describe('limits', () => {
      it('a file to what the run may write', () =>
        withRun(
          async ({ run }) => {
            const { exitCode, note = '' } = await run('head -c 50000000 /dev/zero >big');
            // By the kernel, or because such a file is all that the run may write.
            assert.ok(exitCode === 153 || note.includes('has written more than 10 MB'), `${exitCode} ${note}`);
            await run('truncate -s 1T sparse; fallocate -l 1G full; :');
            const layer = path.join(place.storage, 'os_test/upper');
            const sizes = readdirSync(layer).map((name) => statSync(path.join(layer, name)).size);
            assert.ok(sizes.length > 0 && Math.max(...sizes) <= 10e6, sizes.join());
          },
          { writeLimitBytes: 10e6 },
        ));

      it('all files together, in the workspace or elsewhere', async () => {
        for (const [index, folder] of ['.', '/tmp', '~', '/var/tmp', '/dev/shm'].entries()) {
          await withRun(
            async ({ run }) => {
              const { note, output } = await run(
                `cd ${folder}; for ((i = 0; i < 400; i++)); do head -c 4000000 /dev/zero >f$i || break; sleep 0.01; done; du -sm . | cut -f1`,
              );
              if (folder === '/dev/shm') assert.ok(Number(output.match(/\d+\n$/)?.[0]) <= 65, 'held by the kernel');
              else assert.match(note ?? '', /has written more than 20 MB/, folder);
              assert.equal((await run('rm -rf f*; echo next')).output, 'next\n');
            },
            { writeLimitBytes: 20e6, id: `os_test_${index}` },
          );
        }
      });

      it('empty files, each of which counts as 4 KB', () =>
        withRun(
          async ({ run }) => {
            const { note } = await run('seq 200000 | xargs touch');
            assert.match(note ?? '', /has written more than 4 MB/);
            assert.ok(readdirSync(path.join(place.storage, 'os_test/upper')).length < 100_000);
          },
          { writeLimitBytes: 4e6 },
        ));

      it('a file that is deleted and still open', () =>
        withRun(
          async ({ run }) => {
            const { exitCode } = await run('exec 5>gone; rm gone; head -c 50000000 /dev/zero >&5');
            assert.equal(exitCode, 153, 'SIGXFSZ');
          },
          { writeLimitBytes: 10e6 },
        ));

      it('the number of processes', async function () {
        if (
          identity === 'root' &&
          !['/sys/fs/cgroup/pids', '/sys/fs/cgroup/cgroup.procs'].some((file) => existsSync(file))
        )
          this.skip();
        await withRun(
          async ({ run }) => {
            const many = `'${sandboxNode}' -e 'let failed = 0; for (let i = 0; i < 200; i++) require("child_process").spawn("sleep", ["765434"]).on("error", () => failed++); setTimeout(() => { console.log(failed > 100); process.exit(); }, 500)'`;
            assert.equal((await run(many)).output, 'true\n');
            assert.ok(processesWith('sleep 765434').length <= 100);
          },
          { processLimit: 100 },
        );
        await goneWithin(1_000, 'sleep 765434');
        for (const root of ['/sys/fs/cgroup', '/sys/fs/cgroup/pids', '/sys/fs/cgroup/unified'])
          assert.ok(!existsSync(path.join(root, 'agentlm-os_test')));
      });
    });
  });
}
