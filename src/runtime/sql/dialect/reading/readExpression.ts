import { readCall, withWindow, type ExpressionReaders } from './readCall';
import { momentTypes, readNumber, readPrefixedString, readUnit } from './readLiteral';
import { readType } from './readType';
import type { Reader } from './reader';
import type { Expression, Operator } from '../syntax';
import { keyword } from '../../tokens';

/** Reads one expression, binding as tightly as the table of operators in the MySQL manual says. */
export function readExpression(reader: Reader): Expression {
  return reader.deeper(() => chain(reader, 0));
}

/** Operators of two sides that are read from left to right, the loosest first. NOT stands behind the third level. */
const levels: readonly (readonly (readonly [string, Operator])[])[] = [
  [
    ['OR', 'OR'],
    ['||', 'OR'],
  ],
  [['XOR', 'XOR']],
  [
    ['AND', 'AND'],
    ['&&', 'AND'],
  ],
];

const bitLevels: typeof levels = [
  [['|', '|']],
  [['&', '&']],
  [
    ['<<', '<<'],
    ['>>', '>>'],
  ],
  [
    ['+', '+'],
    ['-', '-'],
  ],
  [
    ['*', '*'],
    ['/', '/'],
    ['DIV', 'DIV'],
    ['%', '%'],
    ['MOD', '%'],
  ],
  [['^', '^']],
];

