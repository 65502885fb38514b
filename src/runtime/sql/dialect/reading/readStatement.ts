import { quoted } from '../../identifier';
import { emptyQuery, MysqlError } from '../../mysqlErrors';
import { tokenize } from '../../tokens';
import { readExpression } from './readExpression';
import { readNames, readQuery, readTableName } from './readQuery';
import { Reader } from './reader';
import { readShow } from './readShow';
import { readAlterations, readCreateTable, readKeyTail, skipIndexType } from './readTable';
import { readDelete, readInsert, readUpdate } from './readWrite';
import type { Statement } from '../statements';
import type { Expression } from '../syntax';

/**
 * Reads one statement of MySQL.
 * @throws {MysqlError} 1064 from the place on where it cannot be read
 */
export function readMysql(sql: string): Statement {
  const text = sql.replace(/[;\s]+$/, '');
  const tokens = tokenize(text);
  if (tokens.length === 0) throw new MysqlError(emptyQuery);
  const reader = new Reader(text, tokens, readQuery);
  const statement = readStatement(reader);
  // A second statement is wrong from its own beginning on.
  reader.takesSign(';');
  if (!reader.atEnd) throw reader.error();
  return statement;
}

function readStatement(reader: Reader): Statement {
  switch (reader.word()) {
    case 'SELECT':
    case 'VALUES':
      return { kind: 'select', query: reader.query() };
    case 'WITH':
      return readWithStatement(reader);
    case 'INSERT':
    case 'REPLACE':
      return readInsert(reader);
    case 'UPDATE':
      return readUpdate(reader);
    case 'DELETE':
      return readDelete(reader);
    case 'CREATE':
      return readCreate(reader);
    case 'ALTER':
      return readAlter(reader);
    case 'DROP':
      return readDrop(reader);
    case 'RENAME':
      return readRename(reader);
    case 'TRUNCATE':
      reader.next();
      reader.takes('TABLE');
      return { kind: 'truncate', table: readTableName(reader) };
    case 'SHOW':
      return readShow(reader);
    case 'DESC':
    case 'DESCRIBE':
    case 'EXPLAIN':
      return readExplain(reader);
    default:
      if (reader.seesSign('(')) return { kind: 'select', query: reader.query() };
      return readSession(reader);
  }
}

/** WITH stands before SELECT, UPDATE and DELETE; which it is shows only behind the common tables. */
function readWithStatement(reader: Reader): Statement {
  let distance = 1;
  for (let depth = 0; ; distance += 1) {
    if (reader.seesSign('(', distance)) depth += 1;
    if (reader.seesSign(')', distance)) depth -= 1;
    const word = depth === 0 ? reader.word(distance) : undefined;
    if (word === 'UPDATE') return readUpdate(reader);
    if (word === 'DELETE') return readDelete(reader);
    if (word === 'SELECT' || !reader.ahead(distance)) return { kind: 'select', query: reader.query() };
  }
}

function readCreate(reader: Reader): Statement {
  reader.needs('CREATE');
  if (reader.takesOneOf('DATABASE', 'SCHEMA', 'USER', 'ROLE', 'FUNCTION', 'PROCEDURE', 'EVENT', 'SERVER'))
    return deny(reader);
  const replace = reader.takes('OR', 'REPLACE');
  const temporary = reader.takesOneOf('TEMPORARY', 'TEMP') !== undefined;
  if (reader.takes('TABLE')) return readCreateTable(reader, temporary, replace);
  if (reader.sees('VIRTUAL', 'TABLE') || reader.sees('TRIGGER')) return readNative(reader);
  const unique = reader.takes('UNIQUE') || (reader.takesOneOf('FULLTEXT', 'SPATIAL'), false);
  if (reader.takes('INDEX')) {
    const ifNotExists = reader.takes('IF', 'NOT', 'EXISTS');
    const name = reader.name();
    skipIndexType(reader);
    reader.needs('ON');
    const table = readTableName(reader);
    return { kind: 'create-index', unique, ifNotExists, name, table, columns: readKeyTail(reader) };
  }
  if (reader.takes('ALGORITHM')) {
    reader.needsSign('=');
    reader.next();
  }
  if (reader.takes('SQL', 'SECURITY')) reader.next();
  reader.needs('VIEW');
  const view = readTableName(reader);
  const columns = reader.seesSign('(') ? readNames(reader) : [];
  reader.needs('AS');
  return { kind: 'create-view', replace, view, columns, query: reader.query() };
}

function readAlter(reader: Reader): Statement {
  reader.needs('ALTER');
  if (reader.takesOneOf('DATABASE', 'SCHEMA', 'USER')) return deny(reader);
  reader.takes('IGNORE');
  reader.needs('TABLE');
  return { kind: 'alter-table', table: readTableName(reader), alterations: readAlterations(reader) };
}

function readDrop(reader: Reader): Statement {
  reader.needs('DROP');
  if (reader.takesOneOf('DATABASE', 'SCHEMA', 'USER', 'ROLE', 'FUNCTION', 'PROCEDURE', 'EVENT', 'SERVER'))
    return deny(reader);
  if (reader.sees('TRIGGER')) return readNative(reader);
  if (reader.takes('INDEX')) {
    const name = reader.name();
    reader.needs('ON');
    return { kind: 'drop-index', name, table: readTableName(reader) };
  }
  reader.takes('TEMPORARY');
  const view = reader.takes('VIEW');
  if (!view) reader.needs('TABLE');
  const ifExists = reader.takes('IF', 'EXISTS');
  const tables = reader.list(() => readTableName(reader));
  reader.takesOneOf('RESTRICT', 'CASCADE');
  return { kind: 'drop-table', view, ifExists, tables };
}

