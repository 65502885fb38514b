import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import type { SchemaChange } from '../../../agent/database';
import { UserError } from '../../../agent/errors';
import { makeFolder } from '../../makeFolder';
import type { Manifest } from '../scratchFolder';
import type { ServerEngine } from './engine';
import { inGroups } from './inGroups';
import { rowsOf, type Judged } from './judgeTouched';

/** Whole or not at all, and on the disk before the first row is changed. */
export async function writeUndo(
  manifest: Manifest,
  undoFile: string,
  engine: ServerEngine,
  judged: readonly Judged[],
  made: readonly SchemaChange[],
): Promise<string> {
  try {
    await makeFolder(path.dirname(undoFile), 0o700);
    const file = await open(`${undoFile}.new`, 'w', 0o600);
    try {
      for await (const part of inGroups(undoLines(manifest, engine, judged, made), 1000))
        await file.write(part.join(''));
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

async function* undoLines(
  { source }: Manifest,
  engine: ServerEngine,
  judged: readonly Judged[],
  made: readonly SchemaChange[],
): AsyncGenerator<string> {
  yield `-- Takes back what was applied to ${source.replaceAll(/\s/g, ' ')}.\n`;
  yield `${engine.changes.scriptHead}\nSTART TRANSACTION;\n`;
  for await (const [{ statements }, row] of rowsOf(judged, ['inserted', 'updated', 'deleted'])) {
    for (const sql of statements.undo(row)) yield `${sql}\n`;
  }
  yield 'COMMIT;\n';
  for (const { type, name } of made.toReversed()) yield `${dropStatement(engine, type, name)};\n`;
}

export function dropStatement({ changes }: ServerEngine, type: string, name: string): string {
  return `DROP ${type === 'view' ? 'VIEW' : 'TABLE'} IF EXISTS ${changes.identifier(name)}`;
}