const comparisons = new Map<string, Operator>([
  ['=', '='],
  ['<=>', '<=>'],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);

function chain(reader: Reader, level: number): Expression {
  const operators = levels[level];
  return operators ? leftToRight(reader, operators, () => chain(reader, level + 1)) : readNot(reader);
}

function leftToRight(
  reader: Reader,
  operators: readonly (readonly [string, Operator])[],
  readSide: () => Expression,
): Expression {
  let left = readSide();
  for (;;) {
    const operator = takeOperator(reader, operators);
    if (!operator) return left;
    left = { kind: 'operation', operator, left, right: readSide() };
  }
}

function takeOperator(reader: Reader, operators: readonly (readonly [string, Operator])[]): Operator | undefined {
  const { token } = reader;
  const text = token?.kind === 'operator' ? token.text : keyword(token);
  const found = operators.find(([sign]) => sign === text)?.[1];
  if (found) reader.next();
  return found;
}

function readNot(reader: Reader): Expression {
  if (!reader.takes('NOT')) return readComparison(reader);
  return reader.deeper(() => ({ kind: 'unary', operator: 'NOT', operand: readNot(reader) }));
}

function readComparison(reader: Reader): Expression {
  let left = readPredicate(reader);
  for (;;) {
    const operator = reader.token?.kind === 'operator' ? comparisons.get(reader.token.text) : undefined;
    if (operator) {
      reader.next();
      left = readComparand(reader, operator, left);
    } else if (reader.takes('IS')) {
      const negated = reader.takes('NOT');
      const value = reader.takesOneOf('NULL', 'TRUE', 'FALSE', 'UNKNOWN');
      if (value === undefined) throw reader.error();
      left = { kind: 'is', operand: left, value: value === 'TRUE' ? true : value === 'FALSE' ? false : null, negated };
    } else {
      return left;
    }
  }
}

function readComparand(reader: Reader, operator: Operator, left: Expression): Expression {
  const quantifier = reader.seesSign('(', 1) ? reader.takesOneOf('ALL', 'ANY', 'SOME') : undefined;
  if (quantifier === undefined) return { kind: 'operation', operator, left, right: readPredicate(reader) };
  const query = reader.inParentheses(() => reader.query());
  return { kind: 'quantified', operator, operand: left, all: quantifier === 'ALL', query };
}

function readPredicate(reader: Reader): Expression {
  const operand = readBits(reader);
  const negated = /^(IN|BETWEEN|LIKE|REGEXP|RLIKE|GLOB|MATCH)$/.test(reader.word(1) ?? '') && reader.takes('NOT');
  const word = reader.takesOneOf('IN', 'BETWEEN', 'LIKE', 'REGEXP', 'RLIKE', 'GLOB', 'MATCH');
  switch (word) {
    case 'IN': {
      const among = reader.inParentheses(() =>
        reader.seesQuery ? reader.query() : reader.list(() => readExpression(reader)),
      );
      return { kind: 'in', operand, among, negated };
    }
    case 'BETWEEN': {
      const low = readBits(reader);
      reader.needs('AND');
      return { kind: 'between', operand, low, high: readPredicate(reader), negated };
    }
    case 'LIKE':
    case 'REGEXP':
    case 'RLIKE':
    case 'GLOB':
    case 'MATCH': {
      const pattern = readBits(reader);
      const escape = word === 'LIKE' && reader.takes('ESCAPE') ? readPrimary(reader) : undefined;
      return { kind: 'match', operator: word === 'RLIKE' ? 'REGEXP' : word, operand, pattern, escape, negated };
    }
    default:
      return operand;
  }
}

function readBits(reader: Reader, level = 0): Expression {
  const operators = bitLevels[level];
  return operators ? leftToRight(reader, operators, () => readBits(reader, level + 1)) : readUnary(reader);
}

function readUnary(reader: Reader): Expression {
  return reader.deeper((): Expression => {
    if (reader.takesSign('+')) return readUnary(reader);
    if (reader.takesSign('-')) return { kind: 'unary', operator: '-', operand: readUnary(reader) };
    if (reader.takesSign('~')) return { kind: 'unary', operator: '~', operand: readUnary(reader) };
    if (reader.takesSign('!')) return { kind: 'unary', operator: 'NOT', operand: readUnary(reader) };
    if (reader.takes('BINARY')) return { kind: 'unary', operator: 'BINARY', operand: readUnary(reader) };
    return readPostfix(reader);
  });
}

function readPostfix(reader: Reader): Expression {
  let operand = readPrimary(reader);
  for (;;) {
    if (reader.takes('COLLATE')) {
      operand = { kind: 'collate', operand, collation: reader.alias() };
    } else if (reader.seesSign('->') || reader.seesSign('->>')) {
      const operator = reader.next().text === '->' ? '->' : '->>';
      operand = { kind: 'operation', operator, left: operand, right: { kind: 'text', value: reader.string() } };
    } else {
      return operand;
    }
  }
}

function readPrimary(reader: Reader): Expression {
  const { token } = reader;
  if (!token) throw reader.error();
  if (token.kind === 'string') return { kind: 'text', value: reader.string() };
  if (token.kind === 'number') return readNumber(reader);
  if (reader.seesSign('(')) return readParenthesis(reader);
  if (token.kind === 'word') {
    const word = readWord(reader, token.text);
    if (word) return word;
  }
  const call = readCall(reader, readers);
  return call ? withWindow(reader, call, readers) : readColumn(reader);
}

const readers: ExpressionReaders = { expression: readExpression, bits: readBits, type: readType };

function readParenthesis(reader: Reader): Expression {
  return reader.inParentheses((): Expression => {
    if (reader.seesQuery) return { kind: 'query', query: reader.query() };
    const items = reader.list(() => readExpression(reader));
    const [first] = items;
    return items.length === 1 && first ? first : { kind: 'row', items };
  });
}

/** What begins with a word that is neither a column nor a call. */
function readWord(reader: Reader, text: string): Expression | undefined {
  const beforeString = reader.ahead(1)?.kind === 'string';
  if (beforeString && reader.ahead(1)?.spaced === false) {
    const literal = readPrefixedString(reader, text);
    if (literal) return literal;
  }
  const word = text.toUpperCase();
  switch (word) {
    case 'NULL':
      reader.next();
      return { kind: 'null' };
    case 'TRUE':
    case 'FALSE':
      reader.next();
      return { kind: 'boolean', value: word === 'TRUE' };
    case 'CASE':
      return readCase(reader);
    case 'EXISTS':
      if (!reader.seesSign('(', 1)) return undefined;
      reader.next();
      return { kind: 'exists', query: reader.inParentheses(() => reader.query()) };
    case 'INTERVAL': {
      reader.next();
      const amount = readExpression(reader);
      return { kind: 'interval', amount, unit: readUnit(reader) };
    }
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      if (!beforeString) return undefined;
      reader.next();
      return { kind: 'moment', type: momentTypes[word], value: reader.string() };
    case 'ROW':
      if (!reader.seesSign('(', 1)) return undefined;
      reader.next();
      return { kind: 'row', items: reader.inParentheses(() => reader.list(() => readExpression(reader))) };
    default:
      return text.startsWith('@') ? readVariable(reader, text) : undefined;
  }
}

function readCase(reader: Reader): Expression {
  reader.needs('CASE');
  const operand = reader.sees('WHEN') ? undefined : readExpression(reader);
  const branches = [];
  do {
    reader.needs('WHEN');
    const when = readExpression(reader);
    reader.needs('THEN');
    branches.push({ when, result: readExpression(reader) });
  } while (reader.sees('WHEN'));
  const otherwise = reader.takes('ELSE') ? readExpression(reader) : undefined;
  reader.needs('END');
  return { kind: 'case', operand, branches, otherwise };
}

function readVariable(reader: Reader, text: string): Expression {
  reader.next();
  let name = text;
  while (text.startsWith('@@') && reader.takesSign('.')) name = `@@${reader.nameBehindDot()}`;
  if (!text.startsWith('@@') && reader.takesSign(':=')) {
    return { kind: 'assignment', name: name.toLowerCase(), value: readExpression(reader) };
  }
  return { kind: 'variable', name: name.toLowerCase() };
}

function readColumn(reader: Reader): Expression {
  const path = [reader.name()];
  while (path.length < 3 && reader.takesSign('.')) path.push(reader.nameBehindDot());
  return { kind: 'column', path };
}
