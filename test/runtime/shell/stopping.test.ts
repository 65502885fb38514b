import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { openShell } from '../../../src/runtime/shell/openShell';
import { longPatience, never, patientMs, processesWith, shortPatience, withShell } from './shells';

/** A number that makes a `sleep` of this test file recognisable among all processes. */
let serial = 40_000 + (process.pid % 1000) * 10;
const uniqueSleep = () => `sleep ${++serial}`;
/** Says so from the very process that then sleeps: a Ctrl-C that comes between fork and exec is lost, in every bash. */
const announced = (sleep: string) => `sh -c 'echo started; exec ${sleep}'`;

describe('a command that runs too long', function () {
  this.timeout(patientMs);

  const commandTimeoutMs = 300;

  it('is stopped with Ctrl-C, and the shell goes on as before', () =>
    withShell(
      async ({ run }) => {
        await run('x=1');
        const { output, exitCode, note } = await run(`${announced('sleep 30')}; echo b`);
        assert.equal(output, 'started\n^C\n');
        assert.equal(exitCode, 130);
        assert.equal(note, 'The command was stopped because it ran longer than 0.3 seconds.');
        assert.equal((await run('echo $x')).output, '1\n');
      },
      { commandTimeoutMs, patience: longPatience },
    ));

  const stubborn = [
    { title: 'reads standard input', command: 'cat' },
    { title: 'waits for a line', command: 'read x; echo "<$x>"' },
    { title: 'is a loop of the shell itself', command: 'while :; do :; done' },
    { title: 'ignores Ctrl-C', command: `bash -c "trap '' INT; while :; do sleep 0.1; done"` },
    { title: 'ignores Ctrl-C and Ctrl-\\', command: `bash -c "trap '' INT QUIT; while :; do sleep 0.1; done"` },
    { title: 'has made the terminal raw', command: `stty raw -echo; sleep 30` },
    { title: 'is stopped, and waits for the shell', command: `sh -c 'kill -STOP $$' | cat; wait; sleep 30` },
  ];
  for (const { title, command } of stubborn) {
    it(`is stopped also if it ${title}`, () =>
      withShell(
        async ({ run }) => {
          await run('x=1');
          assert.match((await run(command)).note ?? '', /^The command was stopped because it ran longer than/);
          assert.equal((await run('echo $x')).output, '1\n');
        },
        { commandTimeoutMs, patience: { ...shortPatience, killMs: 60_000 } },
      ));
  }

  for (const command of [`trap '' INT; while :; do sleep 0.1; done`, 'exec bash --norc']) {
    it(`takes the shell with it if nothing else helps: ${command}`, () =>
      withShell(
        async ({ run, folder }) => {
          const sleep = uniqueSleep();
          const { exitCode, note = '', cwd } = await run(`${sleep} & ${command}`);
          assert.equal(exitCode, null);
          assert.equal(cwd, folder);
          assert.match(
            note,
            /^The command was stopped .* This ended the shell\. The next command runs in a new shell in/,
          );
          assert.deepEqual(processesWith(sleep), []);
          assert.equal((await run('echo a')).output, 'a\n');
        },
        { commandTimeoutMs },
      ));
  }

  it('leaves background jobs of earlier commands alone', () =>
    withShell(
      async ({ run }) => {
        const sleep = uniqueSleep();
        await run(`${sleep} &`);
        await run('sleep 30');
        assert.equal(processesWith(sleep).length, 1);
      },
      { commandTimeoutMs, patience: longPatience },
    ));

  it('may run for ever with a limit of 0', () =>
    withShell(async ({ run }) => assert.equal((await run('sleep 0.5; echo a')).output, 'a\n'), {
      commandTimeoutMs: 0,
    }));
});

