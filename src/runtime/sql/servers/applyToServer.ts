import type { ApplyReport, SchemaChange } from '../../../agent/database';
import { UserError } from '../../../agent/errors';
import type { TouchedTable } from '../messages';
import type { Manifest } from '../scratchFolder';
import { ConnectionGone, StatementError, type ServerConnection } from './connection';
import type { ServerEngine } from './engine';
import { engineOf } from './engines';
import { conflictLimit, judge, rowsOf, targetsOf, type Judged } from './judgeTouched';
import type { PasswordOf } from './login';
import type { ServerTable } from './serverTable';
import type { TouchedRow } from './touchedFile';
import { dropStatement, writeUndo } from './undoScript';

export interface Order {
  readonly manifest: Manifest;
  readonly schema: readonly SchemaChange[];
  readonly tables: readonly TouchedTable[];
  readonly conflicts: 'refuse' | 'skip';
  readonly passwordOf: PasswordOf;
  /** Where the script goes that takes everything back. */
  readonly undoFile: string;
}

/**
 * Makes the changes of a run in the tables of the server, row by row, in one transaction: each row is locked and found as
 * the run found it before the first is changed. The server makes it all or nothing, whenever it or this program ends.
 *
 * Before the first change a script is written that takes all of them back. Tables and views that the run made are made
 * too; where the server cannot take that back with the transaction, they are dropped again when it fails.
 *
 * @throws {UserError} `database.cannotApplySchema`, `.tableAltered`, `.serverRefused`, `.noUndo`, and those of a login: the
 *   database is then as it was; `.connectionLost`: as it was, or wholly changed
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

async function apply(order: Order, engine: ServerEngine, connection: ServerConnection): Promise<ApplyReport> {
  const { changes } = engine;
  const existing = await engine.readTables(connection);
  requireSameTables(order, existing, order.schema);
  const missing = order.schema.filter(({ name }) => !existing.some((table) => table.name === name));
  const isOutside = missing.length > 0 && !changes.undoesTables;
  if (isOutside) {
    // Nothing is made that would have to be dropped at once.
    const judged = await judge(engine, connection, targetsOf(order.tables, existing, engine));
    await connection.run('ROLLBACK');
    if (isRefused(order, judged)) return report(judged, missing, { applied: false, backup: null });
    await makeTables(order, connection, missing);
  }
  try {
    if (!isOutside) await connection.run('START TRANSACTION');
    if (!isOutside) await makeTables(order, connection, missing);
    const targets = targetsOf(order.tables, await engine.readTables(connection), engine);
    const judged = await judge(engine, connection, targets);
    // Nobody can alter them from here on; somebody may have while their rows were locked.
    requireSameTables(order, await engine.readTables(connection), []);
    if (isRefused(order, judged)) {
      await connection.run('ROLLBACK');
      if (isOutside) await dropTables(connection, engine, missing);
      return report(judged, missing, { applied: false, backup: null });
    }
    const isDone = missing.length === 0 && judged.every(({ states }) => !states.includes('ready'));
    const backup = isDone ? null : await writeUndo(order.manifest, order.undoFile, engine, judged, missing);
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

/** What a run may do to tables and still be made here. */
function requireApplicable({ manifest: { source }, schema }: Order): void {
  const other = schema.find(({ kind }) => kind !== 'created');
  if (!other) return;
  const template =
    'The run altered or dropped {1}, which is not made on a server from here: {0} stays as it is. Make that change there ' +
    'yourself, as the review shows it, discard these changes, and run the task again for the rest.';
  throw new UserError('database.cannotApplySchema', template, [source, other.oldName ?? other.name]);
}

/** @param made what the run made, and may be there already: then just as the run made it */
function requireSameTables(
  { manifest: { source, definitions = {} }, schema, tables }: Order,
  now: readonly ServerTable[],
  made: readonly SchemaChange[],
): void {
  const definitionNow = (wanted: string): string | undefined => now.find(({ name }) => name === wanted)?.definition;
  const created = new Set(schema.map(({ name }) => name));
  const changed =
    tables.find(({ name }) => !created.has(name) && definitionNow(name) !== definitions[name]) ??
    made.find(({ name, after }) => definitionNow(name) !== undefined && definitionNow(name) !== after);
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

function applyFailed({ manifest: { source } }: Order, cause: Error): UserError {
  if (cause instanceof ConnectionGone) {
    const template =
      'The connection to {0} was lost while the changes were made ({1}). Either all of them were made or none. Try again: ' +
      'what was made already is not made twice.';
    return new UserError('database.connectionLost', template, [source, cause.message], { cause });
  }
  const template =
    'The changes could not be made on {0}: {1}. Nothing was applied. Try again, or discard the changes and run the task again.';
  return new UserError('database.serverRefused', template, [source, cause.message], { cause });
}
