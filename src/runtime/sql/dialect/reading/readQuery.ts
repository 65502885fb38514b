import { MysqlError, namelessTable } from '../../mysqlErrors';
import { readOrderBy, readOrderings, readWindow } from './readCall';
import { readExpression } from './readExpression';
import type { Reader } from './reader';
import type {
  CommonTable,
  Expression,
  Limit,
  Query,
  QueryBody,
  SelectItem,
  TableName,
  TableReference,
} from '../syntax';

/** Reads a SELECT, VALUES or WITH query, with all of its UNIONs, or one in parentheses. */
export function readQuery(reader: Reader): Query {
  const recursive = reader.sees('WITH', 'RECURSIVE');
  const commonTables = readWith(reader);
  const body = readCompound(reader);
  const orderBy = readOrderBy(reader, readExpression);
  const limit = readLimit(reader);
  skipLocking(reader);
  if (body.kind === 'nested' && commonTables.length === 0 && orderBy.length === 0 && !limit) return body.query;
  return { with: commonTables, recursive, body, orderBy, limit };
}

export function readWith(reader: Reader): CommonTable[] {
  if (!reader.takes('WITH')) return [];
  reader.takes('RECURSIVE');
  return reader.list(() => {
    const name = reader.name();
    const columns = reader.seesSign('(') ? readNames(reader) : [];
    reader.needs('AS');
    return { name, columns, query: reader.inParentheses(() => reader.query()) };
  });
}

function readCompound(reader: Reader): QueryBody {
  let left = readIntersections(reader);
  for (;;) {
    const operator = reader.takesOneOf('UNION', 'EXCEPT');
    if (operator === undefined) return left;
    const all = readAll(reader);
    left = {
      kind: 'compound',
      operator: operator === 'UNION' ? operator : 'EXCEPT',
      all,
      left,
      right: readIntersections(reader),
    };
  }
}

function readIntersections(reader: Reader): QueryBody {
  let left = readOperand(reader);
  while (reader.takes('INTERSECT')) {
    left = { kind: 'compound', operator: 'INTERSECT', all: readAll(reader), left, right: readOperand(reader) };
  }
  return left;
}

function readAll(reader: Reader): boolean {
  return reader.takesOneOf('ALL', 'DISTINCT') === 'ALL';
}

function readOperand(reader: Reader): QueryBody {
  if (reader.seesSign('(')) return { kind: 'nested', query: reader.inParentheses(() => reader.query()) };
  if (reader.takes('VALUES')) {
    const rows = reader.list(() => {
      reader.takes('ROW');
      return reader.inParentheses(() => reader.list(() => readExpression(reader)));
    });
    return { kind: 'values', rows };
  }
  return readSelect(reader);
}

function readSelect(reader: Reader): QueryBody {
  reader.needs('SELECT');
  let distinct = false;
  for (let hint = reader.takesOneOf(...hints); hint !== undefined; hint = reader.takesOneOf(...hints)) {
    distinct ||= hint.startsWith('DISTINCT');
  }
  const items = readItems(reader);
  const from = reader.takes('FROM') ? readFrom(reader) : undefined;
  const where = reader.takes('WHERE') ? readExpression(reader) : undefined;
  const groupBy = reader.takes('GROUP', 'BY') ? readOrderings(reader, readExpression) : [];
  const having = reader.takes('HAVING') ? readExpression(reader) : undefined;
  const windows = reader.takes('WINDOW')
    ? reader.list(() => {
        const name = reader.name();
        reader.needs('AS');
        return { name, window: readWindow(reader, readExpression) };
      })
    : [];
  return { kind: 'select', distinct, items, from, where, groupBy, having, windows };
}

/** Words behind SELECT; all but DISTINCT are advice to the server. */
const hints = [
  'ALL',
  'DISTINCT',
  'DISTINCTROW',
  'HIGH_PRIORITY',
  'STRAIGHT_JOIN',
  'SQL_BIG_RESULT',
  'SQL_BUFFER_RESULT',
  'SQL_CACHE',
  'SQL_CALC_FOUND_ROWS',
  'SQL_NO_CACHE',
  'SQL_SMALL_RESULT',
];

export function readItems(reader: Reader): SelectItem[] {
  return reader.list((): SelectItem => {
    if (reader.takesSign('*')) return { kind: 'star', table: undefined };
    const star = reader.attempt(() => readTableStar(reader));
    if (star) return star;
    const start = reader.token?.at ?? 0;
    const expression = readExpression(reader);
    const text = reader.textFrom(start);
    const named = reader.takes('AS') || reader.seesName() || reader.token?.kind === 'string';
    return { kind: 'item', expression, text, alias: named ? reader.alias() : undefined };
  });
}

/** `t.*` or `db.t.*` */
function readTableStar(reader: Reader): SelectItem | undefined {
  let table: string | undefined;
  while (reader.seesName() && reader.seesSign('.', 1)) {
    table = reader.name();
    reader.next();
    if (reader.takesSign('*')) return { kind: 'star', table };
  }
  return undefined;
}

