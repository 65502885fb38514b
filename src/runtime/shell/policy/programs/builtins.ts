import { askFor, judgeFile, readCall, type Call, type JudgeCall } from '../call';
import { names } from '../names';
import { problemOf } from '../paths';
import { reasons } from '../reasons';
import type { Argument } from '../scene';
import { literalOf, mayBeOption, type Value } from '../value';
import { isHarmlessVariable } from '../variables';

/** What bash does itself. What is missing here and in the other tables is not known to only read. */
export const builtins: ReadonlyMap<string, JudgeCall> = new Map<string, JudgeCall>([
  ['echo', judgeText],
  ['printf', judgePrintf],
  ...names(': break continue return exit shift jobs dirs type').map((name): [string, JudgeCall] => [name, judgeText]),
  ['test', judgeTest],
  ['[', judgeTest],
  ['cd', judgeCd],
  ['read', judgeRead],
  ['mapfile', judgeMapfile],
  ['readarray', judgeMapfile],
  ['wait', (call) => void readCall(call, { flags: 'nf' })],
  ['command', judgeCommandBuiltin],
  ['builtin', (call) => (call.args.length > 0 ? call.run(call.args) : undefined)],
  ['set', judgeSet],
  ['shopt', judgeShopt],
  ['unset', judgeUnset],
  ['declare', judgeDeclare],
  ['local', judgeDeclare],
  ['typeset', judgeDeclare],
  ['readonly', judgeDeclare],
  ['export', judgeDeclare],
  ['ulimit', (call) => judgeBare(call, /^-[a-zHS]+$/)],
  ['umask', (call) => judgeBare(call, /^-S$/)],
  ['hash', (call) => judgeBare(call, /^-l$/)],
  ['alias', (call) => judgeDefinition(call, /^[^=]*$/)],
  ['unalias', refuse],
  ...names('eval . source trap enable exec complete compgen compopt bind pushd popd let getopts').map(
    (name): [string, JudgeCall] => [name, refuse],
  ),
  ...['history', 'fc'].map((name): [string, JudgeCall] => [name, (call) => askFor(call, reasons.secret)]),
]);

function refuse(call: Call): void {
  askFor(call, reasons.shellState(call.name));
  call.scene.outcome.opaque = true;
}

/** Words that are printed; only a glob among them tells of files. */
function judgeText(call: Call): void {
  for (const argument of call.args) {
    const globbed = argument.value.shapes.some((shape) => shape.some(({ is }) => is === 'name'));
    if (globbed) judgeFile(call, argument, 'names');
  }
}

function judgePrintf(call: Call): void {
  const [first, second, ...rest] = call.args;
  const option = first && literalOf(first.value);
  if (option?.startsWith('-v') === true) {
    if (option !== '-v') refuse(call);
    else judgeVariable(call, second);
    judgeText({ ...call, args: rest });
    return;
  }
  const format = option === '--' ? second : first;
  const written = format && literalOf(format.value);
  // `%n` sets the variable that the next argument names.
  const counts = written === undefined || /%[^%a-mo-zA-Z]*n/.test(written);
  if (counts && call.args.length > 1) askFor(call, reasons.variableName, format);
  if (option === undefined && first && first.value.shapes.some((shape) => shape[0]?.is !== 'text')) {
    askFor(call, reasons.uncertainArgument('printf'), first);
  }
  judgeText(call);
}

/** A variable that a builtin sets by its name. */
function judgeVariable(call: Call, argument: Argument | undefined): void {
  const name = argument && literalOf(argument.value);
  if (name !== undefined && isHarmlessVariable(name)) return;
  askFor(call, name === undefined ? reasons.variableName : reasons.variable(name), argument);
  call.scene.outcome.opaque = true;
}

const unary = /^-[a-hknoprstuwxzLOSGN]$/;
const binary = /^(=|==|!=|<|>|-(eq|ne|lt|le|gt|ge|nt|ot|ef))$/;

/**
 * `test -v` and `-R` evaluate the index in a name. A word that is not known could be one of them wherever it does not
 * stand beside an operator that says what it is.
 */
function judgeTest(call: Call): void {
  const args = call.name === '[' ? call.args.slice(0, -1) : call.args;
  const words = args.map(({ value }) => literalOf(value));
  args.forEach((argument, index) => {
    const word = words[index];
    if (word === '-v' || word === '-R') {
      const name = words[index + 1];
      if (name === undefined || !/^\w+$/.test(name)) askFor(call, reasons.indirect, argument);
    }
    const beside =
      unary.test(words[index - 1] ?? '') || binary.test(words[index - 1] ?? '') || binary.test(words[index + 1] ?? '');
    const certain = word !== undefined || (!argument.value.splits && (args.length === 1 || beside));
    if (!certain && mayBeOption(argument.value)) askFor(call, reasons.uncertainArgument(call.name), argument);
    judgeFile(call, argument, 'names');
  });
}

