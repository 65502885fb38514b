import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import fc from 'fast-check';
import type { DatabaseEnvironment } from '../../../src/agent/database';
import { UserError } from '../../../src/agent/errors';
import { openNodeSqlite } from '../../../src/runtime/sql/nodeSqlite';
import { openDatabase, type SqlOptions } from '../../../src/runtime/sql/openDatabase';

export const { DatabaseSync } = openNodeSqlite();

/** A signal that never stops anything. */
export const never = new AbortController().signal;

/** A statement that ends only with its process. */
export const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

export interface Workbench {
  /** Of the user: databases and CSV files are made here. */
  readonly folder: string;
  /** The bundled worker. */
  readonly workerPath: string;
  /** Makes an SQLite file. */
  database(name: string, script: string): string;
  write(name: string, content: string | Uint8Array): string;
  /** Opens a database that the workbench closes when the test ends. Its statements are SQLite's, unless something else is said. */
  open(place: string, options?: Partial<SqlOptions>, signal?: AbortSignal): Promise<DatabaseEnvironment>;
  /** What a statement printed. */
  run(database: DatabaseEnvironment, sql: string): Promise<string>;
  /** What lies in the folder for temporary files. */
  leftovers(): string[];
  /** Command lines of living workers. */
  workers(): string[];
}

/** Sets up and tears down a folder and a worker for the suite that calls it. */
export function workbench(): Workbench {
  let root = '';
  let temporary = '';
  let folder = '';
  let workerPath = '';
  const outside = { TMPDIR: process.env['TMPDIR'], TMP: process.env['TMP'], TEMP: process.env['TEMP'] };
  const opened: DatabaseEnvironment[] = [];

  before(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'agentlm-test-sql-'));
    temporary = path.join(root, 'tmp');
    folder = path.join(root, 'user');
    workerPath = path.join(root, 'sqlWorker.js');
    mkdirSync(temporary);
    mkdirSync(folder);
    await build({
      entryPoints: ['src/runtime/sql/worker.ts'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node22',
      outfile: workerPath,
    });
    Object.assign(process.env, { TMPDIR: temporary, TMP: temporary, TEMP: temporary });
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
  });
  after(() => {
    for (const [name, value] of Object.entries(outside)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(root, { recursive: true, force: true });
  });

  return {
    get folder() {
      return folder;
    },
    get workerPath() {
      return workerPath;
    },
    database(name, script) {
      const file = path.join(folder, name);
      const database = new DatabaseSync(file);
      database.exec(script);
      database.close();
      return file;
    },
    write(name, content) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    async open(place, options = {}, signal = never) {
      const database = await openDatabase({ path: place, workerPath, dialect: 'sqlite', ...options }, signal);
      opened.push(database);
      return database;
    },
    run: async (database, sql) => (await database.execute(sql, never)).output,
    leftovers: () => readdirSync(temporary),
    workers: () =>
      execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(workerPath)),
  };
}

/** Expects a UserError with this code and these words in its text. */
export async function refuses(work: Promise<unknown>, code: string, ...words: readonly string[]): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(UserError.is(error), String(error));
    assert.equal(error.code, code);
    for (const word of words) assert.ok(error.message.includes(word), `${error.message} does not say ${word}`);
    return true;
  });
}

/** Texts full of what a tokenizer can stumble over. */
export const sqlText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Array.from('\'"`[];#\n \\-*/!01aé,().$?:=')),
      fc.constantFrom('/*', '*/', '/*!', '--', 'SELECT 1 ', 'END ', 'CREATE TRIGGER ', '😀', '@x'),
    ),
    {
      maxLength: 14,
    },
  )
  .map((pieces) => pieces.join(''));
