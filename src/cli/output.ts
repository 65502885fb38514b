import { once } from 'node:events';

/** Prints, and settles when there is room for more. */
export type Write = (text: string) => Promise<void>;

/**
 * Standard output that waits while its reader is slower than we are: a line a row of a million rows would otherwise pile up
 * in memory.
 */
export function standardOutput(signal: AbortSignal): Write {
  return async (text) => {
    signal.throwIfAborted();
    if (!process.stdout.write(text)) await once(process.stdout, 'drain', { signal });
  };
}

/** Columns of text, each as wide as its widest cell. Numbers stand on the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isNumber = (cell: string): boolean => /^[-\d.,%–]+$/.test(cell);
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return rows.every((row) => isNumber(row[column] ?? '')) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
