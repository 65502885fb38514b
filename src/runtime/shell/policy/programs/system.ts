import { askFor, judgeFile, readCall, type Call, type JudgeCall } from '../call';
import type { Options } from '../options';
import { names } from '../names';
import { reasons } from '../reasons';
import { isNumeric, literalOf } from '../value';

/** The way to call a program that can also change the system so that it only tells about it. */
interface Telling {
  readonly options?: Options;
  /** One of these has to be there. */
  readonly needs?: readonly string[];
  /** What each of the first operands must be. */
  readonly operands?: readonly RegExp[];
  /** What all others must be; without it there may be no others. */
  readonly rest?: RegExp;
}

const word = /^[\w@.:+*-]+$/;

const tellingForms: Readonly<Record<string, Telling>> = {
  sleep: { rest: /^\d{1,3}(\.\d+)?s?$/ },
  hostname: { options: { flags: 'fisIdAy' } },
  hostnamectl: { operands: [/^status$/] },
  timedatectl: { operands: [/^(status|show|list-timezones)$/] },
  localectl: { operands: [/^status$/] },
  loginctl: { operands: [/^list-(sessions|users)$/] },
  date: {
    options: {
      flags: 'uR',
      values: 'dr',
      other: /^-I\w*$/,
      long: ['utc', 'universal', 'iso-8601', 'rfc-3339', 'rfc-email'],
      longValues: ['date', 'reference'],
    },
    rest: /^\+/,
  },
  'nvidia-smi': {
    options: {
      other: /^-[Lqxhdi]$/,
      long: names(`list-gpus query xml-format help version display id format query-gpu query-compute-apps
        query-accounted-apps query-supported-clocks query-retired-pages query-remapped-rows`),
    },
    // Numbers of cards and kinds of what is told; the words of its trades are in small letters.
    rest: /^([\d,]+|[A-Z_,]+)$/,
  },
  'rocm-smi': {
    options: { other: /^(-[aPtu]|--show\w+|--json|--csv|--version)$/ },
    rest: /^(vram|vis_vram|gtt|all)$/,
  },
  ip: {
    options: { other: /^-(4|6|br|brief|o|s|c|j|p|d)$/, long: ['json', 'brief'] },
    operands: [/^(a|addr|address|r|route|l|link|n|neigh|rule|maddr)$/, /^(s|sh|show|ls|list)$/],
    rest: word,
  },
  ifconfig: { options: { flags: 'as' }, operands: [word] },
  ss: { options: { flags: 'tluxpnaoemis46HO' } },
  netstat: { options: { flags: 'tluxpnaoeisrgW46' } },
  arp: { options: { flags: 'ane' } },
  route: { options: { flags: 'ne' } },
  top: { options: { flags: 'bcHi', values: 'nop' }, needs: ['n'] },
  systemctl: {
    options: {
      flags: 'aql',
      values: 't',
      long: ['no-pager', 'user', 'all', 'failed', 'state', 'type', 'plain', 'full', 'quiet', 'no-legend'],
      longValues: ['state', 'type'],
    },
    operands: [
      /^(status|is-active|is-enabled|is-failed|list-units|list-unit-files|list-timers|list-sockets|list-dependencies|is-system-running|get-default)$/,
    ],
    rest: word,
  },
  service: { options: { long: ['status-all'] }, needs: ['status-all'] },
  journalctl: {
    options: {
      flags: 'xbkeqar',
      values: 'nuptSUo',
      long: ['no-pager', 'disk-usage', 'list-boots', 'boot', 'dmesg', 'reverse', 'utc', 'quiet'],
      longValues: ['since', 'until', 'unit', 'lines', 'priority', 'output'],
    },
  },
  dmesg: {
    options: {
      flags: 'THkuxLPrt',
      values: 'lf',
      long: ['ctime', 'human', 'kernel', 'nopager', 'color'],
      longValues: ['level'],
    },
  },
  crontab: { options: { flags: 'l' }, needs: ['l'] },
  mount: { options: { flags: 'l', values: 't' } },
  swapon: { options: { flags: 's', long: ['show'] }, needs: ['s', 'show'] },
  sysctl: { options: { flags: 'aneNbqr' }, rest: /^[\w./-]+$/ },
  apt: {
    options: { long: ['installed', 'upgradable', 'all-versions'] },
    operands: [/^(list|show|search|policy)$/],
    rest: word,
  },
  'apt-cache': { operands: [/^(show|search|policy|depends|rdepends|stats|pkgnames|madison)$/], rest: word },
  dpkg: {
    options: { flags: 'lsLS', long: ['list', 'status', 'listfiles', 'search', 'get-selections', 'print-architecture'] },
    rest: /^[\w./+*:-]+$/,
  },
  'dpkg-query': {
    options: { flags: 'WlsLS', values: 'f', long: ['show', 'list'], longValues: ['showformat'] },
    rest: word,
  },
  rpm: { options: { flags: 'qailfcdR' }, needs: ['q'], rest: /^[\w./+*:-]+$/ },
  pip: { operands: [/^(list|show|freeze)$/], rest: word },
  pip3: { operands: [/^(list|show|freeze)$/], rest: word },
  fdisk: { options: { flags: 'l' }, needs: ['l'] },
  getcap: { options: { flags: 'r' }, rest: /^/ },
};

