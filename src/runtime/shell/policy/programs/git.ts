import { askFor, judgeFile, readCall, type Call, type JudgeCall } from '../call';
import { readOptions, type Options } from '../options';
import { names } from '../names';
import { reasons } from '../reasons';
import type { Argument } from '../scene';
import { literalOf, type Value } from '../value';

export const git: ReadonlyMap<string, JudgeCall> = new Map([['git', judgeGit]]);

const noOptions: Options = {};

const revisions: Options = {
  flags: 'pusawbrcimzRtqgEFPvW',
  values: 'nSGLMC',
  other: /^-(\d+|[UMCB]\d*%?)$/,
  long: names(`oneline graph all stat name-only name-status patch no-patch decorate no-decorate merges no-merges follow
      reverse cached staged color no-color word-diff shortstat numstat summary abbrev-commit
      no-abbrev-commit abbrev exit-code quiet check raw cc first-parent no-ext-diff no-textconv full-history
      topo-order date-order branches tags remotes count left-right cherry-pick full-index ignore-all-space
      ignore-space-change dirstat find-renames find-copies minimal patience histogram no-renames
      compact-summary text binary pretty unified regexp-ignore-case fixed-strings invert-grep no-pager
      boundary merge-base ignore-blank-lines function-context word-diff-regex
      relative walk-reflogs no-prefix source numbered email committer simplify-by-decoration objects no-walk
      root`),
  longValues:
    names(`max-count skip since until after before author grep format date diff-filter diff-algorithm glob exclude
      min-parents max-parents`),
};

/** Subcommands that only read, with the options of each that keep it so, and how many operands. */
const readingCommands: Readonly<Record<string, { readonly options: Options; readonly operands?: number }>> = {
  log: { options: revisions },
  diff: { options: revisions },
  show: { options: revisions },
  whatchanged: { options: revisions },
  shortlog: { options: { ...revisions, flags: 'nsec' } },
  'rev-list': { options: revisions },
  'diff-tree': { options: revisions },
  'diff-index': { options: revisions },
  'diff-files': { options: revisions },
  reflog: { options: revisions, operands: 0 },
  status: {
    options: {
      flags: 'sbvuz',
      long: ['short', 'branch', 'porcelain', 'long', 'ignored', 'untracked-files', 'show-stash'],
      other: /^-u\w+$/,
    },
  },
  blame: {
    options: {
      flags: 'wlstefncb',
      values: 'LCM',
      long: ['show-email', 'show-name', 'porcelain', 'line-porcelain'],
      longValues: ['since'],
    },
  },
  branch: {
    operands: 0,
    options: {
      flags: 'arv',
      long: ['all', 'remotes', 'list', 'verbose', 'show-current', 'color', 'no-color', 'column'],
      longValues: ['contains', 'no-contains', 'merged', 'no-merged', 'sort', 'format', 'points-at'],
      other: /^-vv$/,
    },
  },
  tag: {
    operands: 0,
    options: {
      flags: 'l',
      values: 'n',
      long: ['list', 'column'],
      longValues: ['sort', 'contains', 'points-at', 'format'],
      other: /^-n\d*$/,
    },
  },
  remote: { operands: 0, options: { flags: 'v', long: ['verbose'] } },
  'rev-parse': {
    options: {
      long: names(`show-toplevel git-dir is-inside-work-tree abbrev-ref short verify show-prefix all quiet is-bare-repository
      show-cdup absolute-git-dir symbolic-full-name git-common-dir branches tags`),
      flags: 'q',
    },
  },
  'ls-files': {
    options: {
      flags: 'cdmosukvztf',
      values: 'xX',
      long: [
        'cached',
        'deleted',
        'modified',
        'others',
        'stage',
        'exclude-standard',
        'error-unmatch',
        'full-name',
        'unmerged',
        'ignored',
        'directory',
      ],
      longValues: ['exclude'],
    },
  },
  'ls-tree': {
    options: { flags: 'rdtlz', long: ['name-only', 'name-status', 'long', 'full-tree', 'full-name', 'abbrev'] },
  },
  'cat-file': { options: { flags: 'tsep', long: ['batch-check', 'batch', 'batch-all-objects'] } },
  grep: {
    options: {
      flags: 'aincwvlLrEFGPhHoqp',
      values: 'eABCm',
      long: ['count', 'cached', 'untracked', 'name-only', 'color', 'break', 'heading', 'line-number', 'show-function'],
      longValues: ['max-depth'],
      other: /^-\d+$/,
    },
  },
  describe: {
    options: {
      long: ['tags', 'all', 'always', 'dirty', 'long', 'abbrev', 'exact-match', 'contains'],
      longValues: ['match', 'exclude'],
    },
  },
  'merge-base': { options: { long: ['all', 'is-ancestor', 'octopus', 'fork-point'] } },
  'show-ref': { options: { flags: 'dsq', long: ['heads', 'tags', 'hash', 'verify', 'abbrev', 'branches'] } },
  'for-each-ref': {
    options: { long: ['color'], longValues: ['format', 'sort', 'count', 'contains', 'merged', 'points-at'] },
  },
  'count-objects': { operands: 0, options: { flags: 'vH' } },
  'name-rev': { options: { long: ['name-only', 'tags', 'all'] } },
  'check-ignore': { options: { flags: 'vqn' } },
  'symbolic-ref': { operands: 1, options: { flags: 'q', long: ['short', 'quiet'] } },
  cherry: { options: { flags: 'v' } },
  version: { operands: 0, options: { long: ['build-options'] } },
};

