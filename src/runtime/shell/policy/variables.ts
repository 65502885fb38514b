import { names } from './names';
import { number, shaped, text, anything, type Value } from './value';

/** Names that change how the shell or the programs it starts behave, as regular expressions. */
const powerful = new RegExp(
  names(`^_ PATH$ PAGER EDITOR$ ^VISUAL$ ^BROWSER$ ^SHELL ^HOME$ ^PWD$ ^OLDPWD$ ^IFS$ ^ENV$ ^PS[0-4]$ ^PROMPT ^BASH ^HIST
    ^COMP_ ^READLINE ^INPUTRC$ ^GLOBIGNORE$ ^EXECIGNORE$ ^FUNCNEST$ ^OPT(IND|ARG|ERR)$ ^TMOUT$ ^TIMEFORMAT$ ^DIRSTACK$
    ^FCEDIT$ ^MAIL ^E?UID$ ^LD_ ^DYLD_ ^GLIBC ^GCONV ^MALLOC ^LOC ^NLS ^TERM ^TMP ^TEMP$ ^XDG_ ^DISPLAY$ ^GIT ^LESS ^MAN
    ^GREP ^RIPGREP ^RG_ ^FZF ^BAT ^AWK ^GAWK ^MAGIC$ ^JQ ^LS ^PYTHON ^PERL ^RUBY ^NODE ^NPM ^JAVA ^JDK ^GO ^CARGO ^RUST
    ^LUA ^PHP ^SSH ^GPG ^GNUPG ^DBUS ^SYSTEMD ^SUDO ^DOCKER ^KUBE ^AWS ^AZURE ^GOOGLE ^VAULT PROXY$ ^CURL ^SSL_ ^OPENSSL
    ^DEBUG ^CC$ ^CXX$ ^MAKE ^POSIX ^MYSQL ^PG ^AGENTLM PRELOAD OPTIONS$ OPTS$ CONFIG ^TAR_ ^GZIP$ ^ZIPOPT ^EXINIT$ ^VIM
    ^SUBSHELL`).join('|'),
);

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a command may set this variable and still count as one that only reads. */
export function isHarmlessVariable(name: string): boolean {
  return plainName.test(name) && !powerful.test(name);
}

/** Variables that may be put before a program, where they enter its environment. */
export function isHarmlessBeforeProgram(name: string): boolean {
  return /^(LC_[A-Z]+|LANG|LANGUAGE|TZ|COLUMNS|LINES|NO_COLOR|[a-z]\w*)$/.test(name) && isHarmlessVariable(name);
}

/** What a variable holds that no command of this run has set. */
export function initialValue(name: string): Value {
  if (/^(UID|EUID|PPID|RANDOM|SRANDOM|SECONDS|LINENO|BASHPID|SHLVL|COLUMNS|LINES|EPOCHSECONDS)$/.test(name))
    return number;
  if (/^[?#$!]$/.test(name)) return number;
  if (name === 'HOME') return text('~');
  if (/^(USER|LOGNAME|HOSTNAME|OSTYPE|HOSTTYPE)$/.test(name)) return shaped({ is: 'name' });
  return anything;
}
