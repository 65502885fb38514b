import assert from 'node:assert/strict';
import { openShellPolicy } from '../../../../src/runtime/shell/policy/shellPolicy';

/** What becomes of the last command of a run in which the ones before it ran, asked for or not. */
function verdictAfter(...commands: readonly string[]): 'run' | 'ask' {
  const policy = openShellPolicy('/home/me/project');
  for (const command of commands.slice(0, -1)) policy.runs(command);
  return policy.judge(commands.at(-1) ?? '', 'reads', []).verdict;
}

describe('What an earlier command did to the shell', () => {
  const passing: readonly (readonly string[])[] = [
    ['rm -rf build', 'ls'],
    ['mkdir reports', 'ls reports'],
    ['python3 make.py', 'cat report.txt'],
    ['npm install', 'git status'],
    ['echo x > notes.txt', 'cat notes.txt'],
    ['cd src', 'cat main.c'],
    ['cd src', 'cat *.c'],
    ['n=3', 'echo $((n + 1))'],
    ['n=$(ls | wc -l)', 'echo $((n + 1))'],
    ['f=README.md', 'cat "$f"'],
    ['export LANG=C', 'sort names.txt'],
    ["alias ll='ls -l'", 'ls -l'],
    ['shout() { echo hi; }', 'ls'],
    ['cd /etc', 'cat passwd'],
    ['cd /home/me/project', 'git status'],
    ['cd src', 'git log', 'git diff', 'ls'],
    ['git -C src log', 'git status'],
  ];
  for (const commands of passing) {
    it(`leaves ${commands.at(-1)} as it is: ${commands[0]}`, () => assert.equal(verdictAfter(...commands), 'run'));
  }

  const asking: readonly (readonly string[])[] = [
    ["alias ls='rm -rf'", 'ls'],
    ["alias ls='rm -rf'", 'echo a | ls'],
    ["alias ls='rm -rf'", 'pwd', 'ls'],
    ['ls() { rm "$1"; }', 'ls x'],
    ['function cat { rm x; }', 'cat x'],
    ['if true; then ls() { rm x; }; fi', 'ls'],
    ['PATH=/tmp/evil:$PATH', 'ls'],
    ['export PATH=.', 'ls'],
    ['declare PATH=.', 'ls'],
    ['declare -n r=PATH', 'ls'],
    ['export LD_PRELOAD=./evil.so', 'ls'],
    ['read PATH < f', 'ls'],
    ['printf -v PATH /tmp', 'ls'],
    ['unset PATH', 'ls'],
    ['eval "$(cat script)"', 'ls'],
    ['. ./env.sh', 'ls'],
    ['source env.sh', 'pwd'],
    ['"$cmd" x', 'ls'],
    ["trap 'rm x' DEBUG", 'ls'],
    ['enable -f ./evil.so ls', 'ls'],
    ['hash -p ./evil ls', 'ls'],
    ['exec bash', 'ls'],
    ['set -k', 'ls PATH=/tmp'],
    ['shopt -s expand_aliases', 'ls'],
    ['ls() { :; }; ls', 'pwd'],
    ['if then', 'ls'],
    ['git config core.fsmonitor evil', 'git status'],
    ['echo "[core] fsmonitor = evil" >> .git/config', 'git status'],
    ['cd planted', 'git status'],
    ['cd planted', 'cd ..', 'git status'],
    ['(cd planted; ls)', 'git log'],
    ['cd planted', 'git commit -m x', 'git status'],
    ['cd /etc', 'cat s*'],
    ['cd /etc', 'cat shadow'],
    ['cd /proc/self', 'cat environ'],
    ['cd ~/.ssh', 'cat *'],
    ['cd "$x"', 'cat *'],
    ['cd /', 'grep -r TODO .'],
    ['f=/etc/shadow', 'cat "$f"'],
    ['f=/etc', 'cat "$f/shadow"'],
    ["x='a[$(rm x)]'", 'echo $((x))'],
    ['read -r x < f', 'echo $((x))'],
    ["set -- 'a[$(rm x)]'", 'echo $(($1))'],
  ];
  for (const commands of asking) {
    it(`makes ${commands.at(-1)} ask: ${commands[0]}`, () => assert.equal(verdictAfter(...commands), 'ask'));
  }

  it('counts for an edited command as it ran, and not at all for one that did not run', () => {
    const policy = openShellPolicy('/home/me/project');
    policy.judge("alias ls='rm -rf'", 'reads', []);
    assert.equal(policy.judge('ls', 'reads', []).verdict, 'run');
  });
});
