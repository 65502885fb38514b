import type { ParameterExpansionPart, ParsedScript, Word, WordPart } from 'unbash';
import { arithmeticProblem, judgeArithmetic } from './arithmetic';
import { reasons } from './reasons';
import { ask, type Scene } from './scene';
import { secretVariable } from './secrets';
import { anything, isNumeric, join, number, shaped, splitsUnquoted, text, union, type Value } from './value';
import { initialValue, isHarmlessVariable } from './variables';

/** The words that a word becomes by brace expansion, which comes before all else: one, as a rule. */
export function valuesOf(word: Word, scene: Scene): Value[] {
  const parts = word.parts ?? [];
  const at = parts.findIndex(({ type }) => type === 'BraceExpansion');
  const choices = parts[at]?.type === 'BraceExpansion' ? bracesOf(parts[at].text) : undefined;
  if (!choices) return [valueOf(word, scene)];
  const before = partsValue(parts.slice(0, at), scene, false);
  const after = partsValue(parts.slice(at + 1), scene, false);
  return choices.map((choice) => join(join(before, choice), after));
}

/** What a word can become. */
export function valueOf({ parts, value }: Word, scene: Scene): Value {
  return parts === undefined ? text(value) : partsValue(parts, scene, false);
}

/** What a word can become where bash neither cuts it into words nor takes it for a glob, as behind `x=`. */
export function valueInOnePiece(word: Word, scene: Scene): Value {
  return { ...valueOf(word, scene), splits: false };
}

function partsValue(parts: readonly WordPart[], scene: Scene, quoted: boolean): Value {
  return parts.map((part) => partValue(part, scene, quoted)).reduce(join, text(''));
}

function partValue(part: WordPart, scene: Scene, quoted: boolean): Value {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return text(part.value);
    case 'DoubleQuoted':
    case 'LocaleString':
      return partsValue(part.parts, scene, true);
    case 'Glob':
      return shaped({ is: 'name' });
    case 'SimpleExpansion':
      return expanded(variableValue(part.text.slice(1), part.pos, scene), quoted);
    case 'ParameterExpansion':
      return expanded(parameterValue(part, scene), quoted);
    case 'ArithmeticExpansion':
      return number;
    case 'CommandExpansion':
      return expanded(
        part.script === undefined ? anything : scene.output(part.script, inside(part.script, scene)),
        quoted,
      );
    case 'ProcessSubstitution':
      // A file that the shell makes up: what it holds is judged where it is made.
      return text('/dev/stdin');
    case 'ExtendedGlob':
    case 'BraceExpansion':
      return { ...anything, splits: true };
  }
}

function expanded(value: Value, quoted: boolean): Value {
  return quoted ? value : { ...value, splits: value.splits || splitsUnquoted(value) };
}

function variableValue(name: string, at: number, scene: Scene): Value {
  if (/^[@*]$/.test(name)) return { ...anything, splits: true };
  return scene.variable(name, at) ?? initialValue(name);
}

function parameterValue(part: ParameterExpansionPart, scene: Scene): Value {
  const { parameter, prefix, index, operation } = part;
  if (prefix === '#') return number;
  if (prefix === '!') return { ...anything, splits: true };
  const whole = index !== undefined && /^[@*]$/.test(index.value);
  const held = variableValue(parameter, part.pos, scene);
  const value = whole ? { ...held, splits: true } : held;
  if (operation === undefined) return value;
  if (operation.type === 'Default') {
    return operation.operator.endsWith('?') ? value : union(value, valueOf(operation.operand, scene));
  }
  return isNumeric(value) && operation.type !== 'Replace' ? value : { ...anything, splits: value.splits };
}

/** The choices of `{a,b}`, numbers for `{1..9}`; undefined where more stands in the braces than that. */
function bracesOf(braces: string): Value[] | undefined {
  if (/^\{-?\d+\.\.-?\d+(\.\.-?\d+)?\}$/.test(braces)) return [number];
  if (!/^\{[\w./,:+@%~-]*\}$/.test(braces) || !braces.includes(',')) return undefined;
  return braces.slice(1, -1).split(',').map(text);
}