function readRename(reader: Reader): Statement {
  reader.needs('RENAME', 'TABLE');
  const pairs = reader.list(() => {
    const from = readTableName(reader);
    reader.needs('TO');
    return { from, to: readTableName(reader) };
  });
  return { kind: 'rename-tables', pairs };
}

function readExplain(reader: Reader): Statement {
  if (reader.sees('EXPLAIN', 'QUERY', 'PLAN')) return readNative(reader);
  reader.next();
  if (reader.takesOneOf('EXTENDED', 'PARTITIONS') === undefined && reader.takes('FORMAT')) {
    reader.needsSign('=');
    reader.next();
  }
  if (!/^(SELECT|WITH|VALUES|INSERT|REPLACE|UPDATE|DELETE)$/.test(reader.word() ?? '') && !reader.seesSign('(')) {
    return { kind: 'describe', table: readTableName(reader), column: reader.atEnd ? undefined : reader.alias() };
  }
  return { kind: 'explain', statement: readStatement(reader) };
}

/** Statements about the session rather than the data. */
function readSession(reader: Reader): Statement {
  const word = reader.takesOneOf(...sessionWords);
  switch (word) {
    case 'USE':
      return { kind: 'use', database: reader.name() };
    case 'SET':
      return readSet(reader);
    case 'BEGIN':
      reader.takes('WORK');
      return { kind: 'transaction', sql: 'BEGIN' };
    case 'START':
      reader.needs('TRANSACTION');
      skipRest(reader);
      return { kind: 'transaction', sql: 'BEGIN' };
    case 'COMMIT':
      reader.takes('WORK');
      return { kind: 'transaction', sql: 'COMMIT' };
    case 'ROLLBACK':
      reader.takes('WORK');
      if (!reader.takes('TO')) return { kind: 'transaction', sql: 'ROLLBACK' };
      reader.takes('SAVEPOINT');
      return { kind: 'transaction', sql: `ROLLBACK TO ${quoted(reader.name())}` };
    case 'SAVEPOINT':
      return { kind: 'transaction', sql: `SAVEPOINT ${quoted(reader.name())}` };
    case 'RELEASE':
      reader.needs('SAVEPOINT');
      return { kind: 'transaction', sql: `RELEASE ${quoted(reader.name())}` };
    case 'LOCK':
    case 'UNLOCK':
      if (!reader.takesOneOf('TABLES', 'TABLE')) throw reader.error();
      skipRest(reader);
      return { kind: 'nothing' };
    case 'ANALYZE':
    case 'OPTIMIZE':
    case 'REPAIR':
    case 'CHECK':
    case 'FLUSH':
    case 'DO':
      skipRest(reader);
      return { kind: 'nothing' };
    case 'PRAGMA':
      return readNative(reader);
    case undefined:
      throw reader.error();
    default:
      return deny(reader);
  }
}

const sessionWords = [
  'USE',
  'SET',
  'BEGIN',
  'START',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT',
  'RELEASE',
  'LOCK',
  'UNLOCK',
  'PRAGMA',
  'ANALYZE',
  'OPTIMIZE',
  'REPAIR',
  'CHECK',
  'FLUSH',
  'DO',
  'GRANT',
  'REVOKE',
  'KILL',
  'LOAD',
  'SHUTDOWN',
  'INSTALL',
  'UNINSTALL',
  'CALL',
  'PURGE',
  'RESET',
  'CHANGE',
];

function readSet(reader: Reader): Statement {
  if (reader.takesOneOf('NAMES', 'CHARSET', 'PASSWORD', 'ROLE') !== undefined || reader.takes('CHARACTER', 'SET')) {
    skipRest(reader);
    return { kind: 'nothing' };
  }
  reader.takesOneOf('SESSION', 'GLOBAL', 'LOCAL');
  if (reader.takes('TRANSACTION')) {
    skipRest(reader);
    return { kind: 'nothing' };
  }
  const assignments = reader.list(() => {
    reader.takesOneOf('SESSION', 'GLOBAL', 'LOCAL');
    let variable = reader.token?.kind === 'word' ? reader.next().text : reader.name();
    while (reader.takesSign('.')) variable = `@@${reader.nameBehindDot()}`;
    if (!reader.takesSign(':=')) reader.needsSign('=');
    return { variable: variable.toLowerCase(), value: readSetting(reader) };
  });
  return { kind: 'set', assignments };
}

/** `ON`, `OFF` and bare words such as `utf8mb4` are values of system variables. */
function readSetting(reader: Reader): Expression {
  const word = reader.word();
  if (word === 'ON' || word === 'DEFAULT' || word === 'BINARY') {
    reader.next();
    return { kind: 'text', value: word };
  }
  const expression = readExpression(reader);
  return expression.kind === 'column' ? { kind: 'text', value: expression.path.join('.') } : expression;
}

function deny(reader: Reader): Statement {
  skipRest(reader);
  return { kind: 'denied' };
}

function readNative(reader: Reader): Statement {
  skipRest(reader);
  return { kind: 'native' };
}

function skipRest(reader: Reader): void {
  while (!reader.atEnd) reader.next();
}
