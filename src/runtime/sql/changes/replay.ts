import type { DatabaseSync } from 'node:sqlite';
import { maxColumns, quoted } from '../identifier';
import { findIn, readObjects, type SchemaDifference, type SchemaObject } from './schemaDifference';
import { keyOf, sameKey } from './tableShape';
import { tableOf, type TouchedRows } from './touchedRows';

/**
 * Makes the changes in `main`, within a transaction. Triggers are taken away meanwhile, for what they did in the scratch
 * copy is among the changes; foreign keys must be off, for the same reason. Everything that differs in the schema is
 * dropped and made anew by the statement that the scratch copy has for it.
 */
export function replay(
  database: DatabaseSync,
  { before, after }: SchemaDifference,
  tables: readonly TouchedRows[],
): void {
  const touched = new Set(tables.flatMap(({ pair }) => [pair.before?.name, pair.after?.name]));
  const isKept = (object: SchemaObject): boolean =>
    findIn(after, object)?.sql === object.sql && !(object.type === 'trigger' && touched.has(object.table));
  // Tables last: what stands on them goes first, by its own name.
  for (const type of ['trigger', 'view', 'index', 'table']) {
    for (const object of before) {
      if (object.type !== type || object.isShadow || isKept(object)) continue;
      database.exec(`DROP ${type} IF EXISTS main.${quoted(object.name)}`);
    }
  }
  make(database, after, 'table');
  for (const table of tables) changeRows(database, table);
  for (const type of ['index', 'view', 'trigger']) make(database, after, type);
  raiseSequences(database);
}

/** Makes what is not there, in the order in which it was made in the scratch copy. */
function make(database: DatabaseSync, after: readonly SchemaObject[], type: string): void {
  const there = readObjects(database, 'main');
  for (const object of after) {
    if (object.type === type && !object.isShadow && !findIn(there, object)) database.exec(object.sql);
  }
}

/**
 * A changed row is taken out and put in anew, all of them out before any comes in: so two rows can exchange what must be
 * unique. ABORT stands for whatever the table itself would do to the other row.
 */
function changeRows(database: DatabaseSync, { pair, list, key }: TouchedRows): void {
  const { before, after, how } = pair;
  if (how === 'rows' && before) {
    database.exec(`
      DELETE FROM ${tableOf('main', before, 'm')} WHERE (${keyOf(before, 'm').join()}) IN (
        SELECT ${key.join()} FROM ${list} AS t WHERE t.kind <> 'inserted' AND t.state = 'ready')`);
  }
  if (!after) return;
  const columns = after.columns.map(quoted);
  // A statement reads no more columns than a table may have.
  const withKey = after.isKeyHidden && columns.length < maxColumns ? [...after.key, ...columns] : columns;
  const insert = (names: readonly string[], from: string): void => {
    const values = names.map((name) => `a.${name}`);
    database.exec(
      `INSERT OR ABORT INTO main.${quoted(after.name)} (${names.join()}) SELECT ${values.join()} FROM ${from}`,
    );
  };
  if (how === 'replace') {
    // A virtual table that was just made has rows behind it already.
    database.exec(`DELETE FROM main.${quoted(after.name)}`);
    insert(withKey, tableOf('scratch', after, 'a'));
    return;
  }
  const changed = `${list} AS t CROSS JOIN ${tableOf('scratch', after, 'a')} ON ${sameKey(keyOf(after, 'a'), key)}
    WHERE t.kind <> 'deleted' AND t.state =`;
  insert(withKey, `${changed} 'ready'`);
  insert(columns, `${changed} 'elsewhere'`);
}

/** AUTOINCREMENT never gives a number twice, here or in the scratch copy. */
function raiseSequences(database: DatabaseSync): void {
  const hasSequences = database.prepare("SELECT 1 FROM scratch.sqlite_schema WHERE name = 'sqlite_sequence'").get();
  if (!hasSequences) return;
  database.exec(`
    UPDATE main.sqlite_sequence AS m SET seq = max(seq, (SELECT s.seq FROM scratch.sqlite_sequence s WHERE s.name = m.name))
      WHERE name IN (SELECT name FROM scratch.sqlite_sequence);
    INSERT INTO main.sqlite_sequence (name, seq)
      SELECT name, seq FROM scratch.sqlite_sequence WHERE name NOT IN (SELECT name FROM main.sqlite_sequence)`);
}