/** Subcommands whose first word says whether they read. */
const readingWords: Readonly<Record<string, RegExp>> = {
  stash: /^list$/,
  worktree: /^list$/,
  notes: /^list$/,
  remote: /^get-url$/,
};

function judgeGit(call: Call): void {
  const { operands, given, values } = readOptions(call.args, {
    flags: 'P',
    values: 'C',
    long: ['no-pager', 'no-optional-locks', 'version', 'no-replace-objects', 'literal-pathspecs'],
    commandFollows: true,
  });
  const command = operands[0] && literalOf(operands[0].value);
  const globals = call.args.slice(0, operands[0] ? call.args.indexOf(operands[0]) : undefined);
  const wrong = globals.find(
    ({ value }) => !/^(-P|-C|--no-pager|--no-optional-locks|--version|[^-].*)$/.test(literalOf(value) ?? '--'),
  );
  if (wrong) askFor(call, reasons.option('git'), wrong);
  if (operands.length === 0) {
    if (!given.has('version')) askFor(call, reasons.unknown('git'));
    return;
  }
  // A repository that someone planted in another folder names programs, and even `git status` runs them.
  if (values.length > 0 || call.scene.outcome.folders?.length !== 1) askFor(call, reasons.repository);
  const args = call.args.slice(globals.length + 1);
  judgeCommand({ ...call, name: `git ${command ?? ''}`.trim(), args }, command, operands[0]);
}

function judgeCommand(call: Call, command: string | undefined, at: Argument | undefined): void {
  const [first] = call.args;
  const word = first ? literalOf(first.value) : undefined;
  if (command === 'config') {
    judgeConfig(call);
    return;
  }
  if (command !== undefined && word !== undefined && readingWords[command]?.test(word) === true) {
    readCall({ ...call, args: call.args.slice(1) }, noOptions);
    return;
  }
  const reading = command === undefined ? undefined : readingCommands[command];
  if (!reading || !Object.hasOwn(readingCommands, command ?? '')) {
    askFor(call, command === undefined ? reasons.dynamicName : reasons.unknown(call.name), at);
    return;
  }
  const { operands, given, values } = readCall(call, reading.options);
  const listing = given.has('list') || given.has('l') || given.has('n');
  const surplus = operands[listing ? Infinity : (reading.operands ?? Infinity)];
  if (surplus) askFor(call, reasons.operand(call.name), surplus);
  for (const { option, value } of values) {
    const isFormat = /^(format|pretty|sort)$/.test(option);
    if (isFormat && showsSignature(value.value)) askFor(call, reasons.option(call.name), value);
  }
  for (const operand of [...operands, ...values.map(({ value }) => value)]) judgeFile(call, operand, 'names');
}

/** To say whether a signature is good, git runs a program that the configuration names. */
function showsSignature({ shapes }: Value): boolean {
  return shapes.some((shape) =>
    shape.some((piece) => piece.is === 'anything' || (piece.is === 'text' && /%[-+ ]?G|signature/.test(piece.text))),
  );
}

/** Reads one value by its name; a list of all of them can hold tokens, and two words set something. */
function judgeConfig(call: Call): void {
  const { operands, given } = readCall(call, {
    long: ['get', 'global', 'local', 'system', 'get-all', 'bool', 'type', 'show-origin'],
  });
  const name = operands[0] && literalOf(operands[0].value);
  const reads =
    operands.length === 1 && name !== undefined && (given.has('get') || given.has('get-all') || name.includes('.'));
  if (!reads || !/^(user|init|core|color|branch|push|pull|merge|diff|log|commit)\.[\w.-]+$/i.test(name)) {
    askFor(call, reasons.operand(call.name));
  }
}
