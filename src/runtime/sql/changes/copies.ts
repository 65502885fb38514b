import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Copies } from '../messages';
import type { NodeSqlite } from '../nodeSqlite';

/** Milliseconds to wait for another program's lock. */
export const patience = 5000;

/**
 * Attaches the copies as `base` and `scratch`, to be read only. What a statement that was killed had half written to the
 * scratch copy is rolled back before.
 */
export function attachCopies(sqlite: NodeSqlite, database: DatabaseSync, { base, scratch }: Copies): void {
  const recovering = new sqlite.DatabaseSync(scratch, { timeout: patience });
  recovering.exec('SELECT 1 FROM sqlite_schema');
  recovering.close();
  // The schema of the scratch copy was written by a model: it may name no function that reaches beyond the database.
  database.exec('PRAGMA trusted_schema = OFF');
  database.prepare('ATTACH ? AS base').run(addressOf(base, 'immutable=1'));
  database.prepare('ATTACH ? AS scratch').run(addressOf(scratch, 'mode=ro'));
}

/** A file as SQLite takes it with parameters. */
export function addressOf(file: string, parameters: string): string {
  const url = pathToFileURL(file);
  url.search = parameters;
  return url.href;
}
