import type * as sqliteModule from 'node:sqlite';
import { UserError } from '../../agent/errors';

export type NodeSqlite = typeof sqliteModule;

/**
 * SQLite as Node brings it. The warning that it is experimental is kept back, and no other.
 * @param builtin how a built-in module is found
 * @throws {UserError} where this Node has none, or one older than 22.16, which cannot make a backup
 */
export function openNodeSqlite(builtin = builtinModule): NodeSqlite {
  const voice: { emitWarning: unknown } = process;
  const { emitWarning } = voice;
  voice.emitWarning = () => {};
  try {
    const sqlite = builtin('node:sqlite');
    if (typeof sqlite?.backup === 'function') return sqlite;
  } finally {
    voice.emitWarning = emitWarning;
  }
  const template =
    'Databases need SQLite, which this Node.js ({0}) does not bring. Use VS Code 1.105 or newer, or Node.js 22.16 or newer.';
  throw new UserError('database.noSqlite', template, [process.version]);
}

/** The result code of a failure of SQLite itself; undefined for every other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR')) return undefined;
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
}

/** Undefined also on a Node that is too old to be asked (before 20.16). */
function builtinModule(name: 'node:sqlite'): NodeSqlite | undefined {
  return process.getBuiltinModule?.(name);
}
