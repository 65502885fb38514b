import {
  forEachChild,
  type Assignment,
  type Command,
  type ParsedScript,
  type Redirection,
  type SyntaxNode,
} from 'unbash';
import type { Scene } from './scene';
import { anything, number, union, type Value } from './value';
import { valueInOnePiece, valuesOf } from './words';

/** One way in which a variable gets its value. */
type Source = (scene: Scene) => Value;

/**
 * Every way in which a script sets a variable, whatever the order in which it does: to say what a variable can hold at
 * some place, all of them are taken together, so that loops, branches and jumps need no thought.
 */
export type Assignments = ReadonlyMap<string, readonly Source[]>;

/** @param inputOf what each line of standard input is, for the commands of a pipeline and for those with redirections */
export function assignmentsOf(script: ParsedScript, inputOf: InputOf): Assignments {
  const found = new Map<string, Source[]>();
  const set = (name: string, source: Source): void => void found.set(name, [...(found.get(name) ?? []), source]);
  const visit = (node: SyntaxNode, input: Source): void => {
    switch (node.type) {
      case 'Assignment':
        set(node.name, (scene) => assignedValue(node, scene));
        break;
      case 'For':
      case 'Select': {
        const { name, wordlist } = node;
        set(name.value, (scene) =>
          wordlist === undefined ? anything : union(...wordlist.flatMap((word) => wordValues(word, scene))),
        );
        break;
      }
      case 'Pipeline':
        node.commands.forEach((command, index) => visit(command, index === 0 ? input : inputOf.pipe(node, index)));
        return;
      case 'Redirected':
        forEachChild(node, (child) => visit(child, inputOf.redirects(node.redirects) ?? input));
        return;
      case 'Command':
        visitCommand(node, inputOf.redirects(node.redirects) ?? input, set);
        forEachChild(node, (child) => {
          // Before a program, a variable is set for that program alone.
          if (child.type === 'Assignment' && node.prefix.includes(child) && node.name) {
            forEachChild(child, (part) => visit(part, input));
          } else visit(child, input);
        });
        return;
      case 'ArithmeticBinary':
      case 'ArithmeticUnary': {
        const target = node.type === 'ArithmeticBinary' ? node.left : node.operand;
        if (target.type === 'ArithmeticWord') set(/^\w*/.exec(target.value)?.[0] ?? '', () => number);
        break;
      }
      case 'ParameterExpansion':
        if (node.operation?.type === 'Default' && node.operation.operator.endsWith('=')) {
          const { operand } = node.operation;
          set(node.parameter, (scene) => valueInOnePiece(operand, scene));
        }
        break;
      case 'FileDescriptorVariable':
        set(node.name, () => number);
        break;
      default:
    }
    forEachChild(node, (child) => visit(child, input));
  };
  visit(script, () => anything);
  return found;
}

/** Where the lines come from that a command reads. */
export interface InputOf {
  pipe(pipeline: Extract<SyntaxNode, { readonly type: 'Pipeline' }>, index: number): Source;
  redirects(redirects: readonly Redirection[]): Source | undefined;
}

function assignedValue({ value, append }: Assignment, scene: Scene): Value {
  if (value.type === 'ArrayValue') {
    // Whole elements, whatever they were indexed by: `([key]=value)` is written into them as well.
    return union(
      ...value.elements.flatMap((word) => (word.text.startsWith('[') ? [anything] : wordValues(word, scene))),
    );
  }
  return append === true ? anything : valueInOnePiece(value, scene);
}

/** What a word of a list comes to: what splits can become any word of it. */
function wordValues(word: Parameters<typeof valuesOf>[0], scene: Scene): Value[] {
  return valuesOf(word, scene).map((value) => (value.splits && isOpen(value) ? anything : { ...value, splits: false }));
}

/** A name that holds a blank is cut into words, none of which has a slash more; an open text can become anything. */
function isOpen({ shapes }: Value): boolean {
  return shapes.some((shape) =>
    shape.some((piece) => piece.is === 'anything' || (piece.is === 'text' && /[\s\\]/.test(piece.text))),
  );
}

function visitCommand({ name, args }: Command, input: Source, set: (name: string, source: Source) => void): void {
  const words = args.map((word) => (word.type === 'Word' ? word.value : ''));
  switch (name?.value) {
    case 'read': {
      const names = words.filter((word) => /^[A-Za-z_]\w*$/.test(word));
      // A line that is cut among several names, or loses its backslashes, is no longer the line.
      const whole = names.length === 1 && words.some((word) => /^-[a-z]*r/.test(word));
      for (const each of names.length > 0 ? names : ['REPLY']) set(each, whole ? input : () => anything);
      return;
    }
    case 'printf':
      if (words[0] === '-v') set(words[1] ?? '', () => anything);
      return;
    case 'mapfile':
    case 'readarray':
      for (const word of ['MAPFILE', ...words.filter((word) => /^[A-Za-z_]\w*$/.test(word))]) set(word, () => anything);
      return;
    case 'declare':
    case 'local':
    case 'typeset':
    case 'readonly':
      for (const word of words) {
        const [found] = /^[A-Za-z_]\w*(?=\+?=)/.exec(word) ?? [];
        if (found !== undefined) set(found, () => anything);
      }
      return;
    default:
  }
}
