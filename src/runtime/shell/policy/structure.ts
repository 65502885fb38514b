import type {
  AndOr,
  CommandNode,
  CompoundList,
  ParsedScript,
  Pipeline,
  Statement,
  TestExpression,
  While,
} from 'unbash';
import { arithmeticProblem, judgeArithmetic } from './arithmetic';
import { pipelineOutputs, redirectedInput } from './output';
import { problemOf } from './paths';
import { reasons } from './reasons';
import { ask, type Scene } from './scene';
import { judgeRedirections, judgeSimpleCommand } from './simpleCommand';
import { anything } from './value';
import { isHarmlessVariable } from './variables';
import { judgePart, judgeWord, valueOf } from './words';

/** Judges a script: every command in it that could run, in the order in which they stand there. */
export function judgeScript(script: ParsedScript, scene: Scene): void {
  const [error] = script.errors ?? [];
  if (error) {
    ask(scene, reasons.unreadable, script);
    scene.outcome.opaque = true;
  }
  judgeStatements(script.commands, scene);
}

function judgeStatements(statements: readonly Statement[], scene: Scene): void {
  for (const statement of statements) {
    judgeChain(statement.command, scene);
    if (statement.background === true) ask(scene, reasons.background, statement);
  }
}

function judgeList({ commands }: CompoundList, scene: Scene): void {
  judgeStatements(commands, scene);
}

function judgeChain(node: AndOr | Pipeline | CommandNode, scene: Scene): void {
  if (node.type === 'AndOr') for (const command of node.commands) judgeChain(command, scene);
  else if (node.type === 'Pipeline') judgePipeline(node, scene);
  else judgeNode(node, scene);
}

function judgePipeline(pipeline: Pipeline, scene: Scene): void {
  const inputs = pipelineOutputs(pipeline, scene.input, scene);
  pipeline.commands.forEach((command, index) => judgeNode(command, { ...scene, input: inputs[index] ?? anything }));
}

function judgeNode(node: CommandNode, scene: Scene): void {
  switch (node.type) {
    case 'Command':
      judgeSimpleCommand(node, scene);
      return;
    case 'Redirected':
      judgeRedirections(node.redirects, scene);
      judgeNode(node.command, { ...scene, input: redirectedInput(node.redirects, scene) ?? scene.input });
      return;
    case 'Subshell':
    case 'BraceGroup':
      judgeList(node.body, scene);
      return;
    case 'If':
      for (const { clause, then } of [node, ...node.elif]) {
        judgeList(clause, scene);
        judgeList(then, scene);
      }
      if (node.else) judgeList(node.else, scene);
      return;
    case 'For':
    case 'Select':
      if (!isHarmlessVariable(node.name.value)) ask(scene, reasons.variable(node.name.value), node.name);
      if (node.type === 'Select') ask(scene, reasons.interactive('select'), node);
      for (const word of node.wordlist ?? []) judgeWord(word, scene);
      judgeLoop([node.body], scene);
      return;
    case 'ArithmeticFor':
      for (const expression of [node.initialize, node.test, node.update]) {
        if (expression) judgeArithmetic(expression, node, scene, judgePart);
      }
      judgeLoop([node.body], scene);
      return;
    case 'While':
      if (isEndless(node, scene)) ask(scene, reasons.endless('while'), node);
      judgeLoop([node.clause, node.body], scene);
      return;
    case 'Case':
      judgeWord(node.word, scene);
      for (const { pattern, body } of node.items) {
        for (const word of pattern) judgeWord(word, scene);
        judgeList(body, scene);
      }
      return;
    case 'TestCommand':
      judgeTestExpression(node.expression, scene);
      return;
    case 'ArithmeticCommand':
      judgeArithmetic(node.expression, node, scene, judgePart);
      return;
    case 'Function':
      ask(scene, reasons.functionDefinition, node);
      scene.outcome.changed.add(node.name.value);
      return;
    case 'Coproc':
      ask(scene, reasons.background, node);
      scene.outcome.opaque = true;
  }
}

/** What goes to another folder at the end of a loop has gone there when the loop begins again. */
function judgeLoop(lists: readonly CompoundList[], scene: Scene): void {
  const bodies = lists.map(({ pos, end }) => scene.source.slice(pos, end).replace(/[\\'"]/g, ''));
  if (bodies.some((body) => body.includes('cd'))) scene.outcome.folders = undefined;
  for (const list of lists) judgeList(list, scene);
}

/** `while true` without a word in it that could end it. */
function isEndless({ clause, body }: While, { source }: Scene): boolean {
  const condition = source.slice(clause.pos, clause.end).trim();
  return (
    /^(:|true|\(\(1\)\)|false|\[ 1 \]|sleep .*)[;\s]*$/.test(condition) &&
    !/\b(break|exit|return)\b/.test(source.slice(body.pos, body.end))
  );
}

/** What stands in `[[ … ]]`: beside `-eq` and its like, and in the index of a name behind `-v`, it is arithmetic. */
function judgeTestExpression(expression: TestExpression, scene: Scene): void {
  switch (expression.type) {
    case 'TestLogical':
      for (const operand of expression.operands) judgeTestExpression(operand, scene);
      return;
    case 'TestNot':
      judgeTestExpression(expression.operand, scene);
      return;
    case 'TestGroup':
      judgeTestExpression(expression.expression, scene);
      return;
    case 'TestUnary': {
      const { operator, operand } = expression;
      judgeWord(operand, scene);
      if (/^-[vR]$/.test(operator) && !/^\w+$/.test(operand.text)) ask(scene, reasons.indirect, expression);
      const problem = problemOf(valueOf(operand, scene), 'names', scene.outcome.folders);
      if (/^-[^nzvRo]$/.test(operator) && problem === 'secret') ask(scene, reasons.secret, operand);
      return;
    }
    case 'TestBinary':
      for (const word of [expression.left, expression.right]) {
        judgeWord(word, scene);
        const calculates = /^-(eq|ne|lt|le|gt|ge)$/.test(expression.operator);
        if (calculates && arithmeticProblem(word.text, valueOf(word, scene), scene))
          ask(scene, reasons.arithmetic, word);
      }
  }
}
