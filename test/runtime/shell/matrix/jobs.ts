import type { Case } from './cases';

export const jobs: readonly Case[] = [
  { title: 'jobs, of which there are none', command: 'cat /dev/null; true | true; jobs', output: '' },
  {
    title: 'a job in the background',
    command: 'sleep 0.05 & wait; echo done',
    output: /^(\[1\] \d+\n)?(\[1\]\+ +Done.*\n)?done\n$/,
  },
  {
    title: 'a job that goes on printing',
    command: '(for i in 1 2 3; do sleep 0.15; echo late $i; done) & echo now',
    output: /^(\[1\] \d+\n)?now\n$/,
    next: ['echo next', 'next\n'],
  },
  {
    title: 'a job that goes on printing into the next command',
    before: '(for i in {1..20}; do echo tick; sleep 0.01; done) &',
    command: 'wait; echo end',
    output: /^(tick\n)*(\[1\]\+ +Done[^]*)?end\n$/,
  },
  {
    title: 'a job and its number',
    command: 'cat /dev/null; sleep 9 & kill %1; wait %1',
    output: /Terminated/,
    exitCode: 143,
  },
  { title: 'wait -n', command: 'ls >/dev/null; (exit 5) & wait -n', output: /5|^$/, exitCode: 5 },
  { title: 'wait for a pid', command: '(exit 6) & wait $!', output: /Exit 6|^$/, exitCode: 6 },
  {
    title: 'wait for nobody',
    command: 'wait; wait 99999999',
    output: 'bash: wait: pid 99999999 is not a child of this shell\n',
    exitCode: 127,
  },
  { title: 'disown', command: 'sleep 20 & disown; jobs; echo a', output: 'a\n' },
  {
    title: 'nohup and setsid',
    command: 'nohup setsid sleep 20 >/dev/null 2>&1 & sleep 0.05; echo a',
    output: /^(\[1\]\+ +Done.*\n)?a\n$/,
  },
  {
    title: 'a daemon with an empty environment and a session of its own',
    command: '(setsid env -i /bin/sleep 20 </dev/null >/dev/null 2>&1 &); echo a',
    output: 'a\n',
  },
  {
    title: 'a daemon that forked twice',
    command: '(setsid sh -c "(env -i /bin/sleep 20 &) &" </dev/null >/dev/null 2>&1); echo a',
    output: 'a\n',
  },
  {
    title: 'a job that ignores every signal it can',
    command: `bash -c "trap '' HUP INT TERM QUIT; sleep 20" >/dev/null 2>&1 & echo a`,
    output: 'a\n',
  },
  {
    title: 'a hundred jobs at once',
    command: 'for i in {1..100}; do sleep 0 & done; wait; echo end',
    output: /end\n$/,
  },
  {
    title: 'coproc',
    command: 'coproc C { cat; }; echo hi >&${C[1]}; read -r x <&${C[0]}; echo "<$x>"; exec {C[1]}>&-',
    output: /<hi>\n/,
  },
  { title: 'job control with fg', command: 'sleep 0.1 & fg', output: /^(\[1\] \d+\n)?sleep 0.1\n$/ },
  {
    title: 'bg of a stopped job',
    command: 'sleep 0.2 & kill -STOP %1; sleep 0.05; bg %1 >/dev/null; wait; echo end',
    output: /end\n$/,
  },
  {
    title: 'Ctrl-Z, and the way back',
    command: 'sh -c \'echo go; read x; echo "<$x>"\'',
    keys: [[/\ngo\r\n/, '\x1a']],
    output: /^go\n\^Z\n\[1\]\+ +Stopped .*\n$/,
    exitCode: 148,
    next: ['kill -KILL %1; wait; echo end', /end\n$/],
  },
  {
    title: 'Ctrl-C',
    command: "sh -c 'echo go; exec sleep 30'; echo no",
    keys: [[/\ngo\r\n/, '\x03']],
    output: 'go\n^C\n',
    exitCode: 130,
    note: /^The user pressed Ctrl-C\.$/,
  },
  {
    title: 'Ctrl-C that a program handles',
    command: `python3 -uc "
import time
try:
  print('go')
  time.sleep(30)
except KeyboardInterrupt: print('bye')"`,
    keys: [[/\ngo\r\n/, '\x03']],
    output: 'go\n^Cbye\n',
    exitCode: 0,
    note: /^The user pressed Ctrl-C\.$/,
    needs: 'python3',
  },
  {
    title: 'Ctrl-\\',
    command: "sh -c 'echo go; exec sleep 30'",
    keys: [[/\ngo\r\n/, '\x1c']],
    output: /^go\n\^\\Quit\n$/,
    exitCode: 131,
  },
  { title: 'timeout', command: 'timeout 0.1 sleep 20', output: '', exitCode: 124 },
  { title: 'a process group of its own', command: 'set -m; (sleep 0.05; echo a); set +m', output: 'a\n' },
  { title: 'a shell that stops itself', command: 'suspend -f; echo a', output: 'a\n' },
];
