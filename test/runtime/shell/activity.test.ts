import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Activity } from '../../../src/agent/environment';
import { longPatience, patientMs, processesWith, withShell, type TestShell } from './shells';

let serial = 60_000 + (process.pid % 1000) * 10;
const uniqueSleep = () => `sleep ${++serial}`;

/** Listens to the shell, and waits for what it does. */
function follow({ onActivity }: Pick<TestShell, 'onActivity'>) {
  const states: Activity['state'][] = [];
  onActivity(({ state }) => states.push(state));
  return {
    states,
    until: async (state: Activity['state']): Promise<void> => {
      const end = Date.now() + 10_000;
      while (states.at(-1) !== state) {
        if (Date.now() > end) throw new Error(`The shell was ${states.join(', ')}, and not ${state}.`);
        await delay(5);
      }
    },
  };
}

describe('What the shell does', function () {
  this.timeout(patientMs);

  it('is told as it changes', () =>
    withShell(async (shell) => {
      const { states } = follow(shell);
      await shell.run('true');
      await shell.run('true');
      assert.deepEqual(states, ['idle', 'running', 'idle', 'running', 'idle']);
    }));

  it('is to wait for input, until somebody types', () =>
    withShell(async (shell) => {
      const { states, until } = follow(shell);
      const running = shell.run('read x; sleep 1; echo "<$x>"');
      await until('waiting-for-input');
      shell.type('Ada\r');
      await until('running');
      const { output, interventions } = await running;
      assert.equal(output, 'Ada\n<Ada>\n');
      assert.deepEqual(interventions, ['typed']);
      assert.deepEqual(states, ['idle', 'running', 'waiting-for-input', 'running', 'idle']);
    }));

  const secrets = [
    'read -s -p "Password: " x; echo; echo ${#x}',
    `python3 -c "import getpass; print(len(getpass.getpass('Token? ')))"`,
    // As sudo with pwfeedback: a star for each key.
    'stty raw -echo; printf "[sudo] password for ada: "; x=$(head -c 7); stty sane; echo; echo ${#x}',
  ];
  for (const command of secrets) {
    it(`is to wait for a secret, which nobody gets to see: ${command}`, () =>
      withShell(async (shell) => {
        const { until } = follow(shell);
        const running = shell.run(command);
        await until('waiting-for-secret');
        assert.match(shell.lastLines(1)[0] ?? '', /: ?$|\? ?$/);
        shell.type('hunter2\r');
        const execution = await running;
        assert.match(execution.output, /\n[67]\n$/);
        assert.doesNotMatch(JSON.stringify(execution) + shell.shown(), /hunter2/);
        assert.deepEqual(execution.interventions, ['typed']);
      }));
  }

  const busy = [
    'sleep 2',
    'sleep 2 | cat',
    'for i in 1 2 3 4; do sleep 0.5; done',
    'bash -c "sleep 2"',
    'sleep 2 & wait',
  ];
  for (const command of busy) {
    it(`is not to wait for input while it works silently: ${command}`, () =>
      withShell(async (shell) => {
        const { states } = follow(shell);
        await shell.run(command);
        assert.deepEqual(states, ['idle', 'running', 'idle']);
      }));
  }

  it('keeps the input timeout from a command as long as somebody types', () =>
    withShell(
      async (shell) => {
        const { until } = follow(shell);
        const running = shell.run('read -e x; echo "<$x>"');
        await until('waiting-for-input');
        for (const key of 'abcdef') {
          shell.type(key);
          await delay(250);
        }
        shell.type('\r');
        assert.match((await running).output, /<abcdef>/);
      },
      { inputTimeoutMs: 900 },
    ));

  it('leaves a nested shell alone in which somebody types', () =>
    withShell(async (shell) => {
      const running = shell.run('PS1="nested " sh; echo back');
      await shell.sees(/\nnested $/);
      shell.type('x=1\r');
      await delay(1500);
      shell.type('exit\r');
      const { output, note } = await running;
      assert.match(output, /back\n$/);
      assert.equal(note, undefined);
    }));
});

