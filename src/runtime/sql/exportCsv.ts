import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { SqlValue } from './pythonLiteral';
import type { NamedRows } from './statementRows';

/** A CSV file that grows. */
export interface CsvWriter {
  add(row: readonly SqlValue[]): void;
  /** Writes what is not yet written. */
  close(): void;
}

/**
 * Writes rows as CSV, all of them.
 * @returns how many rows
 */
export function exportCsv({ names, rows }: NamedRows, file: string): number {
  const csv = createCsv(names, file);
  try {
    let count = 0;
    for (const row of rows) {
      count += 1;
      csv.add(row);
    }
    return count;
  } finally {
    csv.close();
  }
}

/** CSV as RFC 4180 has it, in UTF-8, headers first: NULL as an empty field, bytes in hexadecimal. */
export function createCsv(names: readonly string[], file: string): CsvWriter {
  const handle = openSync(file, 'w', 0o600);
  let pending = line(names);
  const write = (): void => {
    const text = pending;
    pending = '';
    writeFileSync(handle, text);
  };
  return {
    add(row) {
      pending += line(row);
      if (pending.length > 64 * 1024) write();
    },
    close() {
      try {
        write();
      } finally {
        closeSync(handle);
      }
    },
  };
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
