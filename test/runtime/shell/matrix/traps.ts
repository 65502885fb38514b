import type { Case } from './cases';

export const traps: readonly Case[] = [
  { title: 'an ERR trap', command: 'trap "echo err" ERR; false; trap - ERR; echo a', output: 'err\na\n' },
  { title: 'an ERR trap that stays', before: 'trap "echo err" ERR', command: 'false; echo a', output: 'err\na\n' },
  { title: 'a DEBUG trap', command: "trap 'echo dbg' DEBUG; echo a; trap - DEBUG", output: 'dbg\na\ndbg\n' },
  {
    title: 'a DEBUG trap that stays',
    before: "trap 'echo dbg' DEBUG",
    command: 'echo a',
    output: 'dbg\na\n',
    next: ['echo b', 'dbg\nb\n'],
  },
  {
    title: 'a RETURN trap',
    command: 'f() { :; }; trap "echo ret" RETURN; declare -ft f; f; trap - RETURN',
    output: /^(ret\n)+$/,
  },
  {
    title: 'a RETURN trap that stays, which our own `.` sets off',
    before: 'trap "echo ret" RETURN',
    command: 'echo a',
    output: 'a\nret\n',
    next: ['trap - RETURN; echo b', 'b\n'],
  },
  { title: 'an EXIT trap in a subshell', command: '(trap "echo bye" EXIT; echo a)', output: 'a\nbye\n' },
  { title: 'an EXIT trap that waits for the end of the shell', command: 'trap "echo bye" EXIT; echo a', output: 'a\n' },
  { title: 'a trap for USR1', command: 'trap "echo got" USR1; kill -USR1 $$; sleep 0; trap - USR1', output: 'got\n' },
  {
    title: 'a trap for CHLD',
    command: 'trap "echo -n c >> log" CHLD; true | true; sleep 0.1; trap - CHLD; [ -s log ]',
    output: '',
  },
  {
    title: 'a trap for WINCH',
    command: 'trap "echo w" WINCH; kill -WINCH $$; trap - WINCH; echo a',
    output: /^(w\n)?a\n$/,
  },
  { title: 'INT ignored', before: "trap '' INT", command: 'kill -INT $$; echo a', output: 'a\n' },
  { title: 'INT trapped', command: "trap 'echo int' INT; kill -INT $$; echo a; trap - INT", output: 'int\na\n' },
  { title: 'INT sent to the shell itself', command: 'kill -INT $$; echo no', output: '\n', exitCode: 130 },
  { title: 'TERM sent to the shell itself', command: 'kill -TERM $$; echo a', output: 'a\n' },
  {
    title: 'QUIT, TSTP, TTOU and TTIN sent to the shell itself',
    command: 'kill -QUIT $$; kill -TSTP $$; kill -TTOU $$; kill -TTIN $$; echo a',
    output: 'a\n',
  },
  { title: 'PIPE', command: "trap 'echo pipe' PIPE; sh -c 'kill -PIPE $$'; echo $?; trap - PIPE", output: '141\n' },
  {
    title: 'ALRM trapped',
    command: "trap 'echo alarm' ALRM; (sleep 0.1; kill -ALRM $$) & wait $!; wait; trap - ALRM",
    output: /alarm\n/,
  },
  { title: 'trap -p', command: "trap 'x' HUP; trap -p HUP; trap - HUP", output: "trap -- 'x' SIGHUP\n" },
];
