import { existsSync } from 'node:fs';
import { chmod, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { ApplyReport, RowConflict } from '../../../agent/database';
import { UserError } from '../../../agent/errors';
import type { Request } from '../messages';
import { sqliteCode, type NodeSqlite } from '../nodeSqlite';
import { requireRoom } from '../room';
import { sourceError } from '../scratchCopy';
import { countReady, countState, haveSameRows, judgeRows, readConflicts, requireUnchanged } from './conflicts';
import { addressOf, attachCopies, patience } from './copies';
import { isTouched, shapeOf } from './readChanges';
import { replay } from './replay';
import { compareSchemas, readObjects, type SchemaDifference, type SchemaObject } from './schemaDifference';
import { findTouched, type TouchedRows } from './touchedRows';

/** How many conflicts are told. */
const conflictLimit = 20;

type Order = Extract<Request, { readonly type: 'apply' }>;

/**
 * Makes the changes of the scratch copy in the original, in one transaction that begins before anything is looked at: so
 * nobody changes a row between the look and the change. SQLite's journal makes it all or nothing, whenever this process
 * ends.
 *
 * The backup is a copy of the whole file and no undo script: it holds also against what a script has not thought of, and
 * going back is copying a file. It is made under the same lock, before the first change.
 *
 * @throws {UserError} `database.locked`, `.readOnly`, `.missing`, `.schemaChanged`, `.tableChanged`, `.foreignKey`,
 *   `.applyFailed` …; the original is then as it was.
 */
export async function applyChanges(sqlite: NodeSqlite, order: Order): Promise<ApplyReport> {
  const { source, copies, backup, conflicts } = order;
  await requireFile(source);
  try {
    const database = openOriginal(sqlite, source);
    try {
      attachCopies(sqlite, database, copies);
      database.exec('BEGIN IMMEDIATE');
      const difference = compareSchemas(database);
      const touched = difference.pairs.map((pair, number) => findTouched(database, pair, number)).filter(matters);
      const nothing = { applied: true, conflictCount: 0, conflicts: [], backup: null };
      if (isDone(database, difference)) return report(database, [], { ...difference, changes: [] }, nothing);
      requireSameSchema(database, difference, source);
      for (const table of touched) {
        requireUnchanged(database, table.pair);
        judgeRows(database, table);
      }
      const conflictCount = touched.reduce((sum, table) => sum + countState(database, table, 'conflict'), 0);
      const told: RowConflict[] = [];
      for (const table of touched) told.push(...readConflicts(database, table, conflictLimit - told.length));
      const result = { conflictCount, conflicts: told };
      if (conflictCount > 0 && conflicts === 'refuse') {
        return report(database, touched, difference, { ...result, applied: false, backup: null });
      }
      const written = await backUp(sqlite, source, backup);
      const broken = brokenKeys(database);
      replay(database, difference, touched);
      requireNoNew(broken, brokenKeys(database), source);
      database.exec('COMMIT');
      return report(database, touched, difference, { ...result, applied: true, backup: written });
    } finally {
      // Closing rolls back what was not committed.
      database.close();
    }
  } catch (error) {
    throw applyError(error, source);
  }
}

async function requireFile(source: string): Promise<void> {
  const found = await stat(source).catch(() => undefined);
  if (found?.isFile() === true) return;
  throw new UserError('database.missing', '{0} is no longer there. Put it back and try again.', [source]);
}

/** A table without a changed row matters where it was itself made, altered or dropped. */
function matters(table: TouchedRows): boolean {
  return isTouched(table) || table.pair.how !== 'rows';
}

/** Known to Node 24. */
interface Defensible {
  enableDefensive?(active: boolean): void;
}

function openOriginal(sqlite: NodeSqlite, source: string): DatabaseSync {
  const database: DatabaseSync & Defensible = new sqlite.DatabaseSync(addressOf(source, 'mode=rw'), {
    timeout: patience,
    enableForeignKeyConstraints: false,
  });
  // The tables behind a virtual table are changed row by row like any others.
  database.enableDefensive?.(false);
  return database;
}

/** Whether all of it was applied before, and the process ended before it could say so. */
function isDone(database: DatabaseSync, { changes, after, pairs }: SchemaDifference): boolean {
  if (changes.length === 0 || fingerprint(readObjects(database, 'main')) !== fingerprint(after)) return false;
  return pairs.every((pair) => !pair.after || haveSameRows(database, pair.after, 'scratch', 'main'));
}

function requireSameSchema(database: DatabaseSync, { before }: SchemaDifference, source: string): void {
  if (fingerprint(readObjects(database, 'main')) === fingerprint(before)) return;
  const template =
    'The tables of {0} were made, altered or dropped since the run began, so its changes no longer fit. ' +
    'Nothing was applied. Discard them and run the task again.';
  throw new UserError('database.schemaChanged', template, [source]);
}

function fingerprint(objects: readonly SchemaObject[]): string {
  return objects
    .map(({ type, name, sql }) => JSON.stringify([type, name, sql]))
    .sort()
    .join();
}

/** The rows that break a foreign key; undefined where SQLite cannot check them. */
function brokenKeys(database: DatabaseSync): ReadonlySet<string> | undefined {
  try {
    const rows = database.prepare('PRAGMA main.foreign_key_check').all();
    return new Set(rows.map((row) => JSON.stringify(Object.values(row))));
  } catch (error) {
    if (sqliteCode(error) !== 1) throw error; // SQLITE_ERROR: a foreign key that no parent can ever satisfy
    return undefined;
  }
}

function requireNoNew(
  before: ReadonlySet<string> | undefined,
  after: ReadonlySet<string> | undefined,
  source: string,
): void {
  if (!before || [...(after ?? [])].every((row) => before.has(row))) return;
  const template =
    'Rows of {0} that were changed since the run began refer to rows that it deleted, or the other way round. ' +
    'Nothing was applied. Discard the changes and run the task again.';
  throw new UserError('database.foreignKey', template, [source]);
}

/**
 * Whole or not at all, by another connection: this one holds the lock that keeps writers away.
 * @param wanted with a number behind it where that file is there already
 * @returns the file that was written
 */
async function backUp(sqlite: NodeSqlite, source: string, wanted: string): Promise<string> {
  const backup = freeName(wanted);
  const unfinished = `${backup}.new`;
  const reader = new sqlite.DatabaseSync(source, { readOnly: true, timeout: patience });
  try {
    await requireRoom(path.dirname(backup), source);
    // Nobody may read it who may not read the original.
    await writeFile(unfinished, '', { mode: 0o600 });
    await sqlite.backup(reader, unfinished, { rate: 10_000 });
    await chmod(unfinished, (await stat(source)).mode);
    const handle = await open(unfinished);
    await handle.sync();
    await handle.close();
    await rename(unfinished, backup);
    return backup;
  } catch (cause) {
    await rm(unfinished, { force: true });
    const template = 'Nothing was applied to {0}, for no backup of it could be written to {1}: {2}';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('database.noBackup', template, [source, backup, reason], { cause });
  } finally {
    reader.close();
  }
}

function freeName(wanted: string): string {
  const { dir, name, ext } = path.parse(wanted);
  let free = wanted;
  for (let number = 2; existsSync(free); number += 1) free = path.join(dir, `${name}-${number}${ext}`);
  return free;
}

function report(
  database: DatabaseSync,
  touched: readonly TouchedRows[],
  { changes }: SchemaDifference,
  result: Omit<ApplyReport, 'tables' | 'schemaChanges'>,
): ApplyReport {
  const tables = touched.map((table) => ({ table: shapeOf(table).name, ...countReady(database, table) }));
  return { ...result, tables, schemaChanges: changes.length };
}

function applyError(error: unknown, source: string): unknown {
  if (UserError.is(error)) return error;
  const code = sqliteCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (code === undefined) return sourceError(error, source);
  switch (code & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return sourceError(error, source);
    case 3: // SQLITE_PERM
    case 8: // SQLITE_READONLY
    case 14: {
      // SQLITE_CANTOPEN: also where its journal cannot be made beside it
      const template =
        '{0} cannot be written to ({1}), so nothing was applied. Make the file and its folder writable and try again.';
      return new UserError('database.readOnly', template, [source, reason], { cause: error });
    }
    default: {
      const template =
        'The changes do not fit into {0} as it is now ({1}), so nothing was applied. ' +
        'Discard them and run the task again.';
      return new UserError('database.applyFailed', template, [source, reason], { cause: error });
    }
  }
}
