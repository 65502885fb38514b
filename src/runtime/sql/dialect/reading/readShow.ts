import { readExpression } from './readExpression';
import { readTableName } from './readQuery';
import type { Reader } from './reader';
import type { Show } from '../statements';

/** SHOW TABLES, COLUMNS, INDEX, CREATE TABLE, DATABASES, VARIABLES, TABLE STATUS and WARNINGS. */
export function readShow(reader: Reader): Show {
  reader.needs('SHOW');
  const full = reader.takesOneOf('FULL', 'EXTENDED') !== undefined;
  if (reader.takes('TABLES')) {
    skipDatabase(reader);
    return { ...empty, what: 'tables', full, ...readFilter(reader) };
  }
  if (reader.takesOneOf('COLUMNS', 'FIELDS') !== undefined) {
    return { ...empty, what: 'columns', full, table: readTable(reader), ...readFilter(reader) };
  }
  if (reader.takesOneOf('INDEX', 'INDEXES', 'KEYS') !== undefined) {
    return { ...empty, what: 'index', table: readTable(reader), ...readFilter(reader) };
  }
  if (reader.takes('CREATE')) {
    if (!reader.takesOneOf('TABLE', 'VIEW')) throw reader.error();
    return { ...empty, what: 'create-table', table: readTableName(reader) };
  }
  if (reader.takesOneOf('DATABASES', 'SCHEMAS') !== undefined)
    return { ...empty, what: 'databases', ...readFilter(reader) };
  if (reader.takes('TABLE', 'STATUS')) {
    skipDatabase(reader);
    return { ...empty, what: 'table-status', ...readFilter(reader) };
  }
  if (reader.takesOneOf('WARNINGS', 'ERRORS') !== undefined) return { ...empty, what: 'warnings' };
  reader.takesOneOf('SESSION', 'GLOBAL');
  if (reader.takesOneOf('VARIABLES', 'STATUS') !== undefined)
    return { ...empty, what: 'variables', ...readFilter(reader) };
  throw reader.error();
}

const empty = { kind: 'show', full: false, table: undefined, like: undefined, where: undefined } as const;

function readTable(reader: Reader): Show['table'] {
  if (!reader.takesOneOf('FROM', 'IN')) throw reader.error();
  const table = readTableName(reader);
  skipDatabase(reader);
  return table;
}

function skipDatabase(reader: Reader): void {
  if (reader.takesOneOf('FROM', 'IN')) reader.name();
}

function readFilter(reader: Reader): Pick<Show, 'like' | 'where'> {
  if (reader.takes('LIKE')) return { like: reader.string(), where: undefined };
  return { like: undefined, where: reader.takes('WHERE') ? readExpression(reader) : undefined };
}
