import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Copies, TouchedTable } from '../messages';
import type { NodeSqlite } from '../nodeSqlite';
import type { SqlValue } from '../pythonLiteral';
import { rowsOf } from '../statementRows';
import { attachCopies } from './copies';
import { isTouched, shapeOf } from './readChanges';
import { compareSchemas } from './schemaDifference';
import { keyOf, sameKey, valueOf, type TableShape } from './tableShape';
import { findTouched, tableOf, type TouchedRows } from './touchedRows';

/**
 * Writes the rows in which the copies of a server's tables differ into files, one a table, whole and line by line
 * (touchedFile.ts reads them): an order to a server.
 * @param folder is made where it is missing
 */
export function writeTouched(sqlite: NodeSqlite, copies: Copies, folder: string): TouchedTable[] {
  const database = new sqlite.DatabaseSync(':memory:');
  try {
    attachCopies(sqlite, database, copies);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { pairs } = compareSchemas(database);
    return pairs
      .map((pair, number) => findTouched(database, pair, number))
      .filter(isTouched)
      .map((touched, number) => writeTable(database, touched, path.join(folder, `${number}.jsonl`)));
  } finally {
    database.close();
  }
}

function writeTable(database: DatabaseSync, touched: TouchedRows, file: string): TouchedTable {
  const { name, columns, isKeyHidden } = shapeOf(touched);
  const handle = openSync(file, 'w', 0o600);
  try {
    const write = (line: object): void => void writeSync(handle, `${JSON.stringify(line)}\n`);
    if (isKeyHidden) for (const line of countByContent(database, touched)) write(line);
    else for (const line of changesOf(database, touched)) write(line);
    return { name, columns, file };
  } finally {
    closeSync(handle);
  }
}

function* changesOf(database: DatabaseSync, touched: TouchedRows): Generator<object> {
  const { before, after } = touched.pair;
  for (const kind of ['deleted', 'updated', 'inserted'] as const) {
    const old = kind === 'inserted' ? undefined : rowsIn(database, 'base', before, touched, kind)[Symbol.iterator]();
    const young = kind === 'deleted' ? undefined : rowsIn(database, 'scratch', after, touched, kind)[Symbol.iterator]();
    for (;;) {
      const [was, is] = [old?.next(), young?.next()];
      if (was?.done === true || is?.done === true) break;
      yield { kind, before: was ? was.value.map(written) : null, after: is ? is.value.map(written) : null };
    }
  }
}

/** Rows without a key are one like the other: of each content it is said how many more or fewer there are, and were. */
function* countByContent(database: DatabaseSync, touched: TouchedRows): Generator<object> {
  const { before } = touched.pair;
  const found = new Map<string, { kind: 'deleted' | 'inserted'; content: unknown[]; times: number; was: number }>();
  for (const kind of ['deleted', 'inserted'] as const) {
    const [place, shape] =
      kind === 'deleted' ? (['base', before] as const) : (['scratch', touched.pair.after] as const);
    for (const row of rowsIn(database, place, shape, touched, kind)) {
      const content = row.map(written);
      const key = JSON.stringify(content);
      const known = found.get(key) ?? { kind, content, times: 0, was: 0 };
      found.set(key, { ...known, times: known.times + 1 });
    }
  }
  if (before) {
    const columns = shapeOf(touched).columns.map((column) => valueOf(before, 'r', column));
    const all = database.prepare(`SELECT ${columns.join(', ')} FROM ${tableOf('base', before, 'r')}`);
    for (const row of rowsOf(all)) {
      const known = found.get(JSON.stringify(row.map(written)));
      if (known) known.was += 1;
    }
  }
  for (const { kind, content, times, was } of found.values()) {
    yield {
      kind,
      before: kind === 'deleted' ? content : null,
      after: kind === 'inserted' ? content : null,
      times,
      was,
    };
  }
}

function rowsIn(
  database: DatabaseSync,
  place: 'base' | 'scratch',
  shape: TableShape | undefined,
  touched: TouchedRows,
  kind: string,
): Iterable<readonly SqlValue[]> {
  if (!shape) return [];
  const values = shapeOf(touched).columns.map((name) => valueOf(shape, 'r', name));
  const { list, key } = touched;
  const select = database.prepare(`
    SELECT ${values.join(', ')}
    FROM ${list} AS t CROSS JOIN ${tableOf(place, shape, 'r')} ON ${sameKey(keyOf(shape, 'r'), key)}
    WHERE t.kind = '${kind}' ORDER BY t.rowid`);
  return rowsOf(select);
}

/** What a server sent is text or bytes. */
function written(value: SqlValue): unknown {
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value;
}