describe('A command that takes long', function () {
  this.timeout(patientMs);

  const longCommandMs = 300;

  it('is said to, and may go on: then its time begins anew', () =>
    withShell(
      async (shell) => {
        const { states, until } = follow(shell);
        const running = shell.run('echo one; sleep 2.7; echo two');
        await until('long');
        shell.keepWaiting();
        assert.equal(states.at(-1), 'running');
        assert.equal((await running).output, 'one\ntwo\n');
        assert.equal((await running).interventions, undefined);
      },
      { longCommandMs, commandTimeoutMs: 2_500 },
    ));

  it('shows its last lines meanwhile', () =>
    withShell(
      async (shell) => {
        const { until } = follow(shell);
        const running = shell.run(String.raw`seq 100; printf '\033[31mred\033[0m 10%%\rred 20%%'; sleep 30`);
        await until('long');
        assert.deepEqual(shell.lastLines(3), ['99', '100', 'red 20%']);
        shell.interrupt();
        await running;
        assert.deepEqual(shell.lastLines(3), []);
      },
      { longCommandMs },
    ));

  it('goes to the background: the model reads what there is, and finds the rest in a file', () =>
    withShell(
      async (shell) => {
        const { until } = follow(shell);
        await shell.run('mkdir inner; cd inner; export X="a  b"; y=1');
        const running = shell.run('echo early; sleep 1.5; printf "late \\033[31m1\\033[0m\\n"; (exit 3)');
        await until('long');
        shell.sendToBackground();
        const { output, exitCode, note = '', cwd, interventions } = await running;
        assert.deepEqual([output, exitCode, cwd], ['early\n', null, `${shell.folder}/inner`]);
        assert.deepEqual(interventions, ['background']);
        const [, file = ''] = /goes to (\S+\.txt)\. /.exec(note) ?? [];
        assert.match(
          note,
          /^The user sent the command to the background, .* in a new shell in .*\/inner: exported variables/,
        );

        const next = await shell.run('echo "$X<$y>"; pwd');
        assert.equal(next.output, `a  b<>\n${shell.folder}/inner\n`);
        assert.equal(next.note, undefined);
        const { output: rest } = await shell.run(`until grep -q ended ${file}; do sleep 0.1; done; tail ${file}`);
        assert.equal(rest, 'late 1\n\n[The command ended with exit code 3.]\n');
        assert.equal(readFileSync(file, 'utf8'), rest);
      },
      { longCommandMs },
    ));

  it('is ended with the run also in the background', () =>
    withShell(
      async (shell) => {
        const { until } = follow(shell);
        const sleep = uniqueSleep();
        const running = shell.run(`trap '' HUP; ${sleep}`);
        await until('long');
        shell.sendToBackground();
        await running;
        await shell.run('true');
        assert.equal(processesWith(sleep).length, 1);
        await shell.close();
        assert.deepEqual(processesWith(sleep), []);
      },
      { longCommandMs },
    ));

  it('goes to the background once, however often that is asked, and not when it has just ended', () =>
    withShell(async (shell) => {
      const running = shell.run('echo go; sleep 0.5');
      await shell.sees(/\ngo/);
      shell.sendToBackground();
      shell.sendToBackground();
      assert.equal((await running).exitCode, null);
      shell.sendToBackground();
      shell.interrupt();
      shell.keepWaiting();
      assert.equal((await shell.run('echo a')).output, 'a\n');
    }));
});

describe('A command that a person stops', function () {
  this.timeout(patientMs);

  const stubborn = [
    (sleep: string) => sleep,
    (sleep: string) => `bash -c "trap '' INT QUIT; ${sleep}; ${sleep}"`,
    (sleep: string) => `stty raw; ${sleep}`,
    (sleep: string) => `${sleep} & (setsid env -i /bin/${sleep} &) ; wait`,
    (sleep: string) => `trap '' INT; while :; do ${sleep}; done`,
  ];
  for (const command of stubborn) {
    it(`ends in under a second, with all it has started: ${command('sleep')}`, () =>
      withShell(
        async (shell) => {
          const [sleep, before] = [uniqueSleep(), uniqueSleep()];
          await shell.run(`${before} & x=1`);
          await delay(50);
          const running = shell.run(`echo go; ${command(sleep)}`);
          await shell.sees(/\ngo/);
          await delay(50);
          shell.interrupt();
          const { note, interventions } = await running;
          assert.match(note ?? '', /^The user stopped the command\./);
          assert.deepEqual(interventions, ['stopped']);
          assert.deepEqual(processesWith(sleep), []);
          const isShellGone = /ended the shell/.test(note ?? '');
          assert.equal(processesWith(before).length, isShellGone ? 0 : 1);
          assert.match((await shell.run('echo "<$x>"')).output, isShellGone ? /^<>\n$/ : /<1>\n$/);
        },
        { patience: { ...longPatience, abortMs: 200 } },
      ));
  }
});

describe('What a person does in the shell of the agent', function () {
  this.timeout(patientMs);

  it('is told with the command after it, and never what it was', () =>
    withShell(async (shell) => {
      shell.type('echo secret $((6 * 7))\r');
      await shell.sees(/secret 42/);
      const execution = await shell.run('echo a');
      assert.deepEqual(execution.interventions, ['ran']);
      assert.doesNotMatch(JSON.stringify(execution), /secret/);
      assert.equal((await shell.run('echo b')).interventions, undefined);
    }));

  it('is nothing where only the terminal answers a query', () =>
    withShell(async (shell) => {
      const running = shell.run('echo go; sleep 0.3');
      await shell.sees(/\ngo/);
      shell.type('\x1b[24;80R');
      shell.type('\x1b[I');
      assert.equal((await running).interventions, undefined);
    }));
});

describe('The prompt at the end', function () {
  this.timeout(patientMs);

  it('is the one of bash where it is asked for', () =>
    withShell(
      async (shell) => {
        const own = (await shell.run(String.raw`p='\u@\h:\w\$'; echo "${'${p@P}'}"`)).output.trim();
        assert.equal((await shell.run('true')).prompt, own);
        assert.match((await shell.run('cd /')).prompt ?? '', /^\S+@[^.\s]+:\/[#$]$/);
        assert.match(
          (await shell.run(`cd ~/${path.basename(shell.folder)}`)).prompt ?? '',
          /:~\/agentlm-test-\w+[#$]$/,
        );
        assert.match((await shell.run('cd')).prompt ?? '', /:~[#$]$/);
      },
      { promptTail: true, env: { HOME: tmpdir() } },
    ));

  it('is left out else', () => withShell(async ({ run }) => assert.equal('prompt' in (await run('true')), false)));
});