function judgeCd(call: Call): void {
  const { outcome } = call.scene;
  const { operands } = readCall(call, { flags: 'LPe@' });
  const [target] = operands;
  const written = target ? literalOf(target.value) : '~';
  const problem = target && problemOf(target.value, 'contents', outcome.folders);
  if (problem === 'secret') askFor(call, reasons.secret, target);
  const known = written !== undefined && written !== '-' && operands.length <= 1;
  outcome.folders = known && outcome.folders ? reachable(written, outcome.folders) : undefined;
}

/** More folders than these are no longer told apart. */
const mostFolders = 16;

/** Where the shell can be after `cd`: there, or, since it can fail or not happen, still where it was. */
function reachable(target: string, folders: readonly string[]): readonly string[] | undefined {
  const there = /^[/~]/.test(target) ? [target] : folders.map((folder) => `${folder}/${target}`);
  const all = [...new Set([...folders, ...there])];
  return all.length > mostFolders ? undefined : all;
}

function judgeRead(call: Call): void {
  const { operands, values } = readCall(call, { flags: 'rse', values: 'adnNptu' });
  const targets = [...operands, ...values.flatMap(({ option, value }) => (option === 'a' ? [value] : []))];
  for (const name of targets) judgeVariable(call, name);
}

function judgeMapfile(call: Call): void {
  const { operands } = readCall(call, { flags: 't', values: 'dnOsu' });
  for (const name of operands) judgeVariable(call, name);
}

function judgeCommandBuiltin(call: Call): void {
  const { operands, given } = readCall(call, { flags: 'vVp', commandFollows: true });
  if (given.has('v') || given.has('V')) return;
  if (given.has('p') || operands.length === 0) askFor(call, reasons.option('command'));
  if (operands.length > 0) call.run(operands);
}

function judgeSet(call: Call): void {
  const words = call.args.map(({ value }) => literalOf(value));
  if (words[0] === '--') return;
  const harmless =
    words.length > 0 &&
    words.every((word) => /^([-+][euxof]+|pipefail|errexit|nounset|xtrace|noglob)$/.test(word ?? ''));
  if (words.length === 0) askFor(call, reasons.environment);
  else if (!harmless) refuse(call);
}

function judgeShopt(call: Call): void {
  const words = call.args.map(({ value }) => literalOf(value));
  if (!words.every((word) => /^(-[squp]+|nullglob|failglob|globstar|extglob|lastpipe)$/.test(word ?? ''))) refuse(call);
}

function judgeUnset(call: Call): void {
  const { operands } = readCall(call, { flags: 'v' });
  for (const name of operands) judgeVariable(call, name);
}

/** `declare -n`, `-i` and the like change what an assignment means; without a name, they show the environment. */
function judgeDeclare(call: Call): void {
  const options = call.args.filter(({ value }) => mayBeOption(value));
  const harmless = options.every(({ value }) => /^-[aArgx]*$/.test(literalOf(value) ?? ''));
  const exports = call.name === 'export' || options.some(({ value }) => literalOf(value)?.includes('x') === true);
  const operands = call.args.filter((argument) => !options.includes(argument));
  if (!harmless) refuse(call);
  if (operands.length === 0) askFor(call, reasons.environment);
  for (const operand of operands) {
    const name = nameOf(operand.value);
    const allowed =
      name !== undefined && isHarmlessVariable(name) && (!exports || /^([a-z]\w*|LC_\w+|LANG|TZ)$/.test(name));
    if (!allowed) askFor(call, name === undefined ? reasons.variableName : reasons.variable(name), operand);
    if (name === undefined || !isHarmlessVariable(name)) call.scene.outcome.opaque = true;
  }
}

/** The name before `=`, where the word begins with one. */
function nameOf({ shapes: [shape, ...others] }: Value): string | undefined {
  const [first] = shape ?? [];
  if (others.length > 0 || first?.is !== 'text') return undefined;
  const [, name] = /^([A-Za-z_]\w*)(=|$)/.exec(first.text) ?? [];
  return name !== undefined && (first.text.includes('=') || shape?.length === 1) ? name : undefined;
}

/** A builtin that tells when it is given options only, and sets something with an operand. */
function judgeBare(call: Call, options: RegExp): void {
  for (const argument of call.args) {
    if (options.test(literalOf(argument.value) ?? '')) continue;
    refuse({ ...call, ...argument });
  }
}

/** `alias` shows one by its name, and defines one with `=`: from then on that name means something else. */
function judgeDefinition(call: Call, harmless: RegExp): void {
  for (const argument of call.args) {
    const word = literalOf(argument.value);
    if (word !== undefined && harmless.test(word)) continue;
    askFor(call, reasons.shellState(call.name), argument);
    const name = word?.split('=')[0];
    if (name === undefined) call.scene.outcome.opaque = true;
    else call.scene.outcome.changed.add(name);
  }
}
