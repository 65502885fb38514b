import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { SqlValue } from './pythonLiteral';
import { rowsOf } from './scratchDatabase';
import { readStatement } from './statement';

/**
 * Writes the rows of a statement as CSV (RFC 4180, UTF-8), headers first: NULL as an empty field, bytes in hexadecimal.
 * @returns how many rows
 */
export function exportCsv(database: DatabaseSync, sql: string, file: string): number {
  const statement = readStatement(sql);
  if (statement.kind !== 'sql') throw new Error(`Not a statement that gives rows: ${sql}`);
  const prepared = database.prepare(statement.text);
  const handle = openSync(file, 'w', 0o600);
  try {
    let count = 0;
    let pending = line(prepared.columns().map(({ name }) => name));
    for (const row of rowsOf(prepared)) {
      count += 1;
      pending += line(row);
      if (pending.length > 64 * 1024) pending = written(handle, pending);
    }
    written(handle, pending);
    return count;
  } finally {
    closeSync(handle);
  }
}

function written(handle: number, text: string): '' {
  writeFileSync(handle, text);
  return '';
}

function line(row: readonly SqlValue[]): string {
  return `${row.map(field).join(',')}\r\n`;
}

function field(value: SqlValue): string {
  if (value === null) return '';
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value);
  // An empty text is not NULL, so it is quoted.
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
