import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { SqlValue } from './pythonLiteral';
import type { NamedRows } from './statementRows';

/**
 * Writes rows as CSV (RFC 4180, UTF-8), headers first: NULL as an empty field, bytes in hexadecimal.
 * @returns how many rows
 */
export function exportCsv({ names, rows }: NamedRows, file: string): number {
  const handle = openSync(file, 'w', 0o600);
  try {
    let count = 0;
    let pending = line(names);
    for (const row of rows) {
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
