import type { Case } from './cases';

/** Long enough that the case is over before, however busy the machine. */
const patient = { inputTimeoutMs: 60_000 };
const hasty = { inputTimeoutMs: 300 };
const noInput = /^The command was stopped because it waited for input, which is not possible\.$/;
const closed = (name: string): RegExp =>
  new RegExp(
    `^An interactive ${name} waited for input, which is not possible, and was closed: give it its commands with -c\\.`,
  );

export const answered: readonly Case[] = [
  {
    title: 'read',
    command: 'read -p "name? " x; echo "<$x>"',
    keys: [[/name\? $/, 'Ada\r']],
    output: 'name? Ada\n<Ada>\n',
    options: patient,
  },
  {
    title: 'read -s',
    command: 'read -s -p "password: " x; echo; echo ${#x}',
    keys: [[/password: $/, 'hunter2\r']],
    output: 'password: \n7\n',
  },
  {
    title: 'read -n 1',
    command: 'read -n 1 -p "y/n " x; echo; echo "<$x>"',
    keys: [[/y\/n $/, 'y']],
    output: 'y/n y\n<y>\n',
  },
  { title: 'read -t, too late', command: 'read -t 0.1 x; echo $?', output: '142\n' },
  {
    title: 'two questions',
    command: 'read -p "a " a; read -p "b " b; echo $a$b',
    keys: [
      [/\na $/, '1\r'],
      [/b $/, '2\r'],
    ],
    output: 'a 1\nb 2\n12\n',
  },
  {
    title: 'a bare cat',
    command: 'echo go; cat',
    keys: [
      [/\ngo/, 'line\r'],
      [/line\r\nline/, '\x04'],
    ],
    output: 'go\nline\nline\n',
  },
  {
    title: 'python asking',
    command: `python3 -c "print(input('n? ')*2)"`,
    keys: [[/n\? $/, 'ab\r']],
    output: 'n? ab\nabab\n',
    needs: 'python3',
  },
  {
    title: 'python asking for a password',
    command: `python3 -c "import getpass; print(len(getpass.getpass()))"`,
    keys: [[/Password: $/, 'secret\r']],
    output: 'Password: \n6\n',
    needs: 'python3',
  },
  {
    title: 'a pager, left with q',
    command: 'seq 100 > f; PAGER= less f; echo end',
    keys: [[/\[7mf/, 'q']],
    output: 'end\n',
    needs: 'less',
  },
  {
    title: 'a nested bash in which somebody types',
    command: 'PS1="nested> " bash --norc',
    keys: [[/hnested> /, 'echo in; exit 3\r']],
    output: /^nested> .*echo in; exit 3\nin\n(exit\n)?$/,
    exitCode: 3,
    options: patient,
  },
  {
    title: 'input from a pipe that is no keyboard',
    command: 'echo piped | { read x; echo "<$x>"; }',
    output: '<piped>\n',
  },
  { title: 'standard input taken away', command: 'exec </dev/null; cat; echo a', output: 'a\n' },
  {
    title: 'a program that asks who watches',
    command: '[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo tty',
    output: 'tty\n',
  },
];

export const unanswered: readonly Case[] = [
  {
    title: 'read',
    command: 'echo go; read x; echo no',
    output: 'go\n^C\n',
    exitCode: 130,
    note: noInput,
    options: hasty,
  },
  { title: 'a bare cat', command: 'cat', output: '^C\n', exitCode: 130, note: noInput, options: hasty },
  {
    title: 'cat in a pipeline',
    command: 'cat | sort | wc -l',
    output: '^C\n',
    exitCode: 130,
    note: noInput,
    options: hasty,
  },
  {
    title: 'a prompt for a password',
    command: 'read -s -p "[sudo] password for ada: " x; echo no',
    output: /^\[sudo\] password for ada: \^?C?\n$/,
    exitCode: 130,
    note: noInput,
    options: hasty,
  },
  {
    title: 'a password for python',
    command: `python3 -c "import getpass; getpass.getpass()" 2>/dev/tty`,
    output: /^Password: \n?/,
    exitCode: undefined,
    note: noInput,
    options: hasty,
    needs: 'python3',
  },
  {
    title: 'python at its prompt',
    command: 'python3 -q',
    output: /^>>> /,
    exitCode: undefined,
    note: noInput,
    options: hasty,
    needs: 'python3',
  },
  {
    title: 'less',
    command: 'seq 100 > f; PAGER= less f',
    output: /^/,
    exitCode: undefined,
    note: noInput,
    options: hasty,
    needs: 'less',
  },
  {
    title: 'top',
    command: 'top -d 60',
    output: /load average/,
    exitCode: undefined,
    note: noInput,
    options: hasty,
    needs: 'top',
  },
  {
    title: 'vim',
    command: 'vim -u NONE f',
    output: /^/,
    exitCode: undefined,
    note: noInput,
    options: hasty,
    needs: 'vim',
  },
  {
    title: 'select',
    command: 'select x in a b; do break; done',
    output: '1) a\n2) b\n#? ^C\n',
    exitCode: 130,
    note: noInput,
    options: hasty,
  },
  {
    title: 'rm -i',
    command: 'touch f; rm -i f',
    output: "rm: remove regular empty file 'f'? ^C\n",
    exitCode: 130,
    note: noInput,
    options: hasty,
  },
  {
    title: 'a read of a program that a script started',
    command: 'sh -c "sh -c \'head -n 1\'; echo no"',
    output: '^C\n',
    exitCode: 130,
    note: noInput,
    options: hasty,
  },
  {
    title: 'a nested bash',
    command: 'x=1; PS1="> " bash --norc; echo "back $x"',
    output: /^> .*exit\nback 1\n$/s,
    note: closed('bash'),
  },
  { title: 'a nested sh', command: 'PS1="> " sh; echo back', output: /^> .*back\n$/s, note: closed('sh') },
  {
    title: 'a nested bash in a nested bash',
    command: 'PS1="> " bash --norc -c "bash --norc"; echo back',
    output: /back\n$/,
    note: closed('bash'),
  },
  { title: 'a login shell', command: 'HOME=FOLDER bash -l; echo back', output: /back\n$/, note: closed('bash') },
  {
    title: 'a nested bash that ignores Ctrl-D',
    command: 'PS1="> " IGNOREEOF=99 bash --norc; echo back',
    output: /back\n$/,
    note: closed('bash'),
  },
  {
    title: 'exec bash',
    command: 'exec bash --norc',
    output: /exit\n$/,
    exitCode: 0,
    note: closed('bash'),
    next: ['echo a', 'a\n'],
  },
  { title: 'exec sh', command: 'exec sh', output: /^/, exitCode: 0, note: closed('sh'), next: ['echo a', 'a\n'] },
];