describe('an abort', function () {
  this.timeout(patientMs);

  it('stops the command, and nothing of the run stays alive but the shell', () =>
    withShell(
      async ({ execute, run, sees }) => {
        const [before, beside, inFront] = [uniqueSleep(), uniqueSleep(), uniqueSleep()];
        await run(`x=1; ${before} &`);
        const abort = new AbortController();
        const execution = execute(`setsid nohup ${beside} >/dev/null 2>&1 & ${announced(inFront)}`, abort.signal);
        await sees(/\nstarted/);
        abort.abort();
        const { output, note } = await execution;
        assert.match(output, /^started\n\^C/);
        assert.equal(note, 'The command was stopped because the run was stopped.');
        assert.deepEqual([before, beside, inFront].flatMap(processesWith), []);
        // Bash may have something to say about the job that was ended.
        assert.match((await run('echo "<$x>"')).output, /<1>\n$/);
      },
      { patience: longPatience },
    ));

  it('takes the shell with it if the command does not heed Ctrl-C', () =>
    withShell(async ({ execute, run, sees }) => {
      const sleep = uniqueSleep();
      const abort = new AbortController();
      const execution = execute(`trap '' INT QUIT; echo started; ${sleep}`, abort.signal);
      await sees(/\nstarted/);
      abort.abort();
      assert.equal((await execution).exitCode, null);
      assert.deepEqual(processesWith(sleep), []);
      assert.equal((await run('echo a')).output, 'a\n');
    }));

  it('overtakes the ladder of a timeout', () =>
    withShell(
      async ({ execute, sees }) => {
        const abort = new AbortController();
        const execution = execute(`bash -c "trap '' INT QUIT; while :; do sleep 0.1; done"`, abort.signal);
        await sees(/\^C/);
        abort.abort();
        assert.match((await execution).note ?? '', /ran longer than/);
      },
      { commandTimeoutMs: 100, patience: { ...longPatience, abortMs: 100 } },
    ));

  it('before the start means that nothing is run', () =>
    withShell(async ({ execute, run }) => {
      const { output, exitCode, note } = await execute('touch done', AbortSignal.abort());
      assert.deepEqual([output, exitCode, note], ['', null, 'The command was not run.']);
      assert.equal((await run('ls')).output, '');
    }));

  it('while it waits for its turn means that it is not run, and the next one is', () =>
    withShell(async ({ execute, run }) => {
      const first = run('sleep 0.2; echo first');
      const abort = new AbortController();
      const second = execute('touch done', abort.signal);
      const third = run('ls');
      abort.abort();
      assert.equal((await second).note, 'The command was not run.');
      assert.equal((await first).output, 'first\n');
      assert.equal((await third).output, '');
    }));
});

describe('closing the shell', function () {
  this.timeout(patientMs);

  it('ends every process of the run, also those that left its terminal', () =>
    withShell(async ({ run, close }) => {
      const sleeps = [uniqueSleep(), uniqueSleep(), uniqueSleep(), uniqueSleep()];
      await run(
        `${sleeps[0]} & setsid ${sleeps[1]} & (setsid nohup ${sleeps[2]} >/dev/null 2>&1 &)
        bash -c "trap '' HUP TERM INT; ${sleeps[3]}; :" & sleep 0.1`,
      );
      assert.equal(sleeps.flatMap(processesWith).length, 5); // the last one with its bash
      await close();
      assert.deepEqual(sleeps.flatMap(processesWith), []);
    }));

  it('ends a command that Ctrl-Z has stopped', () =>
    withShell(async ({ run, type, sees, close }) => {
      const sleep = uniqueSleep();
      const execution = run(announced(sleep));
      await sees(/\nstarted/);
      type('\x1a');
      assert.equal((await execution).exitCode, 148);
      assert.equal(processesWith(sleep).length, 1);
      await close();
      assert.deepEqual(processesWith(sleep), []);
    }));

  it('removes its files, and can be done twice', async () => {
    const files = () => readdirSync(tmpdir()).filter((name) => name.startsWith('agentlm-shell-'));
    const before = new Set(files());
    const shell = await openShell({ cwd: tmpdir(), patience: shortPatience });
    const own = files().filter((name) => !before.has(name));
    assert.notEqual(own.length, 0);
    await shell.execute('true', never);
    await Promise.all([shell.close(), shell.close()]);
    await shell.close();
    assert.deepEqual(
      files().filter((name) => own.includes(name)),
      [],
    );
  });

  it('ends a command that runs, and those that wait', () =>
    withShell(async ({ run, sees, close }) => {
      const sleep = uniqueSleep();
      const running = run(`echo started; ${sleep}`);
      const waiting = run('touch done');
      await sees(/\nstarted/);
      const refused = assert.rejects(waiting, { code: 'shell.closed' });
      await close();
      assert.equal((await running).exitCode, null);
      await refused;
      await assert.rejects(run('true'), { code: 'shell.closed' });
      assert.deepEqual(processesWith(sleep), []);
    }));
});