/** Programs that only tell their version when that is all they are asked for. */
const versions = `python python2 python3 node npm npx yarn pnpm deno bun gcc g++ cc clang make cmake go rustc cargo java
  javac ruby gem perl php docker podman kubectl helm terraform ansible nginx mysql psql sqlite3 redis-server curl wget
  openssl ssh tmux vim nano emacs code pip pip3 dotnet swift tsc gdb rsync tar zip unzip bash zsh lua git awk sed nvcc`;
const versionForms = /^(--version|-V|-version|-v|version|--help)$/;
/** Here `-v` or `version` does more than tell. */
const longFormOnly =
  /^(npx|curl|wget|ssh|tar|zip|unzip|vim|nano|emacs|code|rsync|mysql|psql|sqlite3|docker|bash|zsh|nvcc)$/;

const system: readonly [string, JudgeCall][] = Object.entries(tellingForms).map(([name, form]) => [
  name,
  (call) => judgeForm(call, form),
]);

function judgeForm(call: Call, { options = {}, needs, operands: wanted = [], rest }: Telling): void {
  if (asksForVersion(call)) return;
  const { operands, given, values } = readCall(call, options);
  if (needs && !needs.some((option) => given.has(option))) askFor(call, reasons.unknown(call.name));
  operands.forEach((operand, index) => {
    const form = wanted[index] ?? rest;
    const text = literalOf(operand.value);
    if (text === undefined || form?.test(text) !== true) askFor(call, reasons.operand(call.name), operand);
  });
  // Without a word that says what to tell, a program with several trades does who knows what.
  if (wanted.length > 0 && operands.length === 0 && /^(apt|apt-cache|pip|pip3|ip)$/.test(call.name)) {
    askFor(call, reasons.unknown(call.name));
  }
  for (const { value } of values) judgeFile(call, value, 'names');
}

/** `e`, as a word without a dash, shows the environment of the processes, and so do some columns. */
function judgeProcesses(call: Call): void {
  let takesValue = false;
  for (const argument of call.args) {
    const written = literalOf(argument.value);
    if (takesValue) {
      if (written === undefined ? !isNumeric(argument.value) : /env/i.test(written)) {
        askFor(call, reasons.environment, argument);
      }
      takesValue = false;
    } else if (
      written === undefined
        ? isNumeric(argument.value)
        : /^(-?[\d,]+|--(sort|columns|pid|ppid)=.*|--(no-headers?|forest|headers?|deselect))$/.test(written)
    ) {
      continue;
    } else if (written !== undefined && /^(-[eAaflFwHjLNTdMyx]*|[auxlfjwTr]*)[opCuUGtqs]?$/.test(written)) {
      takesValue = /^(-.*[opCUGtqs]|-u|-[eAafl]+u|[auxlfjwTr]*o)$/.test(written);
    } else {
      askFor(call, reasons.environment, argument);
    }
  }
}

const waiting: readonly [string, JudgeCall][] = [
  ...['less', 'more', 'most', 'vi', 'view', 'nano', 'htop'].map((name): [string, JudgeCall] => [
    name,
    (call) => askFor(call, reasons.interactive(name)),
  ]),
  ...['yes', 'watch'].map((name): [string, JudgeCall] => [name, (call) => askFor(call, reasons.endless(name))]),
];

/** Databases that name hosts and networks are looked up elsewhere, and the key tells whoever answers. */
const databases: [string, JudgeCall] = [
  'getent',
  (call) => {
    const { operands } = readCall(call, {});
    const [database, ...keys] = operands;
    const name = database && literalOf(database.value);
    if (name === 'shadow' || name === 'gshadow') askFor(call, reasons.secret, database);
    else if (name === undefined || !/^(passwd|group|services|protocols)$/.test(name)) {
      askFor(call, reasons.network('getent'), database);
    }
    for (const key of keys) judgeFile(call, key, 'names');
  },
];

const manual: [string, JudgeCall] = [
  'man',
  (call) => {
    const { operands } = readCall(call, { flags: 'fk' });
    for (const page of operands) {
      if (!/^[\w.+-]+$/.test(literalOf(page.value) ?? '')) askFor(call, reasons.operand('man'), page);
    }
  },
];

const jq: [string, JudgeCall] = [
  'jq',
  (call) => {
    const { operands } = readCall(call, {
      flags: 'rcsenSMCja',
      long: ['raw-output', 'compact-output', 'slurp', 'exit-status', 'null-input', 'sort-keys', 'tab'],
    });
    const [program, ...files] = operands;
    const text = program && literalOf(program.value);
    if (text === undefined || /env|import|include|input_filename|\$__/i.test(text))
      askFor(call, reasons.script('jq'), program);
    for (const file of files) judgeFile(call, file, 'contents');
  },
];

export const systemPrograms: ReadonlyMap<string, JudgeCall> = new Map([
  ...waiting,
  ...system,
  ['ps', judgeProcesses],
  databases,
  manual,
  jq,
]);

/** Whether a program is asked for its version and for nothing else. */
export function asksForVersion({ name, args }: Call): boolean {
  const [only, ...others] = args;
  const word = only && literalOf(only.value);
  if (word === undefined || others.length > 0 || !versions.split(/\s+/).includes(name)) return false;
  return longFormOnly.test(name) ? word === '--version' : versionForms.test(word);
}