/** Everything behind FROM; DUAL, the table of no columns, is none. */
function readFrom(reader: Reader): TableReference | undefined {
  return reader.takes('DUAL') ? undefined : readTables(reader);
}

export function readTables(reader: Reader): TableReference {
  let left = readJoins(reader);
  while (reader.takesSign(',')) left = { ...crossJoin, left, right: readJoins(reader) };
  return left;
}

const crossJoin = { kind: 'join', type: 'INNER', natural: false, on: undefined, using: [] } as const;

function readJoins(reader: Reader): TableReference {
  let left = readTableFactor(reader);
  for (let join = takeJoin(reader); join; join = takeJoin(reader)) {
    const right = readTableFactor(reader);
    const inner = reader.attempt(() => nestedJoin(reader, right));
    const on = !join.natural && reader.takes('ON') ? readExpression(reader) : undefined;
    const using = !join.natural && !on && reader.takes('USING') ? readNames(reader) : [];
    if (join.type !== 'INNER' && !join.natural && !on && using.length === 0) throw reader.error();
    left = { kind: 'join', ...join, left, right: inner ?? right, on, using };
  }
  return left;
}

/** `a JOIN b JOIN c ON … ON …`: the second join is within the first. */
function nestedJoin(reader: Reader, left: TableReference): TableReference | undefined {
  const join = takeJoin(reader);
  if (!join || join.natural) return undefined;
  const right = readTableFactor(reader);
  if (!reader.takes('ON')) return undefined;
  const on = readExpression(reader);
  return reader.sees('ON') ? { kind: 'join', ...join, left, right, on, using: [] } : undefined;
}

function takeJoin(reader: Reader): { type: 'INNER' | 'LEFT' | 'RIGHT'; natural: boolean } | undefined {
  return reader.attempt(() => {
    if (reader.takes('STRAIGHT_JOIN')) return { type: 'INNER', natural: false };
    const natural = reader.takes('NATURAL');
    const side = reader.takesOneOf('LEFT', 'RIGHT');
    if (side !== undefined) reader.takes('OUTER');
    else reader.takesOneOf('INNER', 'CROSS');
    if (!reader.takes('JOIN')) return undefined;
    return { type: side === 'LEFT' || side === 'RIGHT' ? side : 'INNER', natural };
  });
}

function readTableFactor(reader: Reader): TableReference {
  const query = reader.attempt(() => {
    reader.takes('LATERAL');
    if (!reader.seesSign('(')) return undefined;
    let distance = 1;
    while (reader.seesSign('(', distance)) distance += 1;
    const word = reader.word(distance);
    if (word !== 'SELECT' && word !== 'WITH' && word !== 'VALUES') return undefined;
    const inner = reader.inParentheses(() => reader.query());
    if (!reader.sees('AS') && !reader.seesName()) throw new MysqlError(namelessTable);
    return inner;
  });
  if (query) {
    reader.takes('AS');
    const alias = reader.name();
    return { kind: 'derived', query, alias, columns: reader.seesSign('(') ? readNames(reader) : [] };
  }
  if (reader.seesSign('(')) return reader.inParentheses(() => reader.deeper(() => readTables(reader)));
  const table = readTableName(reader);
  const alias = reader.takes('AS') || reader.seesName() ? reader.alias() : undefined;
  skipIndexHints(reader);
  return { kind: 'table', table, alias };
}

export function readTableName(reader: Reader): TableName {
  const first = reader.name();
  return reader.takesSign('.')
    ? { database: first, name: reader.nameBehindDot() }
    : { database: undefined, name: first };
}

export function readNames(reader: Reader): string[] {
  return reader.inParentheses(() => reader.list(() => reader.name()));
}

/** `LIMIT 3`, `LIMIT 2, 3`, `LIMIT 3 OFFSET 2` */
export function readLimit(reader: Reader): Limit | undefined {
  if (!reader.takes('LIMIT')) return undefined;
  const first = readCount(reader);
  if (reader.takesSign(',')) return { offset: first, count: readCount(reader) };
  return { count: first, offset: reader.takes('OFFSET') ? readCount(reader) : undefined };
}

function readCount(reader: Reader): Expression {
  const { token } = reader;
  if (token?.kind !== 'number' || !/^\d+$/.test(token.text)) throw reader.error();
  return { kind: 'number', text: reader.number() };
}

function skipIndexHints(reader: Reader): void {
  while (reader.sees('USE') || reader.sees('FORCE') || reader.sees('IGNORE')) {
    reader.next();
    if (!reader.takesOneOf('INDEX', 'KEY')) throw reader.error();
    if (reader.takes('FOR') && !reader.takes('JOIN'))
      reader.needs(reader.takes('ORDER') || reader.takes('GROUP') ? 'BY' : 'JOIN');
    reader.skipParentheses();
    reader.takesSign(',');
  }
}

function skipLocking(reader: Reader): void {
  if (reader.takes('FOR', 'UPDATE') || reader.takes('FOR', 'SHARE')) {
    if (!reader.takes('NOWAIT')) reader.takes('SKIP', 'LOCKED');
  } else {
    reader.takes('LOCK', 'IN', 'SHARE', 'MODE');
  }
}
