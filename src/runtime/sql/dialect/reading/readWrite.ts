import { readOrderBy } from './readCall';
import { readExpression } from './readExpression';
import { readItems, readLimit, readTableName, readTables, readWith } from './readQuery';
import type { Reader } from './reader';
import type { Assignment, Delete, Insert, Update } from '../statements';
import type { Expression, SelectItem } from '../syntax';

/** INSERT and REPLACE, with VALUES, SET or a query. */
export function readInsert(reader: Reader): Insert {
  const verb = reader.takes('REPLACE') ? 'REPLACE' : (reader.needs('INSERT'), 'INSERT');
  const ignore = readModifiers(reader);
  reader.takes('INTO');
  const table = readTableName(reader);
  if (reader.takes('PARTITION')) reader.skipParentheses();
  if (reader.takes('SET')) {
    const assignments = reader.list(() => readAssignment(reader));
    const columns = assignments.map(({ path }) => path.at(-1) ?? '');
    const source = [assignments.map(({ value }) => value)];
    return { kind: 'insert', verb, ignore, table, columns, source, ...readInsertTail(reader, verb) };
  }
  const columns = readColumns(reader);
  const source = readSource(reader);
  return { kind: 'insert', verb, ignore, table, columns, source, ...readInsertTail(reader, verb) };
}

/** The list of columns; `()` and no list at all mean the same. */
function readColumns(reader: Reader): string[] {
  if (!reader.seesSign('(') || reader.word(1) === 'SELECT' || reader.word(1) === 'WITH' || reader.seesSign('(', 1))
    return [];
  return reader.inParentheses(() => {
    if (reader.seesSign(')')) return [];
    return reader.list(() => {
      let name = reader.name();
      while (reader.takesSign('.')) name = reader.nameBehindDot();
      return name;
    });
  });
}

function readSource(reader: Reader): Insert['source'] {
  if (!reader.takesOneOf('VALUES', 'VALUE')) {
    if (!reader.seesQuery && !reader.seesSign('(')) throw reader.error();
    return reader.query();
  }
  return reader.list(() => {
    reader.takes('ROW');
    return reader.inParentheses(() => (reader.seesSign(')') ? [] : reader.list(() => readValue(reader))));
  });
}

function readInsertTail(reader: Reader, verb: Insert['verb']): Pick<Insert, 'onDuplicate' | 'rowAlias' | 'returning'> {
  const rowAlias = reader.takes('AS') ? reader.name() : undefined;
  const onDuplicate =
    verb === 'INSERT' && reader.takes('ON')
      ? (reader.needs('DUPLICATE', 'KEY', 'UPDATE'), reader.list(() => readAssignment(reader)))
      : [];
  return { rowAlias, onDuplicate, returning: readReturning(reader) };
}

function readReturning(reader: Reader): SelectItem[] {
  return reader.takes('RETURNING') ? readItems(reader) : [];
}

function readAssignment(reader: Reader): Assignment {
  const path = [reader.name()];
  while (path.length < 3 && reader.takesSign('.')) path.push(reader.nameBehindDot());
  if (!reader.takesSign(':=')) reader.needsSign('=');
  return { path, value: readValue(reader) };
}

/** An expression, or DEFAULT. */
function readValue(reader: Reader): Expression {
  const isDefault = !reader.seesSign('(', 1) && reader.takes('DEFAULT');
  return isDefault ? { kind: 'default', column: undefined } : readExpression(reader);
}

/** @returns whether IGNORE was among them */
function readModifiers(reader: Reader): boolean {
  let ignore = false;
  for (;;) {
    if (reader.takes('IGNORE')) ignore = true;
    else if (!reader.takesOneOf('LOW_PRIORITY', 'HIGH_PRIORITY', 'DELAYED', 'QUICK')) return ignore;
  }
}

/** UPDATE of one table or of several that are joined. */
export function readUpdate(reader: Reader): Update {
  const commonTables = readWith(reader);
  reader.needs('UPDATE');
  const ignore = readModifiers(reader);
  const from = readTables(reader);
  reader.needs('SET');
  const assignments = reader.list(() => readAssignment(reader));
  const where = reader.takes('WHERE') ? readExpression(reader) : undefined;
  const orderBy = readOrderBy(reader, readExpression);
  return { kind: 'update', ignore, with: commonTables, from, assignments, where, orderBy, limit: readLimit(reader) };
}

/** `DELETE FROM t …`, `DELETE a, b FROM a JOIN b …` and `DELETE FROM a USING a JOIN b …`. */
export function readDelete(reader: Reader): Delete {
  const commonTables = readWith(reader);
  reader.needs('DELETE');
  const ignore = readModifiers(reader);
  const { targets, from } = readTargets(reader);
  const where = reader.takes('WHERE') ? readExpression(reader) : undefined;
  const orderBy = readOrderBy(reader, readExpression);
  const limit = readLimit(reader);
  const returning = readReturning(reader);
  return { kind: 'delete', ignore, with: commonTables, targets, from, where, orderBy, limit, returning };
}

function readTargets(reader: Reader): Pick<Delete, 'targets' | 'from'> {
  if (!reader.takes('FROM')) {
    const targets = reader.list(() => readTarget(reader));
    reader.needs('FROM');
    return { targets, from: readTables(reader) };
  }
  const several = reader.attempt(() => {
    const targets = reader.list(() => readTarget(reader));
    return reader.takes('USING') ? targets : undefined;
  });
  if (several) return { targets: several, from: readTables(reader) };
  const table = readTableName(reader);
  const alias = reader.takes('AS') || reader.seesName() ? reader.alias() : undefined;
  return { targets: [alias ?? table.name], from: { kind: 'table', table, alias } };
}

/** `t`, `db.t`, `t.*` */
function readTarget(reader: Reader): string {
  let name = reader.name();
  while (reader.takesSign('.')) {
    if (reader.takesSign('*')) return name;
    name = reader.nameBehindDot();
  }
  return name;
}
