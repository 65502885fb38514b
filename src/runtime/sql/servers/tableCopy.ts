import { createHash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { quoted } from '../identifier';
import { openNodeSqlite } from '../nodeSqlite';
import type { WireValue } from './connection';
import type { ServerTable } from './serverTable';
import { definitionComment } from './serverDefinition';

/**
 * The tables of a server at one moment, as an SQLite file in which values are what the server sent. Two of them are compared
 * like the copies of an SQLite database. A row is known by its primary key; without one by what it holds, so that a change
 * of it is one row less and another one more.
 */
export interface TableCopy {
  readonly begin: (table: ServerTable) => void;
  add(rows: readonly (readonly WireValue[])[]): void;
  readonly close: () => void;
}

/** @param transactions in how many it is written, which SQLite counts in the file */
export function createTableCopy(file: string, transactions: number): TableCopy {
  const sqlite = openNodeSqlite();
  const database = new sqlite.DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF');
  for (let number = 1; number < transactions; number += 1) database.exec(`PRAGMA user_version = ${number}`);
  database.exec('BEGIN');
  let add: (row: readonly WireValue[]) => void = () => {};
  return {
    begin(table) {
      database.exec(makeStatement(table));
      if (table.type === 'table')
        add = table.key.length > 0 ? addKeyed(database, table) : addByContent(database, table);
    },
    add(rows) {
      for (const row of rows) add(row);
    },
    close() {
      database.exec('COMMIT');
      database.close();
    },
  };
}

function makeStatement({ name, type, definition, columns, key }: ServerTable): string {
  const comment = definitionComment(definition);
  if (type === 'view') return `CREATE VIEW ${quoted(name)} AS SELECT ${comment} 1`;
  const primary = key.length === 0 ? '' : `, PRIMARY KEY (${key.map(quoted).join(', ')})`;
  const names = columns.map((column) => quoted(column.name)).join(', ');
  return `CREATE TABLE ${quoted(name)} (${comment} ${names}${primary})${key.length === 0 ? '' : ' WITHOUT ROWID'}`;
}

function addKeyed(database: DatabaseSync, table: ServerTable): (row: readonly WireValue[]) => void {
  const insert = prepareInsert(database, table, []);
  return (row) => void insert.run(...row);
}

/** The number of a row is made of what it holds, and of how many such rows came before. */
function addByContent(database: DatabaseSync, table: ServerTable): (row: readonly WireValue[]) => void {
  const insert = prepareInsert(database, table, ['rowid']);
  const seen = new Map<bigint, number>();
  return (row) => {
    const content = numberOf(row, 0);
    const before = seen.get(content) ?? 0;
    seen.set(content, before + 1);
    insert.run(before === 0 ? content : numberOf(row, before), ...row);
  };
}

function prepareInsert(database: DatabaseSync, { name, columns }: ServerTable, more: readonly string[]): StatementSync {
  const names = [...more, ...columns.map((column) => quoted(column.name))];
  return database.prepare(
    `INSERT INTO ${quoted(name)} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
}

/** 63 bits of a hash: two rows of different content are not taken for one another. */
function numberOf(row: readonly WireValue[], before: number): bigint {
  const hash = createHash('sha256').update(`${before}`);
  for (const value of row) {
    const kind = value === null ? 'n' : typeof value === 'string' ? 't' : 'b';
    hash.update(`${kind}${value?.length ?? 0}:`).update(value ?? '');
  }
  return hash.digest().readBigUInt64BE() >> 1n;
}
