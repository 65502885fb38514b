import { readUnit } from './readLiteral';
import type { Reader } from './reader';
import type { Call, Expression, Ordering, TypeName, Window } from '../syntax';

/** What a call needs of the grammar around it. */
export interface ExpressionReaders {
  readonly expression: (reader: Reader) => Expression;
  /** An expression without comparisons and words like IN, as POSITION needs it. */
  readonly bits: (reader: Reader) => Expression;
  readonly type: (reader: Reader) => TypeName;
}

/** Reads a call of a function, with whatever syntax that one function has for itself; undefined where there is none. */
export function readCall(reader: Reader, readers: ExpressionReaders): Expression | undefined {
  const { token } = reader;
  if (token?.kind !== 'word') return undefined;
  const name = token.text.toUpperCase();
  if (!reader.seesSign('(', 1)) return bareCalls.has(name) ? (reader.next(), call(name, [])) : undefined;
  if (!reader.seesName() && !callableWords.has(name)) return undefined;
  reader.next();
  const read = reader.inParentheses(() => readArguments(reader, name, readers));
  return read.kind === 'call' ? { ...read, written: token.text } : read;
}

/** A call behind which OVER may stand. */
export function withWindow(reader: Reader, read: Expression, readers: ExpressionReaders): Expression {
  if (read.kind !== 'call' || !reader.takes('OVER')) return read;
  return { ...read, over: readWindow(reader, readers.expression) };
}

function readArguments(reader: Reader, name: string, readers: ExpressionReaders): Expression {
  const expression = () => readers.expression(reader);
  switch (name) {
    case 'COUNT':
      if (reader.takesSign('*')) return { ...call(name, []), star: true };
      return {
        ...call(name, []),
        distinct: reader.takesOneOf('DISTINCT', 'ALL') === 'DISTINCT',
        args: reader.list(expression),
      };
    case 'GROUP_CONCAT':
      return readGroupConcat(reader, readers);
    case 'CAST': {
      const operand = expression();
      reader.needs('AS');
      return { kind: 'cast', operand, type: readCastType(reader, readers) };
    }
    case 'CONVERT':
      return readConvert(reader, readers);
    case 'EXTRACT': {
      const unit = unitOf(reader);
      reader.needs('FROM');
      return call(name, [unit, expression()]);
    }
    case 'TIMESTAMPDIFF':
    case 'TIMESTAMPADD': {
      const unit = unitOf(reader);
      reader.needsSign(',');
      return call(name, [unit, ...reader.list(expression)]);
    }
    case 'POSITION': {
      const part = readers.bits(reader);
      reader.needs('IN');
      return call('LOCATE', [part, expression()]);
    }
    case 'SUBSTR':
    case 'SUBSTRING':
    case 'MID':
      return readSubstring(reader, expression);
    case 'TRIM':
      return readTrim(reader, expression);
    case 'CHAR': {
      const args = reader.list(expression);
      const isText = reader.takes('USING');
      if (isText) reader.next();
      return call(isText ? 'CHAR_TEXT' : 'CHAR', args);
    }
    case 'VALUES':
      return { kind: 'proposed', column: columnName(reader) };
    case 'DEFAULT':
      return { kind: 'default', column: columnName(reader) };
    default: {
      const fixed = fixedCounts.get(name);
      if (fixed !== undefined) return call(name, readExactly(reader, fixed, expression));
      if (reader.seesSign(')')) return call(name, []);
      const distinct = reader.takesOneOf('DISTINCT', 'ALL') === 'DISTINCT';
      return { ...call(name, []), distinct, args: reader.list(expression) };
    }
  }
}

/** Functions of the grammar itself: with more or fewer arguments the statement cannot be read. */
const fixedCounts = new Map([
  ['IF', 3],
  ['INSERT', 4],
  ['LEFT', 2],
  ['MOD', 2],
  ['REPEAT', 2],
  ['REPLACE', 3],
  ['RIGHT', 2],
]);

function readExactly(reader: Reader, count: number, expression: () => Expression): Expression[] {
  const args = [expression()];
  while (args.length < count) {
    reader.needsSign(',');
    args.push(expression());
  }
  return args;
}

function call(name: string, args: readonly Expression[], written = name): Call {
  return {
    kind: 'call',
    name,
    written,
    args,
    star: false,
    distinct: false,
    orderBy: [],
    separator: undefined,
    over: undefined,
  };
}

function readGroupConcat(reader: Reader, readers: ExpressionReaders): Expression {
  const distinct = reader.takes('DISTINCT');
  const args = reader.list(() => readers.expression(reader));
  const orderBy = readOrderBy(reader, readers.expression);
  const separator = reader.takes('SEPARATOR') ? reader.string() : undefined;
  return { ...call('GROUP_CONCAT', args), distinct, orderBy, separator };
}

