import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { never, patientMs, withShell } from './shells';

describe('from command to command the shell', function () {
  this.timeout(patientMs);

  it('keeps directory, variables, functions, aliases and options', () =>
    withShell(async ({ run, folder }) => {
      mkdirSync(path.join(folder, 'a b'));
      assert.equal(
        (await run("cd 'a b'; export X=1; y=2; f() { echo f$1; }; alias g='echo g'; set -o pipefail")).cwd,
        path.join(folder, 'a b'),
      );
      assert.equal(
        (await run('pwd; sh -c "echo $X"; echo $y; f 3; g 4; false | true; echo $?')).output,
        `${folder}/a b\n1\n2\nf3\ng 4\n1\n`,
      );
      assert.equal((await run('cd - >/dev/null')).cwd, folder);
    }));

  it('keeps what was declared, globally', () =>
    withShell(async ({ run }) => {
      await run('declare -A map=([k]=v); declare -i n=1+1; readonly r=9');
      assert.equal((await run('echo ${map[k]} $n $r')).output, 'v 2 9\n');
    }));

  it('keeps a redirection that exec made, and its own marks out of it', () =>
    withShell(async ({ run }) => {
      assert.equal((await run('exec >out.txt; echo lost')).output, '');
      const { output, exitCode } = await run('echo lost too; exec >/dev/tty; cat out.txt; (exit 4)');
      assert.equal(output, 'lost\nlost too\n');
      assert.equal(exitCode, 4);
    }));

  it('drops set -e, -u, -x and -v, which would end or litter it', () =>
    withShell(async ({ run }) => {
      await run('set -euxv');
      assert.equal((await run('false; echo $nope; echo a')).output, '\na\n');
    }));

  it('goes to a folder with any name', () =>
    withShell(async ({ run, folder }) => {
      const name = 'ü"\'$x;\n\u0007]633;D;0 ';
      assert.equal((await run(`mkdir ${quote(name)}; cd ${quote(name)}`)).cwd, path.join(folder, name));
      assert.equal((await run('PWD=/elsewhere')).cwd, path.join(folder, name));
      await run('exit');
      assert.equal((await run('true')).cwd, path.join(folder, name));
    }));

  it('leaves what a background job prints later out of the next output', () =>
    withShell(async ({ run, sees }) => {
      assert.equal((await run('(sleep 0.15; echo late) & echo now')).output, 'now\n');
      await sees(/late/);
      assert.equal((await run('echo next')).output, 'next\n');
    }));

  it('runs one command at a time: a second call waits for the first', () =>
    withShell(async ({ run }) => {
      const order: string[] = [];
      const note = async (command: string) => order.push((await run(command)).output);
      await Promise.all([note('sleep 0.1; x=1; echo first'), note('echo second $x'), note('echo third')]);
      assert.deepEqual(order, ['first\n', 'second 1\n', 'third\n']);
    }));
});

describe('a command that ends the shell', function () {
  this.timeout(patientMs);

  const ends = [
    { command: 'echo a; exit 3', output: 'a\n', exitCode: 3, because: 'with exit code 3' },
    { command: 'echo a; exit', output: 'a\n', exitCode: 0, because: 'with exit code 0' },
    { command: 'set -e; echo a; false; echo b', output: 'a\n', exitCode: 1, because: 'with exit code 1' },
    { command: 'exec echo a', output: 'a\n', exitCode: 0, because: 'with exit code 0' },
    { command: 'echo a; kill -9 $$', output: 'a\n', exitCode: null, because: 'signal 9' },
    { command: 'echo a; kill -HUP $$', output: 'a\n', exitCode: null, because: 'signal 1' },
    { command: 'trap "echo bye" EXIT; exit 5', output: 'bye\n', exitCode: 5, because: 'with exit code 5' },
  ];
  for (const { command, output, exitCode, because } of ends) {
    it(`is an execution with a note, and the shell comes back: ${command}`, () =>
      withShell(async ({ run, folder }) => {
        await run('mkdir inner; cd inner; x=1');
        const { note = '', ...execution } = await run(command);
        assert.deepEqual(execution, { output, exitCode, cwd: `${folder}/inner`, omittedBytes: 0 });
        assert.ok(note.includes(because) && note.includes(`${folder}/inner`), note);

        const next = await run('echo "$?<$x>"');
        assert.deepEqual(next, { output: '0<>\n', exitCode: 0, cwd: `${folder}/inner`, omittedBytes: 0 });
      }));
  }

  it('comes back in the first folder when the last one is gone', () =>
    withShell(async ({ run, folder }) => {
      await run('mkdir inner; cd inner');
      const { cwd, note = '' } = await run('rmdir ../inner; exit 1');
      assert.equal(cwd, folder);
      assert.ok(note.includes(`in ${folder}:`), note);
      assert.equal((await run('pwd')).output, `${folder}\n`);
    }));

  it('is an error only when there is no folder left to come back to', () =>
    withShell(async ({ run, folder }) => {
      await assert.rejects(run(`rmdir ${folder}; exit`), { code: 'shell.noFolder' });
    }));

  it('is known to the model also when the user ended it', () =>
    withShell(async ({ run, type, sees, execute }) => {
      type('exit\r');
      await sees(/The shell ended/);
      assert.match((await execute('true', never)).note ?? '', /^Before this command the shell was started anew/);
      assert.equal((await run('true')).note, undefined);
    }));

  it('leaves the folder of the run alone', () =>
    withShell(async ({ run, folder }) => {
      await run('exit');
      assert.equal((await run('ls -A')).output, '');
      rmSync(folder, { recursive: true });
    }));
});

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
