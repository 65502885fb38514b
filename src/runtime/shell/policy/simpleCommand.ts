import type { Assignment, Command, Redirection } from 'unbash';
import type { ApprovalRule } from '../../../agent/approval';
import { askFor, type Call } from './call';
import { redirectedInput } from './output';
import { problemOf } from './paths';
import { builtins } from './programs/builtins';
import { programs } from './programs/programs';
import { asksForVersion } from './programs/system';
import { reasons } from './reasons';
import { ask, type Argument, type Scene, type Span } from './scene';
import { plainPaths } from './secrets';
import { join, literalOf, text, type Value } from './value';
import { isHarmlessBeforeProgram, isHarmlessVariable } from './variables';
import { judgePart, judgeSubscript, judgeWord, valueInOnePiece, valueOf, valuesOf } from './words';

/** Judges one command with its assignments, its words and its redirections. */
export function judgeSimpleCommand(command: Command, scene: Scene): void {
  const { name, prefix, args, redirects } = command;
  for (const part of prefix) if (part.type === 'Assignment') judgeAssignment(part, name !== undefined, scene);
  judgeRedirections(redirects, scene);
  if (name === undefined) return;
  judgeWord(name, scene);
  const pieces = [...prefix, name, ...command.suffix];
  // What touches is one word to bash, whatever the parser made of it.
  const torn = pieces.find((piece, index) => piece.type === 'Word' && piece.pos === pieces[index - 1]?.end);
  if (torn) ask(scene, reasons.unreadable, torn);
  for (const word of args) {
    if (word.type === 'Word') judgeWord(word, scene);
    else judgeAssignedValue(word, scene);
  }
  const written = literalOf(valueOf(name, scene));
  // A name that is put together is known only when it runs, even where it seems to be.
  const isDynamic = written === undefined || /[$`*?{]/.test(name.text);
  if (isDynamic) {
    ask(scene, reasons.dynamicName, name);
    scene.outcome.opaque = true;
    scene.outcome.uncovered++;
    return;
  }
  const words = args.flatMap((word) => argumentsOf(word, scene));
  const own = { ...scene, input: redirectedInput(redirects, scene) ?? scene.input };
  const call: Call = { name: written, args: words, scene: own, inShell: true, pos: command.pos, end: command.end, run };
  if (isRuled(call, command)) return;
  scene.outcome.uncovered++;
  judgeCall(call);
}

/** A rule of the user stands for the judgement of the program; secrets are not covered by a beginning of words. */
function isRuled(call: Call, { prefix, pos, end, redirects }: Command): boolean {
  const { scene, args } = call;
  const { rules, source, before } = scene;
  const written = source.slice(pos, end).trim();
  const words = [call.name, ...args.map(({ value }) => literalOf(value))];
  const covers = (rule: ApprovalRule): boolean => {
    if ('command' in rule) return rule.command === written && redirects.length === 0;
    const wanted = rule.startsWith.trim().split(/\s+/);
    return (
      prefix.length === 0 &&
      !words.includes(undefined) &&
      wanted.every((word, index) => word !== '' && word === words[index])
    );
  };
  const rule = before.changed.has(call.name) ? undefined : rules.find(covers);
  if (rule === undefined) return false;
  scene.outcome.covered++;
  // What it does to the shell counts all the same.
  const others = scene.outcome.findings.splice(0);
  judgeCall(call);
  scene.outcome.findings.splice(0, Infinity, ...others);
  if ('command' in rule) return true;
  for (const argument of args) {
    if (problemOf(argument.value, 'names', scene.outcome.folders) === 'secret') ask(scene, reasons.secret, argument);
  }
  return true;
}

function judgeCall(call: Call): void {
  const { scene } = call;
  const { changed } = scene.before;

  if (call.inShell && (changed.has(call.name) || scene.outcome.changed.has(call.name))) {
    askFor(call, reasons.changedName(call.name));
    scene.outcome.opaque = true;
    return;
  }
  const inShell = call.inShell && !call.name.includes('/');
  const name = programName(call.name);
  if (name === undefined) {
    askFor(call, reasons.localProgram(call.name));
    return;
  }
  const judge = programs.get(name);
  const known = judge !== undefined && (inShell || !builtins.has(name) || /^(echo|printf|test|\[)$/.test(name));
  if (changed.has(name)) askFor(call, reasons.changedName(name));
  if (known) judge({ ...call, name });
  else if (!asksForVersion({ ...call, name })) askFor(call, reasons.unknown(call.name));
}

/** The name without a folder that programs of the system lie in; undefined where it lies anywhere else. */
function programName(name: string): string | undefined {
  if (!name.includes('/')) return name;
  return /^\/(?:usr\/)?s?bin\/([^/]+)$/.exec(name)?.[1];
}

/** Judges a command that another program runs. The shell itself is asked for it by `command` and `builtin` only. */
function run(this: Call, words: readonly Argument[], scene: Scene = this.scene): void {
  const [first, ...args] = words;
  const name = first && literalOf(first.value);
  if (name === undefined) {
    askFor(this, reasons.dynamicName, first);
    scene.outcome.opaque ||= this.inShell;
    return;
  }
  const inShell = this.inShell && /^(command|builtin)$/.test(this.name);
  judgeCall({ ...this, name, args, scene, inShell });
}

function argumentsOf(word: Command['args'][number], scene: Scene): Argument[] {
  const { pos, end } = word;
  if (word.type === 'Word') return valuesOf(word, scene).map((value) => ({ pos, end, value }));
  const value: Value = word.value.type === 'Word' ? valueInOnePiece(word.value, scene) : text('()');
  return [{ pos, end, value: join(text(`${word.name}=`), value) }];
}

function judgeAssignment(assignment: Assignment, beforeProgram: boolean, scene: Scene): void {
  const { name } = assignment;
  const harmless = beforeProgram
    ? isHarmlessBeforeProgram(name) || isEmptySeparator(assignment)
    : isHarmlessVariable(name);
  if (!harmless) {
    ask(scene, reasons.variable(name), assignment);
    if (!beforeProgram) scene.outcome.opaque = true;
  }
  judgeAssignedValue(assignment, scene);
}

/** `IFS= read` and the like, which hold for that one command. */
function isEmptySeparator({ name, value }: Assignment): boolean {
  return name === 'IFS' && value.type === 'Word' && value.parts?.some(({ type }) => /Expansion/.test(type)) !== true;
}

function judgeAssignedValue({ value, index }: Assignment, scene: Scene): void {
  if (index) judgeSubscript(index, scene);
  if (value.type === 'Word') {
    judgeWord(value, scene);
    return;
  }
  for (const element of value.elements) {
    judgeWord(element, scene);
    if (/^\[(?!\d+\]=)/.test(element.text)) ask(scene, reasons.arithmetic, element);
  }
}

/** Judges redirections: reading is reading, writing asks unless what is written is thrown away or shown. */
export function judgeRedirections(redirects: readonly Redirection[], scene: Scene): void {
  for (const redirect of redirects) {
    if (redirect.type === 'HereDoc') {
      for (const part of redirect.body.parts ?? []) judgePart(part, scene);
      const plain = /^\\?(['"]?)[\w.-]+\1$/.test(redirect.delimiter?.text ?? '');
      if (redirect.closing === undefined || !plain) ask(scene, reasons.unreadable, redirect);
      continue;
    }
    const { target, descriptor } = redirect;
    if (target === undefined) {
      ask(scene, reasons.unreadable, redirect);
      continue;
    }
    judgeWord(target, scene);
    if (descriptor?.type === 'FileDescriptorVariable' && !isHarmlessVariable(descriptor.name)) {
      ask(scene, reasons.variable(descriptor.name), redirect);
    }
    const toProgram = target.parts?.some(({ type }) => type === 'ProcessSubstitution') === true;
    if (redirect.type !== 'Redirect') continue;
    if (toProgram && redirect.operator !== '<') ask(scene, reasons.writes, redirect);
    else judgeTarget(redirect.operator, valueOf(target, scene), redirect, scene);
  }
}

function judgeTarget(operator: string, target: Value, at: Span, scene: Scene): void {
  const file = literalOf(target);
  if (operator === '<') {
    const problem = problemOf(target, 'contents', scene.outcome.folders);
    if (problem === 'secret') ask(scene, reasons.secret, at);
    else if (problem !== undefined) ask(scene, reasons.uncertainFile, at);
    return;
  }
  const isDescriptor = /^[<>]&$/.test(operator) && /^(\d+-?|-)$/.test(file ?? '');
  const isThrownAway = file !== undefined && plainPaths.has(file) && operator !== '<>';
  if (!isDescriptor && !isThrownAway) ask(scene, reasons.writes, at);
}
