import { askFor, judgeFile, type Call, type JudgeCall } from '../call';
import { findOutput, globValue } from '../output';
import { reasons } from '../reasons';
import type { Argument } from '../scene';
import { join, literalOf, mayBeOption, text, type Value } from '../value';

/** Options, tests and actions of find that only look or print, and how many words follow each. */
const predicates: ReadonlyMap<string, number> = new Map([
  ...words(
    0,
    `( ) ! , -not -a -and -o -or -print -print0 -ls -prune -quit -true -false -empty -executable -readable -writable
    -depth -d -daystart -follow -ignore_readdir_race -noleaf -mount -xdev -nouser -nogroup -H -L -P -nowarn -warn -help`,
  ),
  ...words(
    1,
    `-name -iname -path -ipath -wholename -iwholename -lname -ilname -regex -iregex -regextype -type -xtype -size -perm
    -user -group -uid -gid -links -inum -samefile -newer -anewer -cnewer -newermt -newerat -newerct -mtime -atime -ctime
    -mmin -amin -cmin -used -fstype -maxdepth -mindepth -printf`,
  ),
]);

function words(count: number, names: string): [string, number][] {
  return names.split(/\s+/).map((name) => [name, count]);
}

export const find: ReadonlyMap<string, JudgeCall> = new Map([
  ['find', judgeFind],
  ['fd', judgeFd],
  ['fdfind', judgeFd],
]);

function judgeFind(call: Call): void {
  const { args } = call;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at];
    if (!argument) return;
    const word = literalOf(argument.value);
    if (word === undefined && mayBeOption(argument.value)) {
      askFor(call, reasons.uncertainArgument(call.name), argument);
    } else if (word !== undefined && /^([-!,()].*)$/.test(word)) {
      if (/^-exec(dir)?$/.test(word)) at = judgeExec(call, at);
      else {
        const count = predicates.get(word);
        if (count === undefined) askFor(call, reasons.option(call.name), argument);
        // What is looked for can give away what it is looked for.
        for (const value of args.slice(at + 1, at + 1 + (count ?? 0))) judgeTestValue(call, word, value);
        at += count ?? 0;
      }
    } else judgeFile(call, argument, 'names');
  }
}

function judgeTestValue(call: Call, test: string, argument: Argument): void {
  if (argument.value.splits) askFor(call, reasons.uncertainArgument(call.name), argument);
  const glob = /name$|path$/.test(test) ? globValue(literalOf(argument.value)) : undefined;
  judgeFile(call, glob ? { ...argument, value: glob } : argument, 'names');
}

/** Judges the command behind -exec; where it ends. */
function judgeExec(call: Call, at: number): number {
  const { args } = call;
  const length = args.slice(at + 1).findIndex(({ value }, index) => {
    const word = literalOf(value);
    return word === ';' || (word === '+' && literalOf(args[at + index]?.value ?? text('')) === '{}');
  });
  if (length === -1) {
    askFor(call, reasons.unreadable, args[at]);
    return args.length;
  }
  const found = findOutput(args.slice(0, at).map(({ value }) => value));
  const { outcome } = call.scene;
  const { folders } = outcome;
  // It runs in whatever folder the file lies in.
  if (literalOf(args[at]?.value ?? text('')) === '-execdir' && folders)
    outcome.folders = [...folders, `${folders[0]}/.`];
  call.run(
    args
      .slice(at + 1, at + 1 + length)
      .map((argument) => ({ ...argument, value: replaced(argument.value, '{}', found) })),
  );
  outcome.folders = folders;
  return at + 1 + length;
}

/** The value with something else in place of each occurrence of a mark. */
export function replaced(value: Value, mark: string, by: Value): Value {
  const whole = literalOf(value);
  if (whole === undefined || !whole.includes(mark)) return value;
  return whole
    .split(mark)
    .map(text)
    .reduce((before, after) => join(join(before, by), after));
}

/** fd knows -x and -X, which run commands; what is left to it here is to look. */
function judgeFd(call: Call): void {
  for (const argument of call.args) {
    const word = literalOf(argument.value);
    const harmless =
      word === undefined ? !mayBeOption(argument.value) : !word.startsWith('-') || /^-[HIsipLadtgeE0]$/.test(word);
    if (!harmless) askFor(call, reasons.option(call.name), argument);
    judgeFile(call, argument, 'names');
  }
}
