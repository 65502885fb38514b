import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import type { ApplyReport, RowConflict, SchemaChange } from '../../../agent/database';
import { UserError } from '../../../agent/errors';
import type { TouchedTable } from '../messages';
import { toCell } from '../resultGrid';
import type { Manifest } from '../scratchFolder';
import { allRows, ConnectionGone, StatementError, type ServerConnection, type WireValue } from './connection';
import type { ServerEngine } from './engine';
import type { ServerTable } from './serverTable';
import { engineOf } from './engines';
import type { PasswordOf } from './login';
import { isSame, rowStatements, type RowStatements } from './rowStatements';
import { readTouched, type TouchedRow } from './touchedFile';

export interface Order {
  readonly manifest: Manifest;
  readonly schema: readonly SchemaChange[];
  readonly tables: readonly TouchedTable[];
  readonly conflicts: 'refuse' | 'skip';
  readonly passwordOf: PasswordOf;
  /** Where the script goes that takes everything back. */
  readonly undoFile: string;
}

/** How many conflicts are told. */
const conflictLimit = 20;
/** Rows that are looked for at once. */
const findLimit = 100;

/**
 * Makes the changes of a run in the tables of the server, row by row, in one transaction: each row is locked and found as
 * the run found it before the first is changed. The server makes it all or nothing, whenever it or this program ends.
 *
 * Before the first change a script is written that takes all of them back. Tables and views that the run made are made
 * too; where the server cannot take that back with the transaction, they are dropped again when it fails.
 *
 * @throws {UserError} `database.cannotApplySchema`, `.tableAltered`, `.serverRefused`, `.noUndo`, and those of a login; the
 *   database is then as it was
 */
export async function applyToServer(order: Order, signal: AbortSignal): Promise<ApplyReport> {
  const { server } = order.manifest;
  if (!server) throw new Error(`The manifest of ${order.manifest.id} names no server.`);
  requireApplicable(order);
  const engine = engineOf(server.engine);
  const connection = await engine.connect({ server, password: await order.passwordOf(server) });
  const stop = (): void => void connection.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    await engine.changes.prepare(connection);
    return await apply(order, engine, connection);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof StatementError || error instanceof ConnectionGone ? applyFailed(order, error) : error;
  } finally {
    signal.removeEventListener('abort', stop);
    // What was not committed is rolled back.
    await connection.close();
  }
}

/** A table of the order, as it is on the server, and what became of its rows there. */
interface Target {
  readonly touched: TouchedTable;
  readonly table: ServerTable;
  readonly statements: RowStatements;
}

