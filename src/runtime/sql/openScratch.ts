import type { DatabaseSync } from 'node:sqlite';
import type { NodeSqlite } from './nodeSqlite';
import { tellingPragmas } from './statement';

/**
 * Opens the scratch copy for the model's statements. A journal left by a process that was killed is rolled back.
 *
 * The copy need not survive a power cut, so nothing is synced; it must survive the end of this process at any moment,
 * which takes a rollback journal in a file. `"text"` that names no column is a string, as it is in MySQL.
 * @param growthBytes by which the copy may grow, and which temporary tables may take
 */
export function openScratch(sqlite: NodeSqlite, file: string, growthBytes: number): DatabaseSync {
  const options = { allowExtension: false, enableDoubleQuotedStringLiterals: true, limits };
  const database = new sqlite.DatabaseSync(file, options);
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF');
  limitGrowth(database, growthBytes);
  raiseSecondWall(sqlite, database);
  return database;
}

function limitGrowth(database: DatabaseSync, growthBytes: number): void {
  const ask = (pragma: string): number => Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  const pages = Math.ceil(growthBytes / ask('page_size'));
  database.exec(`PRAGMA max_page_count = ${ask('page_count') + pages}; PRAGMA temp.max_page_count = ${pages}`);
}

/** Known to Node 24; Node 22 passes over them, and leaves SQLite its own: a value of a gigabyte, ten attached files. */
const limits = { length: 256 * 1024 * 1024, attach: 0 };

/** Known to Node 24; without them everything rests on what readStatement refuses. */
interface SecondWall {
  enableDefensive?(active: boolean): void;
  setAuthorizer?(allow: (action: number, first: string | null, second: string | null) => number): void;
}

/** Pragmas that the full-text search of SQLite asks by itself. */
const innerPragmas = new Set(['data_version', 'page_size']);
/** Set while a table is made anew (dialect/executeMysql.ts). Statements of the model's are refused them before. */
const rebuildingPragmas = new Set(['foreign_keys', 'legacy_alter_table']);
const forbiddenFunctions = new Set(['load_extension', 'fts3_tokenizer']);

function raiseSecondWall({ constants }: NodeSqlite, database: DatabaseSync & SecondWall): void {
  const codes: Readonly<Record<string, number | undefined>> = { ...constants };
  database.enableDefensive?.(true);
  database.setAuthorizer?.((action, first, second) => {
    const forbidden =
      action === codes['SQLITE_ATTACH'] ||
      action === codes['SQLITE_DETACH'] ||
      (action === codes['SQLITE_FUNCTION'] && forbiddenFunctions.has(second?.toLowerCase() ?? '')) ||
      (action === codes['SQLITE_PRAGMA'] && !isHarmless(first?.toLowerCase() ?? '', second));
    return (forbidden ? codes['SQLITE_DENY'] : codes['SQLITE_OK']) ?? 0;
  });
}

function isHarmless(pragma: string, argument: string | null): boolean {
  return tellingPragmas.has(pragma) || rebuildingPragmas.has(pragma) || (argument === null && innerPragmas.has(pragma));
}
