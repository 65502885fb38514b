import { MysqlError } from '../../mysqlErrors';
import { toCount, toText, type Implementations } from './values';

/** REGEXP and its family: patterns of JavaScript, which have in common with ICU's and PCRE's what statements use. */
export const regexpFunctions: Implementations = {
  regexp: (text, pattern, mode) => (compile(pattern, mode, 'u').test(toText(text)) ? 1n : 0n),
  regexp_like: (text, pattern, mode) => (compile(pattern, mode, 'u').test(toText(text)) ? 1n : 0n),
  regexp_replace: (text, pattern, replacement, from, occurrence, mode) => {
    const start = from === undefined ? 0 : toCount(from) - 1;
    const wanted = occurrence === undefined ? 0 : toCount(occurrence);
    const subject = toText(text);
    const written = replacementText(toText(replacement));
    let seen = 0;
    const rest = subject.slice(start).replace(compile(pattern, mode, 'gu'), (...found: unknown[]) => {
      seen += 1;
      const groups = found.filter(
        (value): value is string | undefined => typeof value !== 'number' && typeof value !== 'object',
      );
      return wanted === 0 || seen === wanted ? written(groups) : (groups[0] ?? '');
    });
    return subject.slice(0, start) + rest;
  },
  regexp_substr: (text, pattern, from, occurrence, mode) => nth(text, pattern, from, occurrence, mode)?.[0] ?? null,
  regexp_instr: (text, pattern, from, occurrence, after, mode) => {
    const match = nth(text, pattern, from, occurrence, mode);
    if (!match) return 0n;
    const end = after !== undefined && toCount(after) === 1 ? match[0].length : 0;
    return BigInt(Array.from(toText(text).slice(0, match.index + end)).length + 1);
  },
};

type Value = Parameters<typeof toText>[0];

function nth(
  text: Value,
  pattern: Value,
  from: Value | undefined,
  occurrence: Value | undefined,
  mode: Value | undefined,
): RegExpExecArray | undefined {
  const expression = compile(pattern, mode, 'gu');
  expression.lastIndex = from === undefined ? 0 : toCount(from) - 1;
  let match: RegExpExecArray | null = null;
  for (let left = occurrence === undefined ? 1 : toCount(occurrence); left > 0; left -= 1) {
    match = expression.exec(toText(text));
    if (!match) return undefined;
    if (match[0] === '') expression.lastIndex += 1;
  }
  return match ?? undefined;
}

const compiled = new Map<string, RegExp>();

/** Case does not count, as the collation has it, unless the mode says `c`. */
function compile(pattern: Value, mode: Value | undefined, flags: string): RegExp {
  const modes = mode === undefined ? '' : toText(mode);
  const key = `${flags}/${modes}/${toText(pattern)}`;
  const known = compiled.get(key);
  if (known) {
    known.lastIndex = 0;
    return known;
  }
  const all = `${flags}${modes.lastIndexOf('c') > modes.lastIndexOf('i') ? '' : 'i'}${modes.includes('n') ? 's' : ''}${modes.includes('m') ? 'm' : ''}`;
  const source = portable(toText(pattern));
  const made = tryCompile(source, all) ?? tryCompile(source, all.replace('u', ''));
  if (!made || toText(pattern) === '')
    throw new MysqlError(`1139 (42000): Got error 'pattern is malformed' from regexp`);
  if (compiled.size > 100) compiled.clear();
  compiled.set(key, made);
  return made;
}

function tryCompile(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

/** Classes of POSIX and the borders of words that JavaScript writes in another way. */
function portable(pattern: string): string {
  return pattern
    .replace(/\[\[:<:\]\]|\[\[:>:\]\]/g, String.raw`\b`)
    .replace(/\[:(\w+):\]/g, (written, name: string) => classes.get(name) ?? written)
    .replace(/\(\?i\)/g, '');
}

const classes = new Map([
  ['alpha', String.raw`\p{L}`],
  ['digit', String.raw`\d`],
  ['alnum', String.raw`\p{L}\p{N}`],
  ['space', String.raw`\s`],
  ['upper', String.raw`\p{L}`],
  ['lower', String.raw`\p{L}`],
  ['punct', String.raw`\p{P}\p{S}`],
  ['xdigit', '0-9A-Fa-f'],
  ['blank', String.raw` \t`],
  ['cntrl', String.raw`\p{Cc}`],
]);

/** `$1` of MySQL and `\1` of MariaDB stand for what a group found. */
function replacementText(template: string): (groups: readonly (string | undefined)[]) => string {
  return (groups) =>
    template.replace(
      /\\(\d)|\$(\d)|\\([^])/g,
      (_, one?: string, other?: string, escaped?: string) => escaped ?? groups[Number(one ?? other)] ?? '',
    );
}
