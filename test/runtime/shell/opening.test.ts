import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listFromPs, listProcesses } from '../../../src/runtime/shell/processes';
import { openShell } from '../../../src/runtime/shell/openShell';
import { findBash, shellVariables } from '../../../src/runtime/shell/variables';
import { patientMs, processesWith, sandboxWith, withShell } from './shells';

describe('opening a shell', function () {
  this.timeout(patientMs);

  it('says what to do where there is no bash', async () => {
    await assert.rejects(openShell({ cwd: '/', env: { PATH: '/nowhere:/proc' } }), (error: Error) => {
      assert.match(error.message, /there is none on the PATH \(\/nowhere:\/proc\)\. Install bash/);
      return 'code' in error && error.code === 'shell.noBash';
    });
  });

  it('sends people on Windows to where there is a bash', async () => {
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'win32' });
    try {
      await assert.rejects(findBash({ PATH: process.env['PATH'] }), {
        code: 'shell.noBash',
        message: /Open the folder in WSL/,
      });
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
    }
  });

  it('says so where the folder is missing, or none', async () => {
    for (const cwd of ['/no/such/folder', '/etc/passwd']) {
      await assert.rejects(openShell({ cwd }), { code: 'shell.noFolder', message: new RegExp(`The folder ${cwd} `) });
    }
  });

  it('says what a bash that does not start has printed, and leaves nothing behind', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
    const program = path.join(folder, 'broken');
    writeFileSync(program, '#!/bin/sh\necho "no \\033[1mluck"; exit 1\n');
    chmodSync(program, 0o755);
    let scratch = '';
    const sandbox = sandboxWith((shell) => ((scratch = shell.folder), [program]));
    const opening = openShell({ cwd: folder, sandbox });
    await assert.rejects(opening, (error: Error) => {
      assert.match(error.message, /did not start in .* \(exit code 1\)\. .*no <U\+001B>\[1mluck/);
      assert.ok(!error.message.includes(program), 'the command is for the log');
      assert.ok(String(error.cause).includes(program));
      return 'code' in error && error.code === 'shell.start';
    });
    await assert.rejects(async () => rmSync(scratch), { code: 'ENOENT' });
    rmSync(folder, { recursive: true });
  });

  it('may go through a sandbox, which is told everything it needs', () => {
    const starts: unknown[] = [];
    return withShell(
      async ({ run, folder }) => {
        assert.equal((await run('mkdir a; cd a; echo $IN_SANDBOX')).output, 'yes\n');
        await run('exit');
        assert.equal((await run('pwd; echo $IN_SANDBOX')).output, `${folder}/a\nyes\n`);
        assert.deepEqual(starts, [folder, `${folder}/a`]);
      },
      {
        sandbox: sandboxWith(({ argv, cwd, folder }) => {
          assert.ok(argv.some((argument) => argument.startsWith(folder)));
          starts.push(cwd);
          return ['/usr/bin/env', `--chdir=${cwd}`, 'IN_SANDBOX=yes', ...argv];
        }),
      },
    );
  });

  it('starts no shell while processes of the run are being ended, for it would be ended with them', () => {
    let starts = 0;
    let ends = 0;
    let overflow: (limitBytes: number) => Promise<void> = async () => undefined;
    const slowEnd = Promise.withResolvers<void>();
    const sandbox = {
      ...sandboxWith(({ argv }) => (starts++, argv)),
      end: async () => (ends++ === 0 ? slowEnd.promise : undefined),
      onOverflow: (listener: typeof overflow) => void (overflow = listener),
    };
    return withShell(
      async ({ run }) => {
        const ending = overflow(1000);
        await run('exit');
        const next = run('echo next');
        await delay(100);
        assert.equal(starts, 1);
        slowEnd.resolve();
        await ending;
        assert.equal((await next).output, 'next\n');
        assert.equal(starts, 2);
      },
      { sandbox },
    );
  });

  it('is given up by an abort, however long it takes', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
    const sandbox = sandboxWith(() => ['sleep', '765432']);
    const stopping = new AbortController();
    const opening = openShell({ cwd: folder, sandbox, signal: stopping.signal });
    while (processesWith('sleep 765432').length === 0) await delay(10);
    stopping.abort();
    await assert.rejects(opening, { name: 'AbortError' });
    assert.deepEqual(processesWith('sleep 765432'), []);
    rmSync(folder, { recursive: true });
  });

  it('gives up a shell that is started anew as well, and the command with it', () => {
    const stopping = new AbortController();
    let starts = 0;
    const sandbox = sandboxWith(({ argv }) => (starts++ === 0 ? argv : ['sleep', '765431']));
    return withShell(
      async ({ run, execute }) => {
        await run('exit');
        const next = execute('echo next', stopping.signal);
        while (processesWith('sleep 765431').length === 0) await delay(10);
        stopping.abort();
        assert.equal((await next).note, 'The command was not run.');
      },
      { sandbox },
    );
  });

  it('reads no start-up file of the user', () => {
    const home = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
    for (const name of ['.bashrc', '.bash_profile', '.profile'])
      writeFileSync(path.join(home, name), 'echo read; x=1\n');
    return withShell(
      async ({ run, shown }) => {
        assert.equal((await run('echo "<$x>"')).output, '<>\n');
        assert.doesNotMatch(shown(), /read/);
        rmSync(home, { recursive: true });
      },
      { env: { HOME: home, BASH_ENV: path.join(home, '.bashrc') } },
    );
  });
});

