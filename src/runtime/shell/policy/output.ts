import type { Command, CommandNode, ParsedScript, Pipeline, Redirection, Statement } from 'unbash';
import type { Scene } from './scene';
import { anything, isNumeric, join, literalOf, number, shaped, text, union, type Value } from './value';
import { valuesOf } from './words';

/** What each line is that a script prints, as far as it matters for names of files and for arithmetic. */
export function outputOf({ commands }: ParsedScript, scene: Scene): Value {
  const [only, ...others] = commands;
  return only && others.length === 0 ? statementOutput(only, scene) : anything;
}

function statementOutput({ command }: Statement, scene: Scene): Value {
  if (command.type === 'Pipeline') return pipelineOutputs(command, anything, scene).at(-1) ?? anything;
  return command.type === 'AndOr' ? anything : nodeOutput(command, anything, scene);
}

/** What each command of a pipeline reads, and what comes out at its end. */
export function pipelineOutputs({ commands }: Pipeline, input: Value, scene: Scene): Value[] {
  const outputs = [input];
  for (const command of commands) outputs.push(nodeOutput(command, outputs.at(-1) ?? anything, scene));
  return outputs;
}

/** What a command reads that has redirections; undefined where they leave its standard input as it is. */
export function redirectedInput(redirects: readonly Redirection[], scene: Scene): Value | undefined {
  const inputs = redirects.filter(({ operator }) => /^(<|<<|<<-|<<<|<>|<&)$/.test(operator));
  const [only, ...others] = inputs;
  if (only === undefined) return undefined;
  const part = only.type === 'Redirect' && only.operator === '<' ? only.target?.parts : undefined;
  const [source, ...more] = part ?? [];
  const made =
    others.length === 0 && more.length === 0 && source?.type === 'ProcessSubstitution' && only.type === 'Redirect';
  return made && !only.descriptor && source.script ? scene.output(source.script, scene) : anything;
}

/** Filters that let lines through as they are, some of them or in another order. */
const filters: ReadonlySet<string> = new Set([
  'sort',
  'uniq',
  'head',
  'tail',
  'tac',
  'cat',
  'shuf',
  'grep',
  'egrep',
  'fgrep',
]);

function nodeOutput(node: CommandNode, input: Value, scene: Scene): Value {
  if (node.type !== 'Command' || node.prefix.length > 0 || node.redirects.some(({ operator }) => operator !== '>&')) {
    return node.type === 'Command' && isCount(node, scene) ? number : anything;
  }
  const name = node.name?.value ?? '';
  const words = wordsOf(node, scene);
  const literals = words.map((word) => literalOf(word));
  const plain = literals.every((word) => word !== undefined) ? literals : undefined;
  switch (name) {
    case 'find':
      return findOutput(words);
    case 'git':
      return plain?.join(' ') === 'ls-files' ? shaped({ is: 'path' }, { is: 'name' }) : anything;
    case 'ls':
      return lsOutput(words);
    case 'seq':
    case 'nproc':
      return words.every((word) => isNumeric(word)) ? number : anything;
    case 'date':
      return plain?.length === 1 && /^\+%[sYmdHMSjuw]$/.test(plain[0] ?? '') ? number : anything;
    case 'expr':
      return words.every((word) => isNumeric(word) || /^[-+*/%]$/.test(literalOf(word) ?? '')) ? number : anything;
    case 'pgrep':
    case 'pidof':
      return plain?.every((word) => /^(-[xno]|[\w.]+)$/.test(word ?? '')) === true ? number : anything;
    case 'echo':
      return words.every((word) => isNumeric(word)) ? number : anything;
    default:
      if (isCount(node, scene)) return number;
      return filters.has(name) && isFilter(name, plain) ? input : anything;
  }
}

/** Programs that, reading standard input, print how many: `wc -l`, `grep -c x`. */
function isCount(node: Command, scene: Scene): boolean {
  if (node.redirects.some(({ operator }) => operator !== '>&' && operator !== '<')) {
    if (!node.redirects.every((redirect) => redirect.type === 'Redirect' && isSilencing(redirect))) return false;
  }
  const words = wordsOf(node, scene).map((word) => literalOf(word));
  if (node.name?.value === 'wc') return words.length === 1 && /^-[lwcmL]$/.test(words[0] ?? '');
  const counts =
    /^(grep|egrep|fgrep)$/.test(node.name?.value ?? '') &&
    words.some((word) => /^-[aicvwxsEFPq]*c[aivwxsEFPq]*$/.test(word ?? ''));
  // With several files, names stand before the numbers.
  return (
    counts && words.every((word) => word !== undefined) && words.filter((word) => !word?.startsWith('-')).length <= 2
  );
}

