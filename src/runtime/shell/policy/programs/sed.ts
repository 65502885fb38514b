import { askFor, judgeFile, readCall, type Call, type JudgeCall } from '../call';
import { reasons } from '../reasons';
import { sampleOf } from '../value';

export const sed: ReadonlyMap<string, JudgeCall> = new Map(['sed', 'gsed'].map((name) => [name, judgeSed]));

function judgeSed(call: Call): void {
  const { operands, values } = readCall(call, {
    flags: 'nErsuz',
    values: 'e',
    long: ['quiet', 'silent', 'regexp-extended', 'separate', 'unbuffered', 'null-data', 'posix', 'sandbox'],
    longValues: ['expression'],
  });
  const given = values.map(({ value }) => value);
  const scripts = given.length > 0 ? given : operands.slice(0, 1);
  if (scripts.length === 0) askFor(call, reasons.script(call.name));
  for (const script of scripts) {
    const text = sampleOf(script.value);
    if (text === undefined || !isHarmlessSed(text)) askFor(call, reasons.script(call.name), script);
  }
  for (const file of operands.slice(given.length > 0 ? 0 : 1)) judgeFile(call, file, 'contents');
}

/** Whether a sed script only edits what it prints: `w`, `W`, `e`, `r`, `R` and what is not understood are none of it. */
export function isHarmlessSed(script: string): boolean {
  let rest = script;
  while ((rest = rest.replace(/^[\s;{}]+/, '')) !== '') {
    const after = afterCommand(afterAddresses(rest));
    if (after === undefined) return false;
    rest = after;
  }
  return true;
}

function afterAddresses(script: string): string | undefined {
  const address = /^(\d+~\d+|\d+|\$)/;
  let rest: string | undefined = script;
  for (const prefix of ['', ',']) {
    if (!rest.startsWith(prefix)) break;
    rest = rest.slice(prefix.length).trimStart();
    const number: string | undefined = (prefix === ',' ? /^([+~]?\d+|\$)/ : address).exec(rest)?.[0];
    if (number !== undefined) rest = rest.slice(number.length);
    else if (rest.startsWith('/')) rest = afterDelimited(rest.slice(1), '/')?.replace(/^[IM]+/, '');
    else if (prefix === ',') return undefined;
    else break;
    if (rest === undefined) return undefined;
    rest = rest.trimStart();
  }
  return rest.replace(/^!\s*/, '');
}

function afterCommand(script: string | undefined): string | undefined {
  if (script === undefined) return undefined;
  const command = script.charAt(0);
  const rest = script.slice(1);
  switch (command) {
    case '{':
      return rest;
    case 'p':
    case 'P':
    case 'd':
    case 'D':
    case 'n':
    case 'N':
    case 'g':
    case 'G':
    case 'h':
    case 'H':
    case 'x':
    case '=':
    case 'l':
    case 'q':
    case 'Q':
      return afterEnd(rest.replace(/^\s*\d+/, (digits) => (/[lqQ]/.test(command) ? '' : digits)));
    case 's':
      return afterSubstitution(rest);
    case 'y': {
      const to = afterDelimited(rest.slice(1), rest.charAt(0));
      const end = to === undefined ? undefined : afterDelimited(to, rest.charAt(0));
      return end === undefined ? undefined : afterEnd(end);
    }
    case 'b':
    case 't':
    case 'T':
    case ':':
      return afterEnd(rest.replace(/^\s*\w*/, ''));
    case '#':
      return rest.replace(/^.*/, '');
    default:
      return undefined;
  }
}

/** `s` with flags that print or count; with `w` it writes, with `e` it runs what it made. */
function afterSubstitution(rest: string): string | undefined {
  const delimiter = rest.charAt(0);
  const replacement = afterDelimited(rest.slice(1), delimiter);
  const flags = replacement === undefined ? undefined : afterDelimited(replacement, delimiter);
  return flags === undefined ? undefined : afterEnd(flags.replace(/^[gpiIM\d]*/, ''));
}

/** What follows the next delimiter; undefined where there is none, or where seds disagree which one it is. */
function afterDelimited(text: string, delimiter: string): string | undefined {
  if (!/^[^\s\\;{}\w[\]]$/.test(delimiter)) return undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === '\n') return undefined;
    else if (character === '[') {
      const bracket = /^\[\^?\]?[^\]\n]*\]/.exec(text.slice(at))?.[0];
      // Some end the expression at a delimiter in brackets, some do not.
      if (bracket?.includes(delimiter) === true) return undefined;
      if (bracket !== undefined && !bracket.includes('\\')) at += bracket.length - 1;
    } else if (character === delimiter) return text.slice(at + 1);
  }
  return undefined;
}

function afterEnd(rest: string): string | undefined {
  return /^\s*($|[;}\n#])/.test(rest) ? rest.replace(/^[^\S\n]*/, '') : undefined;
}
