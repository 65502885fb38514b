import { MysqlError, noColumns } from '../../mysqlErrors';
import { readExpression } from './readExpression';
import { readTableName } from './readQuery';
import { readType } from './readType';
import type { Reader } from './reader';
import type { Alteration, ColumnDefinition, CreateTable, Place, References, TableConstraint } from '../statements';
import type { Expression } from '../syntax';

/** What stands behind CREATE [TEMPORARY] TABLE. */
export function readCreateTable(reader: Reader, temporary: boolean, replace: boolean): CreateTable {
  const ifNotExists = reader.takes('IF', 'NOT', 'EXISTS');
  const table = readTableName(reader);
  const made = { kind: 'create-table', temporary, ifNotExists, replace, table } as const;
  const like = reader.attempt(() => {
    const bracket = reader.takesSign('(');
    if (!reader.takes('LIKE')) return undefined;
    const model = readTableName(reader);
    if (bracket) reader.needsSign(')');
    return model;
  });
  if (like) return { ...made, columns: [], constraints: [], like, as: undefined };
  const columns: ColumnDefinition[] = [];
  const constraints: TableConstraint[] = [];
  if (reader.seesSign('(') && !['SELECT', 'WITH'].includes(reader.word(1) ?? '')) {
    reader.inParentheses(() =>
      reader.list(() => {
        const constraint = readConstraint(reader);
        if (constraint) constraints.push(constraint);
        else columns.push(readColumn(reader));
      }),
    );
  }
  readTableOptions(reader);
  reader.takesOneOf('IGNORE', 'REPLACE');
  const hasQuery = reader.takes('AS') || reader.seesQuery || (columns.length === 0 && reader.seesSign('('));
  if (!hasQuery && columns.length === 0) throw new MysqlError(noColumns);
  return { ...made, columns, constraints, like: undefined, as: hasQuery ? reader.query() : undefined };
}

