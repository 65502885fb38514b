import { createReadStream } from 'node:fs';
import { copyFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseEnvironment } from '../../agent/database';
import { UserError } from '../../agent/errors';
import { makeFolder } from '../makeFolder';

/** Milliseconds that a task may take at its end to keep its rows. */
const patience = 2000;
/** Results that are kept, and the bytes that all of them may have; the oldest go first. */
const mostResults = 20;
const mostBytes = 500_000_000;

/**
 * Keeps the rows of the last query of a run, so that they can be exported when its database is closed. What cannot be
 * kept, or not in two seconds, is not: nothing is thrown.
 */
export async function keepResult(folder: string, id: string, database: DatabaseEnvironment): Promise<void> {
  const file = fileOf(folder, id);
  try {
    await makeFolder(folder, 0o700);
    await database.export(`${file}.new`, AbortSignal.timeout(patience));
    await rename(`${file}.new`, file);
    await prune(folder, mostResults);
  } catch {
    await rm(`${file}.new`, { force: true });
  }
}

export interface ExportedResult {
  /** Whether a spreadsheet could take a field for a formula: it begins with =, +, - or @ and is no number. */
  readonly hasFormulas: boolean;
}

/**
 * Writes the rows that were kept of a run to a CSV file, as they are.
 * @throws {UserError} `database.resultGone`, `.exportFailed`
 */
export async function exportResult(folder: string, id: string, target: string): Promise<ExportedResult> {
  const file = fileOf(folder, id);
  if (!(await stat(file).catch(() => undefined))) {
    throw new UserError(
      'database.resultGone',
      'The rows of this task were too many to be kept, or are no longer kept. Run the task again, or ask for fewer rows. The command agentlm run db --export writes rows without such a limit.',
    );
  }
  try {
    await copyFile(file, target);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      'database.exportFailed',
      'The rows could not be written to {0}: {1}. Choose another file and try again.',
      [target, reason],
      { cause },
    );
  }
  return { hasFormulas: await hasFormulas(file) };
}

/** Forgets all but the last so many results. */
export async function prune(folder: string, kept: number): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.csv'));
  const found = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const { size = 0, mtimeMs = 0 } = (await stat(file).catch(() => undefined)) ?? {};
      return { file, size, mtimeMs };
    }),
  );
  let bytes = 0;
  for (const [index, { file, size }] of found.toSorted((a, b) => b.mtimeMs - a.mtimeMs).entries()) {
    bytes += size;
    if (index >= kept || bytes > mostBytes) await rm(file, { force: true });
  }
}

const formula = /(?:^|[,\n])"?(?:[=@]|[+-](?![\d.]+(?:e[+-]?\d+)?(?:[,\r\n]|$)))/i;

async function hasFormulas(file: string): Promise<boolean> {
  let rest = '\n';
  for await (const piece of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const text = rest + piece;
    // A field may begin in one piece and end in the next.
    const end = text.lastIndexOf('\n') + 1;
    if (formula.test(text.slice(0, end))) return true;
    rest = text.slice(Math.max(end - 1, text.length - 1000));
  }
  return formula.test(rest);
}

function fileOf(folder: string, id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error('This is not the id of a run.');
  return path.join(folder, `${id}.csv`);
}