describe('the variables of the shell', function () {
  this.timeout(patientMs);

  it('are those of the host without its secrets and without what belongs to the editor', () => {
    const host = {
      PATH: '/bin',
      HOME: '/home/ada',
      LANG: 'de_DE.UTF-8',
      EDITOR: 'vi',
      SSH_AUTH_SOCK: '/run/agent',
      OPENAI_API_KEY: 'secret',
      github_token: 'secret',
      MY_SECRET_THING: 'secret',
      PGPASSWORD: 'secret',
      AWS_CREDENTIALS: 'secret',
      VSCODE_IPC_HOOK: 'x',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      PROMPT_COMMAND: 'x',
      BASH_ENV: 'x',
      SHELLOPTS: 'x',
      HISTFILE: 'x',
      TMOUT: '1',
      TMUX: 'x',
      TERM: 'dumb',
      PAGER: 'less',
      missing: undefined,
    };
    assert.deepEqual(shellVariables(host, 'run', { EDITOR: 'cat', OWN_KEY: 'k' }), {
      PATH: '/bin',
      HOME: '/home/ada',
      LANG: 'de_DE.UTF-8',
      SSH_AUTH_SOCK: '/run/agent',
      EDITOR: 'cat',
      OWN_KEY: 'k',
      TERM: 'xterm-256color',
      PAGER: 'cat',
      GIT_PAGER: 'cat',
      AGENTLM_RUN: 'run',
    });
  });

  it('have a UTF-8 locale where the host has none', () => {
    assert.match(shellVariables({}, 'run')['LANG'] ?? '', /UTF-8$/);
    assert.equal(shellVariables({ LC_ALL: 'C' }, 'run')['LANG'], undefined);
  });

  it('come without a secret in the real shell', () => {
    process.env['AGENTLM_TEST_API_KEY'] = 'hunter2';
    return withShell(async ({ run }) => {
      assert.equal((await run('env | grep -c hunter2')).output, '0\n');
    }).finally(() => delete process.env['AGENTLM_TEST_API_KEY']);
  });
});

describe('the processes of a run', function () {
  this.timeout(patientMs);

  it('are the same to /proc and to ps', function () {
    if (process.platform !== 'linux') this.skip();
    return withShell(async ({ run }) => {
      const { output } = await run('sleep 60 & (setsid sleep 60 & wait) & sleep 0.1; echo $AGENTLM_RUN');
      const wanted = { run: output.trim().split('\n').at(-1) ?? '', lockLimit: 'none', session: undefined };
      let listed: number[] = [];
      let fromPs: number[] = [];
      // A `stty` of the shell may come and go between the two.
      for (let tries = 0; tries === 0 || (tries < 20 && listed.join() !== fromPs.join()); tries++) {
        listed = (await listProcesses(wanted)).sort((a, b) => a - b);
        fromPs = (await listFromPs(wanted)).sort((a, b) => a - b);
      }
      assert.ok(listed.length >= 4, listed.join()); // bash, a subshell and two sleeps
      assert.deepEqual(fromPs, listed);
    });
  });
});