interface Judged extends Target {
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

async function apply(order: Order, engine: ServerEngine, connection: ServerConnection): Promise<ApplyReport> {
  const { changes } = engine;
  const existing = await engine.readTables(connection);
  requireSameTables(order, existing);
  const missing = order.schema.filter(({ name }) => !existing.some((table) => table.name === name));
  const isOutside = missing.length > 0 && !changes.undoesTables;
  if (isOutside) {
    // Nothing is made that would have to be dropped at once.
    const judged = await judge(engine, connection, targetsOf(order, existing, engine));
    await connection.run('ROLLBACK');
    if (isRefused(order, judged)) return report(judged, missing, { applied: false, backup: null });
    await makeTables(order, connection, missing);
  }
  try {
    if (!isOutside) await connection.run('START TRANSACTION');
    if (!isOutside) await makeTables(order, connection, missing);
    const targets = targetsOf(order, await engine.readTables(connection), engine);
    const judged = await judge(engine, connection, targets);
    if (isRefused(order, judged)) {
      await connection.run('ROLLBACK');
      if (isOutside) await dropTables(connection, engine, missing);
      return report(judged, missing, { applied: false, backup: null });
    }
    const isDone = missing.length === 0 && judged.every(({ states }) => !states.includes('ready'));
    const backup = isDone ? null : await writeUndo(order, engine, judged, missing);
    for await (const [{ statements }, row] of rowsOf(judged, ['deleted', 'updated', 'inserted'])) {
      for (const { sql, parameters } of statements.change(row)) await connection.run(sql, undefined, parameters);
    }
    for (const { table } of judged) await changes.raiseCounters(connection, table);
    await connection.run('COMMIT');
    return report(judged, missing, { applied: true, backup });
  } catch (error) {
    if (isOutside && connection.isOpen) {
      await connection.run('ROLLBACK');
      await dropTables(connection, engine, missing);
    }
    throw error;
  }
}

/** Begins the transaction, and locks what it looks at. */
async function judge(
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
async function* rowsOf(
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
function targetsOf(order: Order, tables: readonly ServerTable[], engine: ServerEngine): Target[] {
  const waiting = new Map(order.tables.map((touched) => [touched.name, touched]));
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

/** What a run may do to tables and still be made here. */
function requireApplicable({ manifest: { source }, schema }: Order): void {
  const other = schema.find(({ kind }) => kind !== 'created');
  if (!other) return;
  const template =
    'The run altered or dropped {1}, which is not made on a server from here: {0} stays as it is. Make that change there ' +
    'yourself, as the review shows it, discard these changes, and run the task again for the rest.';
  throw new UserError('database.cannotApplySchema', template, [source, other.oldName ?? other.name]);
}

function requireSameTables(
  { manifest: { source, definitions = {} }, schema, tables }: Order,
  now: readonly ServerTable[],
): void {
  const definitionNow = (wanted: string): string | undefined => now.find(({ name }) => name === wanted)?.definition;
  const created = new Set(schema.map(({ name }) => name));
  const changed =
    tables.find(({ name }) => !created.has(name) && definitionNow(name) !== definitions[name]) ??
    schema.find(({ name, after }) => definitionNow(name) !== undefined && definitionNow(name) !== after);
  if (!changed) return;
  const template =
    'The table {1} of {0} was made, altered or dropped since the run began, so the changes of the run no longer fit. ' +
    'Nothing was applied. Discard them and run the task again.';
  throw new UserError('database.tableAltered', template, [source, changed.name]);
}

async function makeTables(
  { manifest }: Order,
  connection: ServerConnection,
  made: readonly SchemaChange[],
): Promise<void> {
  for (const { name } of made) for (const sql of manifest.made?.[name] ?? []) await connection.run(sql, () => true);
}

async function dropTables(
  connection: ServerConnection,
  engine: ServerEngine,
  made: readonly SchemaChange[],
): Promise<void> {
  for (const { type, name } of made.toReversed()) await connection.run(dropStatement(engine, type, name));
}

function dropStatement({ changes }: ServerEngine, type: string, name: string): string {
  return `DROP ${type === 'view' ? 'VIEW' : 'TABLE'} IF EXISTS ${name.split('.').map(changes.quote).join('.')}`;
}

/** Whole or not at all, and on the disk before the first row is changed. */
async function writeUndo(
  { manifest, undoFile }: Order,
  engine: ServerEngine,
  judged: readonly Judged[],
  made: readonly SchemaChange[],
): Promise<string> {
  try {
    await mkdir(path.dirname(undoFile), { recursive: true, mode: 0o700 });
    const file = await open(`${undoFile}.new`, 'w', 0o600);
    try {
      await file.write(
        `-- Takes back what was applied to ${manifest.source.replaceAll(/\s/g, ' ')}.\n${engine.changes.scriptHead}\nSTART TRANSACTION;\n`,
      );
      for await (const [{ statements }, row] of rowsOf(judged, ['inserted', 'updated', 'deleted'])) {
        for (const sql of statements.undo(row)) await file.write(`${sql}\n`);
      }
      await file.write('COMMIT;\n');
      for (const { type, name } of made.toReversed()) await file.write(`${dropStatement(engine, type, name)};\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(`${undoFile}.new`, undoFile);
    return undoFile;
  } catch (cause) {
    const template =
      'Nothing was applied to {0}, for the script that would take it back could not be written to {1}: {2}';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('database.noUndo', template, [manifest.source, undoFile, reason], { cause });
  }
}

function isRefused({ conflicts }: Order, judged: readonly Judged[]): boolean {
  return conflicts === 'refuse' && judged.some(({ states }) => states.includes('conflict'));
}

function report(
  judged: readonly Judged[],
  made: readonly SchemaChange[],
  result: Pick<ApplyReport, 'applied' | 'backup'>,
): ApplyReport {
  const counted = judged.map(({ touched: { name: table }, states, kinds }) => {
    const count = (kind: TouchedRow['kind']): number =>
      kinds.filter((each, index) => each === kind && states[index] === 'ready').length;
    return { table, inserted: count('inserted'), updated: count('updated'), deleted: count('deleted') };
  });
  return {
    ...result,
    tables: counted.filter(({ inserted, updated, deleted }) => inserted + updated + deleted > 0),
    schemaChanges: made.length,
    conflictCount: judged.reduce((sum, { states }) => sum + states.filter((state) => state === 'conflict').length, 0),
    conflicts: judged.flatMap(({ conflicts }) => conflicts).slice(0, conflictLimit),
  };
}

async function* inGroups<T>(all: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const each of all) {
    group.push(each);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
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

function applyFailed({ manifest: { source } }: Order, cause: Error): UserError {
  const template =
    'The changes could not be made on {0}: {1}. Nothing was applied. Try again, or discard the changes and run the task again.';
  return new UserError('database.serverRefused', template, [source, cause.message], { cause });
}
