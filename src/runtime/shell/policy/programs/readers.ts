import { askFor, judgeFile, readCall, type Call, type JudgeCall } from '../call';
import type { Options } from '../options';
import type { Use } from '../paths';
import { names } from '../names';
import { reasons } from '../reasons';
import type { Argument } from '../scene';
import { secretPattern } from '../secrets';
import { join, literalOf, shaped, text, type Value } from '../value';

/** Programs that read and cannot do anything else, whatever their options: what they tell of the files they are given. */
const harmless: Readonly<Record<Use, string>> = {
  names: `ls dir vdir stat du df wc realpath readlink md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum
    sum namei lsattr getfacl basename dirname seq whoami id groups users w uptime arch nproc uname tty logname
    locale getconf lscpu lsblk lsusb lsmod free vmstat iostat mpstat pstree pgrep pidof which whereis cal
    factor numfmt lsb_release mountpoint findmnt lsns true false pwd locate tput pathchk expr times`,
  matches: '',
  contents: `cat tac nl head cut paste tr rev fold fmt expand unexpand column join comm cmp od hexdump hd strings
    base64 base32 zcat bzcat xzcat bc size readelf pr look`,
};

/** Programs with options that write, run or wait; these are the ones that do not, and how many operands are safe. */
const careful: Readonly<Record<string, { readonly use: Use; readonly operands?: number; readonly options: Options }>> =
  {
    sort: {
      use: 'contents',
      options: {
        flags: 'bdfghiMnRrVcCmsuz',
        values: 'kt',
        long: names(`numeric-sort reverse unique human-numeric-sort version-sort ignore-case stable general-numeric-sort
      month-sort random-sort check zero-terminated ignore-leading-blanks`),
        longValues: ['key', 'field-separator'],
      },
    },
    uniq: {
      use: 'contents',
      operands: 1,
      options: { flags: 'cdDiuz', values: 'fsw', long: ['count', 'repeated', 'unique', 'ignore-case', 'all-repeated'] },
    },
    tail: {
      use: 'contents',
      options: {
        lenient: true,
        flags: 'qvz',
        values: 'nc',
        longValues: ['lines', 'bytes'],
        long: ['quiet', 'verbose'],
        other: /^-\d+$/,
      },
    },
    shuf: { use: 'contents', options: { flags: 'erz', values: 'ni', longValues: ['head-count', 'input-range'] } },
    iconv: {
      use: 'contents',
      options: { flags: 'lc', values: 'ft', longValues: ['from-code', 'to-code'], long: ['list'] },
    },
    xxd: {
      use: 'contents',
      operands: 1,
      options: { flags: 'abeipuE', values: 'cglos', other: /^-(len|cols|seek|ps|plain)$/ },
    },
    file: {
      use: 'names',
      options: { lenient: true, flags: 'bhikLNprs0E', long: ['brief', 'mime', 'mime-type', 'mime-encoding'] },
    },
    tree: {
      use: 'names',
      options: { flags: 'adfilpsughDFrtxACSNqvcQn', values: 'LPI', long: ['noreport', 'dirsfirst', 'du'] },
    },
    objdump: { use: 'contents', options: { flags: 'afhprtTxdsDSw' } },
    lspci: { use: 'names', options: { flags: 'vknmtxDb', values: 's' } },
    // With --lookup, it looks up the hosts that a file names.
    who: { use: 'names', operands: 2, options: { flags: 'abdHlmpqrstTuw', long: ['all', 'boot', 'count', 'heading'] } },
    last: { use: 'names', operands: 1, options: { flags: 'aFiRwx', values: 'n', other: /^-\d+$/ } },
  };

export const readers: ReadonlyMap<string, JudgeCall> = new Map([
  ...(Object.keys(harmless) as Use[]).flatMap((use) =>
    harmless[use].split(/\s+/).map((name): [string, JudgeCall] => [name, (call) => judgeAll(call, use)]),
  ),
  ...Object.entries(careful).map(([name, { use, operands = Infinity, options }]): [string, JudgeCall] => [
    name,
    (call) => {
      const read = readCall(call, options);
      const surplus = read.operands[operands];
      if (surplus) askFor(call, reasons.operand(name), surplus);
      for (const operand of read.operands) judgeFile(call, operand, use);
      for (const { value } of read.values) judgeFile(call, value, 'names');
    },
  ]),
  ...['grep', 'egrep', 'fgrep', 'rg'].map((name): [string, JudgeCall] => [name, judgeGrep]),
  ['diff', judgeDiff],
  ['lsof', judgeLsof],
]);

/** Words that are numbers, separators and the like are no secrets, and an unknown one is no file to worry about. */
const valueOptions: Readonly<Record<string, RegExp>> = {
  head: /^-[nc]$/,
  cut: /^-[bcdf]$/,
  tr: /^[^-]/,
  od: /^-[ANjtw]$/,
  nl: /^-[bdfhilnsvw]$/,
  fold: /^-w$/,
  paste: /^-d$/,
  column: /^-[scot]$/,
};

function judgeAll(call: Call, use: Use): void {
  const takesValue = valueOptions[call.name];
  if (call.name === 'tr') return;
  call.args.forEach((argument, index) => {
    const before = call.args[index - 1]?.value.shapes[0];
    const option = before?.length === 1 && before[0]?.is === 'text' ? before[0].text : '';
    judgeFile(call, argument, takesValue?.test(option) === true ? 'names' : use);
  });
}

