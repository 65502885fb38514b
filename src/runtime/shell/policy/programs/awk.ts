import { askFor, judgeFile, readCall, type Call, type JudgeCall } from '../call';
import { reasons } from '../reasons';
import { sampleOf } from '../value';

export const awk: ReadonlyMap<string, JudgeCall> = new Map(
  ['awk', 'gawk', 'mawk', 'nawk'].map((name) => [name, judgeAwk]),
);

function judgeAwk(call: Call): void {
  const { operands, values } = readCall(call, {
    values: 'Fv',
    longValues: ['field-separator', 'assign'],
    long: ['posix', 're-interval', 'traditional'],
    commandFollows: true,
  });
  for (const { value } of values) judgeFile(call, value, 'names');
  const [program, ...files] = operands;
  const text = program && sampleOf(program.value);
  if (program === undefined || text === undefined || !isHarmlessAwk(text)) {
    askFor(call, reasons.script(call.name), program);
  }
  for (const file of files) judgeFile(call, file, 'contents');
}

/**
 * Whether an awk program only computes and prints. What could run, write or open something is looked for in the text as
 * it stands, so that no reading of it can be wrong; only for `>` and `|`, which mean other things too, it is read.
 */
export function isHarmlessAwk(program: string): boolean {
  if (/system\s*\(|getline|ARGV|ARGC|ENVIRON|PROCINFO|SYMTAB|FUNCTAB|@|\/inet/.test(program)) return false;
  const code = withoutTexts(program);
  if (code === undefined) return false;
  return !/(^|[^|])\|([^|]|$)/.test(code) && !redirectsPrint(code);
}

/** The program without the contents of strings, regular expressions and comments; undefined where it is unclear which is which. */
function withoutTexts(program: string): string | undefined {
  let code = '';
  for (let at = 0; at < program.length;) {
    const character = program.charAt(at);
    const rest = program.slice(at);
    if (character === '"') {
      const [string] = /^"(?:[^"\\\n]|\\[^])*"/.exec(rest) ?? [];
      if (string === undefined) return undefined;
      code += '""';
      at += string.length;
    } else if (character === '#') {
      at += /^#.*/.exec(rest)?.[0].length ?? 1;
    } else if (character === '\\') {
      return undefined;
    } else if (character === '/') {
      const kind = slashKind(code);
      if (kind === 'division') {
        code += '/';
        at++;
        continue;
      }
      const [regex] = kind === 'regex' ? (/^\/(?:[^/\\\n[]|\\.|\[\^?\]?[^\]/\n]*\])*\//.exec(rest) ?? []) : [];
      if (regex === undefined) return undefined;
      code += ' 0 ';
      at += regex.length;
    } else {
      code += character;
      at++;
    }
  }
  return code;
}

/** What a slash is behind this code: awks ask for an operand before a division, and so does this. */
function slashKind(code: string): 'division' | 'regex' | 'unclear' {
  const before = code.trimEnd();
  if (before === '' || code.slice(before.length).includes('\n') || /[(,{};!~&|=<>?:*%^]$/.test(before)) return 'regex';
  if (/\b(print|printf|return|else|do|in|case)$/.test(before)) return 'unclear';
  if (before.endsWith(')') && /\b(if|while|for)\b/.test(before)) return 'unclear';
  return /[\w)\]"]$/.test(before) ? 'division' : 'unclear';
}

/** Whether a `>` outside all parentheses follows `print`: there it is no comparison. */
function redirectsPrint(code: string): boolean {
  // Behind these, a line break does not end the statement.
  const joined = code.replace(/(,|&&|\|\|)\s+/g, '$1');
  for (const { index } of joined.matchAll(/print/g)) {
    let depth = 0;
    for (const character of joined.slice(index)) {
      if (/[([]/.test(character)) depth++;
      if (/[)\]]/.test(character)) depth--;
      if (depth <= 0 && /[;}\n]/.test(character)) break;
      if (depth <= 0 && character === '>') return true;
    }
  }
  return false;
}