/** Judges all that bash runs or sets while it expands a word. */
export function judgeWord(word: Word, scene: Scene): void {
  if (!isWholeRead(word)) ask(scene, reasons.unreadable, word);
  for (const part of word.parts ?? []) judgePart(part, scene);
}

/** The parser leaves no gap between the parts of a word, and finds parts wherever bash would expand something. */
function isWholeRead({ parts, text: written, pos, end }: Word): boolean {
  if (parts === undefined) return /[\\'"]/.test(written) || !/`|\$[\w({[@*#?$!-]|[<>]\(/.test(written);
  let at = pos;
  for (const part of parts) {
    if (part.pos !== at) return false;
    at = part.end;
  }
  return at === end;
}

export function judgePart(part: WordPart, scene: Scene): void {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return;
    case 'LocaleString':
      ask(scene, reasons.translation, part);
      return;
    case 'DoubleQuoted':
      for (const inner of part.parts) judgePart(inner, scene);
      return;
    case 'Glob':
    case 'ExtendedGlob':
    case 'BraceExpansion':
      if (part.parts === undefined && /`|\$|[<>]\(/.test(part.text)) ask(scene, reasons.unreadable, part);
      for (const inner of part.parts ?? []) judgePart(inner, scene);
      return;
    case 'SimpleExpansion':
      judgeVariable(part.text.slice(1), part, scene);
      return;
    case 'ParameterExpansion':
      judgeParameter(part, scene);
      return;
    case 'ArithmeticExpansion':
      judgeArithmetic(part.expression, part, scene, judgePart);
      return;
    case 'CommandExpansion':
    case 'ProcessSubstitution':
      if (part.script === undefined || (part.type === 'ProcessSubstitution' && part.script.commands.length === 0)) {
        ask(scene, reasons.unreadable, part);
      } else scene.script(part.script, inside(part.script, scene));
  }
}

/** Where the positions of a script inside a word count: one in escaped backticks is a text of its own. */
function inside({ source }: ParsedScript, scene: Scene): Scene {
  if (source === undefined) return scene;
  return { ...scene, source, base: undefined, variable: (name) => scene.variable(name) };
}

function judgeVariable(name: string, at: WordPart, scene: Scene): void {
  if (secretVariable.test(name) && scene.variable(name) === undefined) ask(scene, reasons.secretVariable(name), at);
}

function judgeParameter(part: ParameterExpansionPart, scene: Scene): void {
  const { parameter, prefix, index, operation } = part;
  const wholeArray = index !== undefined && /^[@*]$/.test(index.value);
  judgeVariable(parameter, part, scene);
  if (prefix === '!' && !wholeArray && operation?.type !== 'Names') ask(scene, reasons.indirect, part);
  if (index && !wholeArray) judgeSubscript(index, scene);
  switch (operation?.type) {
    case undefined:
    case 'Names':
      return;
    case 'Default':
      if (operation.operator.endsWith('=') && !isHarmlessVariable(parameter)) {
        ask(scene, reasons.variable(parameter), part);
      }
      judgeWord(operation.operand, scene);
      return;
    case 'Remove':
      judgeWord(operation.operand, scene);
      return;
    case 'Replace':
      judgeWord(operation.pattern, scene);
      judgeWord(operation.replacement, scene);
      return;
    case 'Slice':
      for (const word of [operation.offset, operation.length]) if (word) judgeSubscript(word, scene);
      return;
    case 'CaseModification':
      if (operation.operand) judgeWord(operation.operand, scene);
      return;
    case 'Transform':
      if (!/^[QUuL]$/.test(operation.operand.value)) ask(scene, reasons.indirect, part);
      return;
    case 'Unknown':
      ask(scene, reasons.unreadable, part);
  }
}

/** What stands in `a[…]` and `${a:…}` is arithmetic. */
export function judgeSubscript(word: Word, scene: Scene): void {
  judgeWord(word, scene);
  if (arithmeticProblem(word.text, valueOf(word, scene), scene)) ask(scene, reasons.arithmetic, word);
}