function readColumn(reader: Reader): ColumnDefinition {
  const name = reader.name();
  const type = readType(reader, true);
  const isSerial = type.name === 'serial';
  const column: Mutable<ColumnDefinition> = {
    name,
    type: isSerial ? { ...type, name: 'bigint', unsigned: true } : type,
    nullable: isSerial ? false : undefined,
    default: undefined,
    autoIncrement: isSerial,
    primaryKey: false,
    unique: isSerial,
    generated: undefined,
    checks: [],
    references: undefined,
  };
  while (readColumnOption(reader, column));
  return column;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readColumnOption(reader: Reader, column: Mutable<ColumnDefinition>): boolean {
  if (reader.takes('NOT', 'NULL')) column.nullable = false;
  else if (reader.takes('NULL')) column.nullable = true;
  else if (reader.takes('DEFAULT')) column.default = readDefault(reader);
  else if (reader.takes('ON', 'UPDATE')) readExpression(reader);
  else if (reader.takes('AUTO_INCREMENT')) column.autoIncrement = true;
  else if (reader.takes('UNIQUE')) {
    column.unique = true;
    reader.takes('KEY');
  } else if (reader.takes('PRIMARY', 'KEY') || reader.takes('KEY')) column.primaryKey = true;
  else if (reader.takes('COMMENT')) reader.string();
  else if (reader.takes('COLLATE')) column.type = { ...column.type, exact: /_bin$|^binary$/i.test(reader.alias()) };
  else if (reader.takes('REFERENCES')) column.references = readReferences(reader);
  else if (reader.sees('CHECK') || reader.sees('CONSTRAINT')) {
    if (reader.takes('CONSTRAINT') && !reader.sees('CHECK')) reader.name();
    reader.needs('CHECK');
    column.checks = [...column.checks, reader.inParentheses(() => readExpression(reader))];
  } else if (reader.takes('GENERATED', 'ALWAYS', 'AS') || reader.takes('AS')) {
    const expression = reader.inParentheses(() => readExpression(reader));
    column.generated = { expression, stored: reader.takesOneOf('STORED', 'PERSISTENT', 'VIRTUAL') !== 'VIRTUAL' };
  } else if (!reader.takesOneOf('VISIBLE', 'INVISIBLE')) return false;
  return true;
}

function readDefault(reader: Reader): Expression {
  return reader.seesSign('(') ? reader.inParentheses(() => readExpression(reader)) : readExpression(reader);
}

function readReferences(reader: Reader): References {
  const { name } = readTableName(reader);
  const columns = reader.seesSign('(') ? readKeyParts(reader) : [];
  const actions: string[] = [];
  while (reader.takes('MATCH')) reader.next();
  for (;;) {
    const event = reader.sees('ON', 'DELETE') ? 'DELETE' : reader.sees('ON', 'UPDATE') ? 'UPDATE' : undefined;
    if (event === undefined) return { table: name, columns, actions: actions.join(' ') };
    reader.needs('ON', event);
    const action = (['CASCADE', 'RESTRICT'] as const).find((word) => reader.takes(word));
    if (action) actions.push(`ON ${event} ${action}`);
    else if (reader.takes('SET', 'NULL')) actions.push(`ON ${event} SET NULL`);
    else if (reader.takes('SET', 'DEFAULT')) actions.push(`ON ${event} SET DEFAULT`);
    else {
      reader.needs('NO', 'ACTION');
      actions.push(`ON ${event} NO ACTION`);
    }
  }
}

/** A line of CREATE TABLE that is no column. */
function readConstraint(reader: Reader): TableConstraint | undefined {
  const named = reader.takes('CONSTRAINT');
  const name = named && reader.seesName() ? reader.name() : undefined;
  if (reader.takes('PRIMARY', 'KEY')) {
    skipIndexType(reader);
    return { kind: 'primary-key', columns: readKeyTail(reader) };
  }
  if (reader.takes('FOREIGN', 'KEY')) {
    const own = reader.seesName() ? reader.name() : undefined;
    const columns = readKeyParts(reader);
    reader.needs('REFERENCES');
    return { kind: 'foreign-key', name: name ?? own, columns, references: readReferences(reader) };
  }
  if (reader.takes('CHECK')) {
    return { kind: 'check', name, condition: reader.inParentheses(() => readExpression(reader)) };
  }
  const unique = reader.takes('UNIQUE');
  const special = !unique && reader.takesOneOf('FULLTEXT', 'SPATIAL') !== undefined;
  const isIndex = reader.takesOneOf('KEY', 'INDEX') !== undefined || unique || special;
  if (!isIndex) {
    if (named) throw reader.error();
    return undefined;
  }
  const own = reader.seesName() ? reader.name() : undefined;
  skipIndexType(reader);
  return { kind: 'index', unique, name: own ?? name, columns: readKeyTail(reader) };
}

/** Columns of a key, their prefix lengths and directions left out. */
export function readKeyParts(reader: Reader): string[] {
  return reader.inParentheses(() =>
    reader.list(() => {
      const name = reader.name();
      if (reader.takesSign('(')) {
        reader.number();
        reader.needsSign(')');
      }
      reader.takesOneOf('ASC', 'DESC');
      return name;
    }),
  );
}

/** The columns of a key and what may be said of it besides. */
export function readKeyTail(reader: Reader): string[] {
  const columns = readKeyParts(reader);
  for (;;) {
    if (reader.takes('COMMENT')) reader.string();
    else if (reader.takes('USING')) reader.next();
    else if (reader.takes('KEY_BLOCK_SIZE')) {
      reader.takesSign('=');
      reader.number();
    } else if (!reader.takesOneOf('VISIBLE', 'INVISIBLE')) return columns;
  }
}

export function skipIndexType(reader: Reader): void {
  if (reader.takes('USING')) reader.next();
}

/** ENGINE, CHARSET, COMMENT and their like: there is one engine here, and none of them changes what a statement gives. */
function readTableOptions(reader: Reader): void {
  while (
    !reader.atEnd &&
    !reader.sees('AS') &&
    !reader.seesQuery &&
    !reader.sees('IGNORE') &&
    !reader.sees('REPLACE')
  ) {
    reader.takes('DEFAULT');
    if (!tableOptions.test(reader.word() ?? '')) throw reader.error();
    if (reader.takes('CHARACTER')) reader.needs('SET');
    else reader.next();
    reader.takesSign('=');
    reader.next();
    reader.takesSign(',');
  }
}

const tableOptions =
  /^(ENGINE|AUTO_INCREMENT|AVG_ROW_LENGTH|CHARACTER|CHARSET|CHECKSUM|COLLATE|COMMENT|COMPRESSION|CONNECTION|DELAY_KEY_WRITE|ENCRYPTION|INSERT_METHOD|KEY_BLOCK_SIZE|MAX_ROWS|MIN_ROWS|PACK_KEYS|ROW_FORMAT|STATS_AUTO_RECALC|STATS_PERSISTENT|STATS_SAMPLE_PAGES|TYPE)$/;

/** What stands behind ALTER TABLE t. */
export function readAlterations(reader: Reader): Alteration[] {
  return reader.list(() => readAlteration(reader)).flat();
}

function readAlteration(reader: Reader): readonly Alteration[] {
  if (reader.takes('ADD')) return readAddition(reader);
  if (reader.takes('DROP')) return [readDrop(reader)];
  if (reader.takes('MODIFY')) {
    reader.takes('COLUMN');
    const column = readColumn(reader);
    return [{ kind: 'change-column', name: column.name, column, place: readPlace(reader) }];
  }
  if (reader.takes('CHANGE')) {
    reader.takes('COLUMN');
    const name = reader.name();
    return [{ kind: 'change-column', name, column: readColumn(reader), place: readPlace(reader) }];
  }
  if (reader.takes('ALTER')) {
    reader.takes('COLUMN');
    const name = reader.name();
    if (reader.takes('DROP', 'DEFAULT')) return [{ kind: 'set-default', name, value: undefined }];
    reader.needs('SET', 'DEFAULT');
    return [{ kind: 'set-default', name, value: readDefault(reader) }];
  }
  if (reader.takes('RENAME')) {
    if (reader.takes('COLUMN')) {
      const name = reader.name();
      reader.needs('TO');
      return [{ kind: 'rename-column', name, to: reader.name() }];
    }
    if (!reader.takesOneOf('TO', 'AS')) reader.takesSign('=');
    return [{ kind: 'rename', to: readTableName(reader).name }];
  }
  if (reader.takes('CONVERT', 'TO', 'CHARACTER', 'SET')) {
    reader.next();
    if (reader.takes('COLLATE')) reader.next();
    return [];
  }
  if (reader.takesOneOf('ENABLE', 'DISABLE')) {
    reader.needs('KEYS');
    return [];
  }
  readTableOptions(reader);
  return [];
}

function readAddition(reader: Reader): Alteration[] {
  const constraint = readConstraint(reader);
  if (constraint) return [{ kind: 'add-constraint', constraint }];
  reader.takes('COLUMN');
  reader.takes('IF', 'NOT', 'EXISTS');
  const columns = reader.seesSign('(')
    ? reader.inParentheses(() => reader.list(() => readColumn(reader)))
    : [readColumn(reader)];
  const place = readPlace(reader);
  return columns.map((column) => ({ kind: 'add-column', column, place }));
}

function readDrop(reader: Reader): Alteration {
  if (reader.takes('PRIMARY', 'KEY')) return { kind: 'drop-primary-key' };
  if (reader.takesOneOf('INDEX', 'KEY')) return { kind: 'drop-index', name: reader.name() };
  reader.takes('COLUMN');
  reader.takes('IF', 'EXISTS');
  return { kind: 'drop-column', name: reader.name() };
}

function readPlace(reader: Reader): Place {
  if (reader.takes('FIRST')) return 'first';
  return reader.takes('AFTER') ? { after: reader.name() } : undefined;
}