function isSilencing({ operator, target }: Extract<Redirection, { readonly type: 'Redirect' }>): boolean {
  return operator === '<' || operator === '>&' || (operator === '>' && target?.value === '/dev/null');
}

/** A filter that reads standard input only, and prints nothing but its lines. */
function isFilter(name: string, words: readonly (string | undefined)[] | undefined): boolean {
  if (words === undefined) return false;
  const operands = words.filter((word, at) => !word?.startsWith('-') && !/^-[a-z]*[nktefm]$/.test(words[at - 1] ?? ''));
  const letters = words.flatMap((word) => (word?.startsWith('-') ? [word] : []));
  if (letters.some((word) => word.startsWith('--'))) return false;
  switch (name) {
    case 'grep':
    case 'egrep':
    case 'fgrep':
      return operands.length <= 1 && letters.every((word) => /^-([vEFiwxqsaeP]+|m\d*)$/.test(word));
    case 'cat':
    case 'uniq':
      return words.length === 0;
    case 'sort':
      return operands.length === 0 && letters.every((word) => /^-[bdfghiMnrRVuk\d,.t]+$/.test(word));
    default:
      return operands.length === 0 && letters.every((word) => /^-[nr\d+]+$/.test(word));
  }
}

/** The files below a folder, with the name they must have where `find` is given one and nothing that could widen it. */
export function findOutput(words: readonly Value[]): Value {
  const at = words.findIndex((word) => /^[-(!,]/.test(literalOf(word) ?? ''));
  const roots = at === -1 ? words : words.slice(0, at);
  const tests = at === -1 ? [] : words.slice(at);
  const names = tests.flatMap((word, index) => {
    const test = index > 0 ? literalOf(tests[index - 1] ?? anything) : undefined;
    return test === '-name' || test === '-iname' ? [globValue(literalOf(word))] : [];
  });
  const widens = tests.some((word) =>
    /^(-o|-or|!|-not|,|\\?\(|\\?\)|-printf|-ls|-exec.*|-regex.*|-path|-follow|-L)$/.test(literalOf(word) ?? '-o'),
  );
  const name = widens ? undefined : names[0];
  const below = join(shaped({ is: 'text', text: '/' }, { is: 'path' }), name ?? shaped({ is: 'name' }));
  return union(...(roots.length > 0 ? roots : [text('.')]).map((root) => join(root, below)));
}

/** A glob in a text that is not the shell's. */
export function globValue(glob: string | undefined): Value | undefined {
  if (glob === undefined || /\\/.test(glob)) return undefined;
  const value = glob
    .split(/(\*|\?|\[[^\]]*\])/)
    .map((part, index) => (index % 2 === 0 ? text(part) : shaped({ is: 'name' })))
    .reduce(join);
  // Here a glob matches a leading dot as well.
  return /^[*?[]/.test(glob) ? union(value, join(text('.'), value)) : value;
}

function lsOutput(words: readonly Value[]): Value {
  const options = words.filter((word) => literalOf(word)?.startsWith('-') === true);
  const operands = words.filter((word) => !options.includes(word));
  if (options.some((word) => !/^-[1trSXv]+$/.test(literalOf(word) ?? ''))) return anything;
  if (operands.length === 0) return shaped({ is: 'name' });
  // Files are printed as they are named; folders, by what is in them.
  return operands.every(({ shapes }) =>
    shapes.every((shape) => shape.at(-1)?.is === 'text' && shape.some(({ is }) => is === 'name')),
  )
    ? union(...operands.map((word) => ({ ...word, splits: false })))
    : anything;
}

function wordsOf({ args }: Command, scene: Scene): Value[] {
  return args.flatMap((word) => (word.type === 'Word' ? valuesOf(word, scene) : [anything]));
}
