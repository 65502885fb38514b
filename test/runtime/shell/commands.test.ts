import assert from 'node:assert/strict';
import { patientMs, withShell } from './shells';

interface Case {
  readonly title: string;
  readonly command: string;
  readonly output: string | RegExp;
  readonly exitCode?: number;
}

/** Each runs in a shell of its own, which must work as before afterwards. */
const cases: Case[] = [
  { title: 'a line', command: 'echo hello', output: 'hello\n' },
  { title: 'nothing at all', command: '', output: '' },
  { title: 'a comment only', command: '# nothing', output: '' },
  { title: 'an exit code', command: '(exit 42)', output: '', exitCode: 42 },
  { title: 'output without a line break at its end', command: 'printf abc', output: 'abc' },
  { title: 'blank lines and trailing blanks', command: String.raw`printf '\n\na  \n\n'`, output: '\n\na  \n\n' },
  { title: 'both output streams in their order', command: 'echo a; echo b >&2; echo c', output: 'a\nb\nc\n' },
  { title: 'quotes of every kind', command: `echo 'a"b' "c'd" $'e\\'f' \\"`, output: `a"b c'd e'f "\n` },
  { title: 'an exclamation mark', command: 'echo "done!" !! !x', output: 'done! !! !x\n' },
  { title: 'a tab in a command and in its output', command: "printf 'a\tb\\n'", output: 'a\tb\n' },
  { title: 'a tab that would be completed', command: 'echo /e\t/x', output: '/e /x\n' },
  { title: 'several lines', command: 'for i in 1 2 3\ndo\n  echo $i\ndone\necho end', output: '1\n2\n3\nend\n' },
  { title: 'a continued line', command: 'echo a \\\n  b', output: 'a b\n' },
  { title: 'a backslash at the very end', command: 'echo a\\', output: /^a\\?\n$/ },
  { title: 'a subshell on several lines', command: '(\n  cd /\n  pwd\n)', output: '/\n' },
  { title: 'a here-document', command: 'cat <<EOF\nx $((1+1))\n\ty\nEOF', output: 'x 2\n\ty\n' },
  { title: 'a quoted here-document', command: "cat <<'EOF'\n$HOME `x`\nEOF\necho after", output: '$HOME `x`\nafter\n' },
  { title: 'two here-documents on a line', command: 'cat <<A; cat <<B\na\nA\nb\nB', output: 'a\nb\n' },
  { title: 'a here-document that never ends', command: 'cat <<EOF\nx', output: /x\n/ },
  { title: 'a here-string', command: 'cat <<< "x y"', output: 'x y\n' },
  { title: 'an open quote', command: 'echo "abc', output: /unexpected EOF while looking for matching/, exitCode: 2 },
  { title: 'an open if', command: 'if true', output: /syntax error/, exitCode: 2 },
  { title: 'a syntax error after good lines', command: 'echo a\n)', output: /^a\nbash: .*syntax error/, exitCode: 2 },
  { title: 'a command not found', command: 'nosuch', output: 'bash: nosuch: command not found\n', exitCode: 127 },
  { title: 'a pipeline', command: 'printf "b\\na\\n" | sort | tr a-z A-Z', output: 'A\nB\n' },
  { title: 'process substitution', command: 'cat <(echo a) <(echo b)', output: 'a\nb\n' },
  { title: 'umlauts and emoji', command: 'echo "Grüße 🎉 日本"', output: 'Grüße 🎉 日本\n' },
  { title: 'invalid UTF-8', command: String.raw`printf 'a\377b\n'`, output: 'a\ufffdb\n' },
  { title: 'NUL bytes', command: String.raw`printf 'a\0b\n'`, output: 'ab\n' },
  { title: 'a NUL in the command', command: 'echo a\0b', output: 'ab\n' },
  {
    title: 'a line longer than the terminal is wide',
    command: "printf '%0500d\\n' 7",
    output: `${'7'.padStart(500, '0')}\n`,
  },
  { title: 'a command of 200 kB', command: `x='${'y'.repeat(200_000)}'; echo \${#x}`, output: '200000\n' },
  { title: 'colours', command: String.raw`printf '\033[1;31mred\033[0m\n'`, output: 'red\n' },
  { title: 'a progress bar', command: String.raw`printf '10%%\r50%%\r100%%\n'`, output: '100%\n' },
  { title: 'CR LF', command: String.raw`printf 'a\r\nb\r\n'`, output: 'a\nb\n' },
  { title: 'a window title', command: String.raw`printf '\033]0;title\007x\n'`, output: 'x\n' },
  { title: 'set -e that nothing offends', command: 'set -e; true; echo a', output: 'a\n' },
  { title: 'set -u', command: 'set -u; echo $nope; echo no', output: 'bash: nope: unbound variable\n', exitCode: 1 },
  { title: 'set -x', command: 'set -x; echo a', output: /^\++ echo a\na\n$/ },
  { title: 'set -v, -n, -f, -C, -m', command: 'set -vfC; set +m; set -n; echo a', output: /a\n$/ },
  {
    title: 'an unset parameter with a message',
    command: 'echo ${x:?is missing}; echo no',
    output: 'bash: x: is missing\n',
    exitCode: 1,
  },
  { title: 'a division by zero', command: 'echo $((1/0)); echo no', output: /division by 0/, exitCode: 1 },
  { title: 'an ERR trap', command: 'trap "echo err" ERR; false; trap - ERR; echo a', output: 'err\na\n' },
  { title: 'a DEBUG trap', command: "trap 'echo dbg' DEBUG; echo a; trap - DEBUG", output: /^(dbg\n)*a\n(dbg\n)*$/ },
  { title: 'a return outside of a function', command: 'echo a; return 7; echo b', output: 'a\n', exitCode: 7 },
  { title: 'a break outside of a loop', command: 'break 3; echo a', output: /^(a\n)?$/ },
  { title: 'a continue outside of a loop', command: 'continue; echo a', output: /^(a\n)?$/ },
  {
    title: 'a changed PS1 and PROMPT_COMMAND',
    command: "PS1='$ '; PS0=x; PROMPT_COMMAND='echo prompt'; echo a",
    output: 'a\n',
  },
  { title: 'a PROMPT_COMMAND that became a list', command: 'PROMPT_COMMAND=(a b); echo a', output: 'a\n' },
  {
    title: 'descriptors closed and reused',
    command: 'for fd in {3..30}; do eval "exec $fd>&-"; done; exec 8>x 9<x; echo a',
    output: 'a\n',
  },
  { title: 'standard input taken away', command: 'exec </dev/null; cat; echo a', output: 'a\n' },
  {
    title: 'aliases of what the framing uses',
    command: 'alias read=false printf=false eval=false set=false .=false; echo a',
    output: 'a\n',
  },
  {
    title: 'functions named like what the framing uses',
    command: 'read() { :; }; printf() { :; }; eval() { :; }; stty() { :; }; echo a',
    output: 'a\n',
  },
  { title: 'an empty PATH', command: 'PATH=; ls', output: 'bash: ls: No such file or directory\n', exitCode: 127 },
  { title: 'IFS and globbing changed', command: 'IFS=/:-; set -f; echo a', output: 'a\n' },
  { title: 'TMOUT', command: 'TMOUT=1; echo a', output: 'a\n' },
  { title: 'a raw terminal left behind', command: 'stty raw -echo; echo a', output: /^a\r?\n$/ },
  {
    title: 'marks without the nonce',
    command: String.raw`printf '\033]633;D;0\007\033]633;0;D;9;/;0\007a\n'; (exit 3)`,
    output: 'a\n',
    exitCode: 3,
  },
  { title: 'jobs, of which there are none', command: 'cat /dev/null; true | true; jobs', output: '' },
  {
    title: 'a job and its number',
    command: 'cat /dev/null; sleep 9 & kill %1; wait %1',
    output: /Terminated/,
    exitCode: 143,
  },
  { title: 'wait -n', command: 'ls >/dev/null; (exit 5) & wait -n', output: /5/, exitCode: 5 },
  {
    title: 'a command that kills itself',
    command: "sh -c 'kill -9 $$'",
    output: /^Killed\n|^bash: .*Killed/,
    exitCode: 137,
  },
  {
    title: 'a program that asks who watches',
    command: '[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo tty',
    output: 'tty\n',
  },
  {
    title: 'a pager',
    command: 'git --version >/dev/null 2>&1; echo $PAGER $GIT_PAGER $TERM',
    output: 'cat cat xterm-256color\n',
  },
  { title: 'no history file', command: 'echo "<$HISTFILE>"', output: '<>\n' },
  { title: 'the folder of its own files removed', command: 'rm -r "${BASH_SOURCE[0]%/*}"; echo a', output: 'a\n' },
];

describe('a command in the shell', function () {
  this.timeout(patientMs);

  for (const { title, command, output, exitCode = 0 } of cases) {
    it(`may be ${title}`, () =>
      withShell(async ({ run, folder }) => {
        const execution = await run(command);
        if (typeof output === 'string') assert.equal(execution.output, output);
        else assert.match(execution.output, output);
        assert.equal(execution.exitCode, exitCode);
        assert.equal(execution.cwd, folder);
        assert.equal(execution.omittedBytes, 0);
        assert.equal(execution.note, undefined);

        const next = await run('echo $?; \\builtin pwd; (exit 9)');
        assert.deepEqual(next, { output: `${exitCode}\n${folder}\n`, exitCode: 9, cwd: folder, omittedBytes: 0 });
      }));
  }
});
