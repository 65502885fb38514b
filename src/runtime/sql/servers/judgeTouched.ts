import type { RowConflict } from '../../../agent/database';
import type { TouchedTable } from '../messages';
import { toCell } from '../resultGrid';
import { allRows, type ServerConnection, type WireValue } from './connection';
import type { ServerEngine } from './engine';
import { inGroups } from './inGroups';
import { isSame, rowStatements, type RowStatements } from './rowStatements';
import type { ServerTable } from './serverTable';
import { readTouched, type TouchedRow } from './touchedFile';

/** How many conflicts are told. */
export const conflictLimit = 20;
/** Rows that are looked for at once. */
const findLimit = 100;

/** A table of the order, as it is on the server, and what became of its rows there. */
export interface Target {
  readonly touched: TouchedTable;
  readonly table: ServerTable;
  readonly statements: RowStatements;
}

export interface Judged extends Target {
  /**
   * Of each touched row, in their order. `ready`: it is as the run found it, and can be changed; `already`: as the run left
   * it, for somebody made the same change, or this was applied before and the program ended before it could say so;
   * `conflict`: neither.
   */
  readonly states: readonly State[];
  readonly kinds: readonly TouchedRow['kind'][];
  /** The first of them. */
  readonly conflicts: readonly RowConflict[];
}

type State = 'ready' | 'already' | 'conflict';

/** Begins the transaction, and locks what it looks at. */
export async function judge(
  engine: ServerEngine,
  connection: ServerConnection,
  targets: readonly Target[],
): Promise<Judged[]> {
  const { changes } = engine;
  if (!connection.inTransaction) await connection.run('START TRANSACTION');
  await changes.lockTables(
    connection,
    targets.map(({ table }) => table),
  );
  const judged: Judged[] = [];
  for (const target of targets) {
    const states: State[] = [];
    const kinds: TouchedRow['kind'][] = [];
    const conflicts: RowConflict[] = [];
    const look = target.table.key.length > 0 ? lookByKey : lookByContent;
    for await (const { row, state, now } of look(connection, target)) {
      states.push(state);
      kinds.push(row.kind);
      if (state !== 'conflict' || conflicts.length >= conflictLimit) continue;
      const { name: table, columns } = target.touched;
      const [found, left, isNow] = [row.before, row.after, now].map((values) => values?.map(toCell) ?? null);
      conflicts.push({ table, columns, found: found ?? null, left: left ?? null, now: isNow ?? null });
    }
    judged.push({ ...target, states, kinds, conflicts });
  }
  return judged;
}

interface Looked {
  readonly row: TouchedRow;
  readonly state: State;
  readonly now: readonly WireValue[] | null;
}

async function* lookByKey(
  connection: ServerConnection,
  { touched, table, statements }: Target,
): AsyncGenerator<Looked> {
  const places = table.key.map((name) => touched.columns.indexOf(name));
  const keyOf = (row: readonly WireValue[]): string => contentOf(places.map((place) => row[place] ?? null));
  for await (const some of inGroups(readTouched(touched), findLimit)) {
    const { sql, parameters } = statements.find(some.map(({ before, after }) => before ?? after ?? []));
    const rows = new Map((await allRows(connection, sql, parameters)).map((row) => [keyOf(row), row]));
    for (const row of some) {
      const now = rows.get(keyOf(row.before ?? row.after ?? [])) ?? null;
      const state = isLike(now, row.before) ? 'ready' : isLike(now, row.after) ? 'already' : 'conflict';
      yield { row, state, now };
    }
  }
}

/** Rows without a key are counted. */
async function* lookByContent(connection: ServerConnection, { touched, statements }: Target): AsyncGenerator<Looked> {
  for await (const row of readTouched(touched)) {
    const { before, after, times = 1, was = 0 } = row;
    const { sql, parameters } = statements.count(before ?? after ?? []);
    const count = (await allRows(connection, sql, parameters)).length;
    const left = before ? was - times : was + times;
    const state = count === was ? 'ready' : count === left ? 'already' : 'conflict';
    yield { row, state, now: count > 0 ? (before ?? after) : null };
  }
}

/** The rows that can be changed; those that go leave the tables first that refer to others, those that come fill them last. */
export async function* rowsOf(
  judged: readonly Judged[],
  kinds: readonly TouchedRow['kind'][],
): AsyncGenerator<[Judged, TouchedRow]> {
  for (const [step, kind] of kinds.entries()) {
    for (const target of step === 0 ? judged.toReversed() : judged) {
      let number = 0;
      for await (const row of readTouched(target.touched)) {
        if (target.states[number] === 'ready' && row.kind === kind) yield [target, row];
        number += 1;
      }
    }
  }
}

/** In an order in which each table comes after those that its foreign keys lead to, as far as there is one. */
export function targetsOf(
  touchedTables: readonly TouchedTable[],
  tables: readonly ServerTable[],
  engine: ServerEngine,
): Target[] {
  const waiting = new Map(touchedTables.map((touched) => [touched.name, touched]));
  const sorted: Target[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ name }) => {
      const parents = tables.find((table) => table.name === name)?.parents ?? [];
      return parents.every((parent) => parent === name || !waiting.has(parent));
    });
    for (const touched of ready.length > 0 ? ready : waiting.values()) {
      waiting.delete(touched.name);
      const table = tables.find(({ name }) => name === touched.name);
      if (!table) continue;
      sorted.push({ touched, table, statements: rowStatements(engine.changes, table, touched.columns) });
    }
  }
  return sorted;
}

function isLike(one: readonly WireValue[] | null, other: readonly WireValue[] | null): boolean {
  if (!one || !other) return one === other;
  return one.every((value, index) => isSame(value, other[index] ?? null));
}

function contentOf(values: readonly WireValue[]): string {
  return JSON.stringify(
    values.map((value) => (value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value)),
  );
}