function readConvert(reader: Reader, readers: ExpressionReaders): Expression {
  const operand = readers.expression(reader);
  if (reader.takesSign(',')) return { kind: 'cast', operand, type: readCastType(reader, readers) };
  reader.needs('USING');
  reader.next();
  return { kind: 'cast', operand, type: { name: 'char', arguments: [], unsigned: false, exact: false } };
}

/** The types of MySQL's CAST, and those that other servers have besides. */
function readCastType(reader: Reader, readers: ExpressionReaders): TypeName {
  if (!castTypes.test(reader.word() ?? '')) throw reader.error();
  return readers.type(reader);
}

const castTypes =
  /^(SIGNED|UNSIGNED|INT|INTEGER|BIGINT|DECIMAL|DEC|NUMERIC|DOUBLE|FLOAT|REAL|N?CHAR|CHARACTER|VARCHAR|TEXT|BINARY|DATE|DATETIME|TIMESTAMP|TIME|YEAR|JSON)$/;

function readSubstring(reader: Reader, expression: () => Expression): Expression {
  const args = [expression()];
  if (reader.takes('FROM')) {
    args.push(expression());
    if (reader.takes('FOR')) args.push(expression());
  } else {
    while (reader.takesSign(',')) args.push(expression());
  }
  return call('SUBSTRING', args);
}

/** `TRIM(LEADING 'x' FROM text)` becomes `TRIM(text, 'x', 'LEADING')`. */
function readTrim(reader: Reader, expression: () => Expression): Expression {
  const side = reader.takesOneOf('BOTH', 'LEADING', 'TRAILING') ?? 'BOTH';
  const first: Expression = reader.sees('FROM') ? { kind: 'text', value: ' ' } : expression();
  const text = reader.takes('FROM') ? expression() : undefined;
  const removed: Expression = text ? first : { kind: 'text', value: ' ' };
  return call('TRIM', [text ?? first, removed, { kind: 'text', value: side }]);
}

function unitOf(reader: Reader): Expression {
  return { kind: 'text', value: readUnit(reader) };
}

/** Of a column that may be qualified, the last name. */
function columnName(reader: Reader): string {
  let name = reader.name();
  while (reader.takesSign('.')) name = reader.nameBehindDot();
  return name;
}

export function readOrderBy(reader: Reader, expression: (reader: Reader) => Expression): Ordering[] {
  return reader.takes('ORDER', 'BY') ? readOrderings(reader, expression) : [];
}

export function readOrderings(reader: Reader, expression: (reader: Reader) => Expression): Ordering[] {
  return reader.list(() => ({
    expression: expression(reader),
    descending: reader.takesOneOf('ASC', 'DESC') === 'DESC',
  }));
}

export function readWindow(reader: Reader, expression: (reader: Reader) => Expression): Window {
  if (!reader.seesSign('(')) return { name: reader.name(), partitionBy: [], orderBy: [], frame: '' };
  return reader.inParentheses(() => {
    const name =
      reader.seesName() && !reader.sees('PARTITION') && !frameStart.test(reader.word() ?? '')
        ? reader.name()
        : undefined;
    const partitionBy = reader.takes('PARTITION', 'BY') ? reader.list(() => expression(reader)) : [];
    const orderBy = readOrderBy(reader, expression);
    return { name, partitionBy, orderBy, frame: readFrame(reader) };
  });
}

const frameStart = /^(ROWS|RANGE|GROUPS)$/;

function readFrame(reader: Reader): string {
  const words: string[] = [];
  while (!reader.seesSign(')')) {
    const token = reader.next();
    const known = token.kind === 'number' || frameWords.test(token.text);
    if (!known) throw reader.error();
    words.push(token.text);
  }
  return words.join(' ');
}

const frameWords = /^(ROWS|RANGE|GROUPS|BETWEEN|AND|UNBOUNDED|PRECEDING|FOLLOWING|CURRENT|ROW)$/i;

/** Functions of no arguments that need no parentheses. */
const bareCalls = new Set([
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'UTC_DATE',
  'UTC_TIME',
  'UTC_TIMESTAMP',
]);

/** Reserved words that are functions all the same. */
const callableWords = new Set([
  ...bareCalls,
  'CHAR',
  'CONVERT',
  'DATABASE',
  'DEFAULT',
  'IF',
  'INSERT',
  'LEFT',
  'MOD',
  'REPEAT',
  'REPLACE',
  'RIGHT',
  'SCHEMA',
  'VALUES',
]);
