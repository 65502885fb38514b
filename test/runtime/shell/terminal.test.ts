import assert from 'node:assert/strict';
import { emulate } from '../../../src/runtime/shell/emulator';
import { never, patientMs, withShell, type TestShell } from './shells';

/** What a person sees on a terminal of 80 by 24 that got everything the shell has shown. */
const screen = async ({ shown }: TestShell) => emulate(shown(), { columns: 80, rows: 24 });

describe('the terminal', function () {
  this.timeout(patientMs);

  it('shows prompt, command and output, and nothing of the framing', () =>
    withShell(async (shell) => {
      const name = shell.folder.split('/').at(-1);
      await shell.run('echo hi');
      await shell.run('for i in 1 2\ndo printf $i\ndone');
      assert.equal(
        await screen(shell),
        `${name} $ echo hi\nhi\n${name} $ for i in 1 2\ndo printf $i\ndone\n12\n${name} $ `,
      );
      assert.doesNotMatch(shell.shown(), /\]633;|agentlm-shell/);
    }));

  it('shows a command whole, with what hides in it made visible', () =>
    withShell(async (shell) => {
      await shell.run('true a\rb \u202Ec\u200B\u001b[8md');
      assert.match(shell.shown(), /true a<U\+000D>b <U\+202E>c<U\+200B><U\+001B>\[8md\r\n/);
    }));

  it('keeps the colours of a program', () =>
    withShell(async ({ run, shown }) => {
      await run(String.raw`printf '\033[31mred\033[0m'`);
      assert.ok(shown().includes('\r\n\x1b[31mred\x1b[0m\r\n'));
    }));

  it('tells a late listener what was shown so far, and nothing after it stopped listening', () =>
    withShell(async ({ run, shown, onOutput }) => {
      await run('echo one');
      let late = '';
      const stop = onOutput((data) => (late += data));
      assert.equal(late, shown());
      await run('echo two');
      assert.equal(late, shown());
      stop();
      await run('echo three');
      assert.notEqual(late, shown());
    }));

  it('has the size it was given', () =>
    withShell(
      async ({ run, resize }) => {
        assert.equal((await run('stty size; echo $LINES $COLUMNS')).output, '30 100\n30 100\n');
        resize(50, 20);
        assert.equal((await run('stty size')).output, '20 50\n');
        await run('exit');
        assert.equal((await run('stty size')).output, '20 50\n');
        resize(10, 5);
      },
      { columns: 100, rows: 30 },
    ));

  it('goes back to its main screen after a program that could not', () =>
    withShell(
      async (shell) => {
        const { output } = await shell.run(String.raw`printf 'a\n\033[?1049hfull screen'; sleep 30`);
        assert.match(output, /^a\n\nfull screen\^C/);
        assert.match(await screen(shell), /sleep 30\na\n+.* \$ $/);
      },
      { commandTimeoutMs: 200 },
    ));
});