const grepOptions: Options = {
  lenient: true,
  flags: 'aBbcEFGHhIiLlnoPqRrsTUVvwxyzZ',
  values: 'eABCmDd',
  long: names(`count color colour extended-regexp fixed-strings perl-regexp ignore-case invert-match line-number
      files-with-matches files-without-match no-filename with-filename only-matching quiet silent
      no-messages recursive dereference-recursive word-regexp line-regexp text no-heading heading smart-case
      files type-list version help basic-regexp null`),
  longValues: names(
    `regexp include exclude exclude-dir max-count after-context before-context context glob type max-depth`,
  ),
  other: /^-\d+$/,
};
const ripgrepOptions: Options = { ...grepOptions, lenient: false, flags: 'FHINPSacilnoqsvwx', values: 'eABCmgtT' };

/** A search of one file tells its lines; one of a whole tree is another thing when it looks for secrets. */
function judgeGrep(call: Call): void {
  const ripgrep = call.name === 'rg';
  const { operands, given, values } = readCall(call, ripgrep ? ripgrepOptions : grepOptions);
  const patterns = values.flatMap(({ option, value }) => (/^(e|regexp)$/.test(option) ? [value] : []));
  const own = patterns.length === 0 ? operands.slice(0, 1) : [];
  const files = operands.slice(own.length);
  const inverted = given.has('v') || given.has('invert-match');
  const directories = values.some(({ option }) => /^[dD]$/.test(option));
  const recursive =
    ripgrep || directories || ['r', 'R', 'recursive', 'dereference-recursive'].some((name) => given.has(name));
  judgeSearch(call, { patterns: [...patterns, ...own], files, recursive, inverted });
}

interface Search {
  readonly patterns: readonly Argument[];
  readonly files: readonly Argument[];
  readonly recursive: boolean;
  /** What the pattern does not fit is shown. */
  readonly inverted: boolean;
}

function judgeSearch(call: Call, { patterns, files, recursive, inverted }: Search): void {
  const here: Argument = { pos: call.pos, end: call.end, value: text('.') };
  const roots = recursive && files.length === 0 ? [here] : files;
  for (const file of roots) {
    judgeFile(call, file, 'matches');
    if (recursive) judgeFile(call, { ...file, value: below(file.value) }, 'matches');
  }
  if (!recursive && !files.some(({ value }) => isWhateverIsBelow(value))) return;
  for (const pattern of patterns)
    if (inverted || looksForSecrets(pattern.value)) askFor(call, reasons.secretSearch, pattern);
}

function below(folder: Value): Value {
  return join(folder, shaped({ is: 'text', text: '/' }, { is: 'path' }, { is: 'name' }));
}

/** All files of a tree, whatever their names, as `find` hands them on. */
function isWhateverIsBelow({ shapes }: Value): boolean {
  return shapes.some((shape) => shape.at(-1)?.is === 'name' && shape.at(-2)?.is === 'path');
}

/** Looks for what a secret is called, or for anything at all. */
function looksForSecrets(pattern: Value): boolean {
  const written = literalOf({ ...pattern, splits: false });
  if (written === undefined) {
    return pattern.shapes.some((shape) => shape.some((piece) => piece.is !== 'text' || secretPattern.test(piece.text)));
  }
  const plain = written.replace(/\[(\w)\]/g, '$1');
  return secretPattern.test(plain) || plain.split(/\\?\|/).some(fitsAnything);
}

/** Without two characters of its own in a row, an expression fits nearly every line. */
function fitsAnything(expression: string): boolean {
  const own = expression.replace(/\[[^\]]*\]|\\[a-zA-Z]|\([^)]*\)[*?]|\{[^}]*\}/g, ' ');
  return !/\w{2}|\P{ASCII}/u.test(own);
}

/** The hosts that `-i` selects are looked up by their names; ports and addresses are not. */
function judgeLsof(call: Call): void {
  const selector = /^[46]?(tcp|udp)?(@[\d.]+)?(:[\w,-]+)?$/i;
  const { operands, values } = readCall(call, {
    flags: 'nPtlwabURi',
    values: 'upcds',
    other: /^-i[46]?(tcp|udp)?(@[\d.]+)?(:[\w,-]+)?$/i,
  });
  for (const operand of operands) {
    const before = call.args[call.args.indexOf(operand) - 1];
    const isSelector = /^-\w*i$/.test((before && literalOf(before.value)) ?? '');
    if (isSelector && !selector.test(literalOf(operand.value) ?? '@')) askFor(call, reasons.network('lsof'), operand);
    judgeFile(call, operand, 'names');
  }
  for (const { value } of values) judgeFile(call, value, 'names');
}

function judgeDiff(call: Call): void {
  const words = call.args.map(({ value }) => literalOf(value) ?? '');
  const recursive =
    words.some((word) => /^(-[A-Za-z]*r|--r)/.test(word)) && !words.some((word) => /^(-[A-Za-z]*q|--brief)/.test(word));
  for (const file of call.args) {
    judgeFile(call, file, 'contents');
    const isFolder = recursive && literalOf(file.value)?.startsWith('-') !== true;
    if (isFolder) judgeFile(call, { ...file, value: below(file.value) }, 'contents');
  }
}
