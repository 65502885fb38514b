import type { ArithmeticExpression, ArithmeticWord, WordPart } from 'unbash';
import { reasons } from './reasons';
import { ask, type Scene, type Span } from './scene';
import { isNumeric, literalOf, type Value } from './value';
import { isHarmlessVariable } from './variables';

/**
 * Judges an expression. Bash evaluates the value of a name as an expression again, and an index in it as a word: a text
 * such as `a[$(rm x)]` in a variable runs its command. So whatever comes from outside must be a number.
 */
export function judgeArithmetic(
  expression: ArithmeticExpression | undefined,
  at: Span,
  scene: Scene,
  judgePart: (part: WordPart, scene: Scene) => void,
): void {
  const judge = (node: ArithmeticExpression): void => {
    switch (node.type) {
      case 'ArithmeticBinary':
        if (/^([-+*/%&|^]|<<|>>)?=$/.test(node.operator)) judgeTarget(node.left, scene);
        judge(node.left);
        judge(node.right);
        return;
      case 'ArithmeticUnary':
        if (/^(\+\+|--)$/.test(node.operator)) judgeTarget(node.operand, scene);
        judge(node.operand);
        return;
      case 'ArithmeticTernary':
        for (const inner of [node.test, node.consequent, node.alternate]) judge(inner);
        return;
      case 'ArithmeticGroup':
        judge(node.expression);
        return;
      case 'ArithmeticCommandExpansion':
        if (node.script === undefined) {
          ask(scene, reasons.unreadable, node);
          return;
        }
        scene.script(node.script, scene);
        if (!isNumeric(scene.output(node.script, scene))) ask(scene, reasons.arithmetic, node);
        return;
      case 'ArithmeticWord':
        judgeOperand(node);
    }
  };
  const judgeOperand = (node: ArithmeticWord): void => {
    for (const part of node.parts ?? []) judgePart(part, scene);
    const written = scene.source.slice(node.pos, node.end);
    if (!isHarmlessOperand(node, written, scene)) ask(scene, reasons.arithmetic, node);
  };
  if (expression !== undefined) judge(expression);
  else if (!/^[\s$(){}]*$/.test(scene.source.slice(at.pos, at.end))) ask(scene, reasons.unreadable, at);
}

/** Whether a text that bash calculates with could hold more than numbers and the names of numbers. */
export function arithmeticProblem(written: string, value: Value, scene: Scene): boolean {
  const literal = literalOf(value);
  if (literal !== undefined && literal === written) return !namesNumbers(literal, scene);
  if (isNumeric(value)) return false;
  const [, name] = /^\$\{?(\w+)\}?$/.exec(written) ?? [];
  return name === undefined || !isHarmlessName(name, scene);
}

function isHarmlessOperand({ parts }: ArithmeticWord, written: string, scene: Scene): boolean {
  const element = /^([A-Za-z_]\w*)\[\$?(\w+)\]$/.exec(written);
  if (element) return element.slice(1).every((name) => isHarmlessName(name, scene));
  return (parts ?? [undefined]).every((part) => {
    switch (part?.type) {
      case undefined:
        return namesNumbers(written, scene);
      case 'Literal':
        return part.value === part.text && namesNumbers(part.value, scene);
      case 'SimpleExpansion':
        return isHarmlessName(part.text.slice(1), scene);
      case 'ParameterExpansion':
        return (
          part.prefix === '#' || (part.operation === undefined && !part.prefix && isHarmlessName(part.parameter, scene))
        );
      case 'CommandExpansion':
        return part.script !== undefined && isNumeric(scene.output(part.script, scene));
      case 'ArithmeticExpansion':
        return true;
      default:
        return false;
    }
  });
}

function namesNumbers(written: string, scene: Scene): boolean {
  // Two words side by side are no arithmetic: this may be a subshell in a substitution, `$((rm x))` written badly.
  if (!/^[\w\s#@+*/%-]*$/.test(written) || /\w\s+\w/.test(written)) return false;
  return (written.match(/[A-Za-z_]\w*/g) ?? []).every((name) => isHarmlessName(name, scene));
}

/** Bash puts texts of the script itself into these. */
const setByShell = /^(_|BASH_.*|REPLY|MAPFILE|OPTARG|DIRSTACK|FUNCNAME|PWD|OLDPWD|COPROC|READLINE_.*|COMP_.*)$/;

/** A variable that no command has set is the user's own, or has no value. */
function isHarmlessName(name: string, scene: Scene): boolean {
  if (/^[?#$!]$/.test(name)) return true;
  if (/^\d+$/.test(name)) return !scene.source.includes(`$${name}`) && !scene.source.includes(`\${${name}`);
  if (!/^\w+$/.test(name) || setByShell.test(name)) return false;
  const value = scene.variable(name);
  return value === undefined || isNumeric(value);
}

function judgeTarget(node: ArithmeticExpression, scene: Scene): void {
  const [name] = /^\w+/.exec(scene.source.slice(node.pos, node.end)) ?? [];
  if (name === undefined || !isHarmlessVariable(name)) ask(scene, reasons.variable(name ?? ''), node);
}