describe('what the user types', function () {
  this.timeout(patientMs);

  it('goes to the command that reads, with an echo', () =>
    withShell(async ({ run, type, sees }) => {
      const execution = run('read -p "name? " x; echo "<$x>"');
      await sees(/name\? $/);
      type('Ada\r');
      assert.deepEqual((await execution).output, 'name? Ada\n<Ada>\n');
    }));

  it('is not shown where a command asks for a password', () =>
    withShell(async ({ run, type, sees, shown }) => {
      const execution = run('read -s -p "password: " x; echo; echo ${#x}');
      await sees(/password: $/);
      type('hunter2\r');
      assert.equal((await execution).output, 'password: \n7\n');
      assert.doesNotMatch(shown(), /hunter2/);
    }));

  it('ends a command that reads to the end with Ctrl-D', () =>
    withShell(async ({ run, type, sees }) => {
      const execution = run('echo go; cat');
      await sees(/\ngo/);
      type('line\r\x04');
      assert.equal((await execution).output, 'go\nline\nline\n');
      assert.equal((await run('echo a')).output, 'a\n');
    }));

  it('stops the command with Ctrl-C, which the model is told', () =>
    withShell(async ({ run, type, sees }) => {
      const execution = run(`sh -c 'echo go; exec sleep 30'; echo no`);
      await sees(/\ngo/);
      type('\x03');
      assert.deepEqual(
        { ...(await execution), cwd: '' },
        {
          output: 'go\n^C\n',
          exitCode: 130,
          cwd: '',
          omittedBytes: 0,
          note: 'The user pressed Ctrl-C.',
          interventions: ['typed'],
        },
      );
    }));

  it('sends a command to the background with Ctrl-Z, from where it can be fetched', () =>
    withShell(async ({ run, type, sees }) => {
      const execution = run(`sh -c 'echo go; read x; echo "<$x>"'; echo no`);
      await sees(/\ngo/);
      type('\x1a');
      const { output, exitCode } = await execution;
      assert.match(output, /^go\n\^Z\n\[1\]\+  Stopped .*\n$/);
      assert.equal(exitCode, 148);
      const fetched = run('fg');
      type('Ada\r');
      assert.match((await fetched).output, /<Ada>\n$/);
      assert.equal((await run('jobs')).output, '');
    }));

  it('waits for a command that was just begun', () =>
    withShell(async ({ run, type }) => {
      const execution = run('read x; echo "<$x>"');
      type('early\r');
      assert.equal((await execution).output, 'early\n<early>\n');
    }));

  it('does not spoil the next command when nobody reads it', () =>
    withShell(async ({ run, type, sees }) => {
      const execution = run('echo go; sleep 0.2');
      await sees(/\ngo/);
      type('rm -rf x\rhalf a line');
      assert.equal((await execution).exitCode, 0);
      assert.equal((await run('echo a')).output, 'a\n');
      const other = run('echo go 2; sleep 0.2');
      await sees(/\ngo 2/);
      type('\x04\x04\x04');
      await other;
      assert.equal((await run('echo b')).output, 'b\n');
    }));

  it('is a command of its own where none runs, in the same shell', () =>
    withShell(async (shell) => {
      await shell.run('x=1; (exit 7)');
      shell.type('echo "$? $x"; cd /; y=2\r');
      await shell.sees(/7 1/);
      assert.equal((await shell.run('pwd; echo $y')).output, '/\n2\n');
      const name = shell.folder.split('/').at(-1);
      assert.equal(
        await screen(shell),
        `${name} $ x=1; (exit 7)\n${name} $ echo "$? $x"; cd /; y=2\n7 1\n/ $ pwd; echo $y\n/\n2\n/ $ `,
      );
    }));

  it('can be edited, completed and called back', () =>
    withShell(async (shell) => {
      await shell.run('touch a-long-name');
      for (const key of 'ecko a-l\x1b[1~') shell.type(key);
      shell.type('\x1b[C\x1b[C\x04h\x05'); // right, right, delete, insert, end
      shell.type('\t\r');
      await shell.sees(/\na-long-name\r\n\S+ \$ \S*$/);
      shell.type('\x1b[A\x17echo up\r');
      await shell.sees(/\na-long-name[^]*\necho up/);
      assert.match(await screen(shell), /\$ echo a-long-name \na-long-name\n.*\$ echo echo up\necho up\n/);
    }));

  it('may be several lines at once, which run as one script', () =>
    withShell(async ({ type, sees, run }) => {
      type('cat <<EOF\rtext\rEOF\rz=3\r');
      await sees(/\r\ntext\r\n[^]*\r\ntext\r\n/);
      assert.equal((await run('echo $z')).output, '3\n');
    }));

  it('runs with the rest of a paste that began within a line', () =>
    withShell(async ({ type, sees }) => {
      type('ec');
      await sees(/ec$/);
      type('ho one\recho two\recho three\r');
      await sees(/\none[^]*\ntwo[^]*\nthree/);
    }));

  it('is given up, half typed, when the agent has a command', () =>
    withShell(async ({ type, sees, run }) => {
      type('touch no');
      await sees(/touch no$/);
      assert.equal((await run('ls')).output, '');
      type('echo alive\r');
      await sees(/\nalive/);
    }));

  it('runs to its end before the agent has its turn, once it was entered', () =>
    withShell(async ({ type, run, sees }) => {
      type('sleep 0.3; z=1\r');
      await sees(/z=1/);
      assert.equal((await run('echo $z')).output, '1\n');
    }));

  it('may stop the own command with Ctrl-C, and end the shell', () =>
    withShell(async ({ type, sees, run }) => {
      type(`sh -c 'echo go; exec sleep 30'\r`);
      await sees(/\ngo/);
      type('\x03');
      assert.equal((await run('echo a')).output, 'a\n');
      type('exit\r');
      await sees(/The shell ended/);
      type('echo back\r');
      await sees(/\nback/);
    }));

  it('is nothing where only the terminal answers a query', () =>
    withShell(async ({ type, shown, run }) => {
      type('\x1b[24;80R');
      type('\x1b[?1;2c\x1b[I');
      type('\x1b]11;rgb:0000/0000/0000\x1b\\');
      await run('true');
      assert.match(shown(), /^\S+ \$ \S*true\r\n\S+ \$ \S*$/);
    }));

  it('goes nowhere once the shell is closed', () =>
    withShell(async ({ type, close, shown, execute }) => {
      await execute('true', never);
      await close();
      const before = shown();
      type('touch x\r');
      assert.equal(shown(), before);
    }));
});
