import { createHash } from 'node:crypto';

/**
 * AgentBench's hash of a table: the first five digits of the MD5 of each row, sorted, joined by commas, and of these the
 * MD5 again. MySQL cuts what GROUP_CONCAT joins after 1,024 bytes unless it is told otherwise, and nobody told it.
 * @param rows each joined by commas, NULL left out, as CONCAT_WS does; undefined for a table without rows
 */
export function tableHash(rows: readonly string[]): string | undefined {
  if (rows.length === 0) return undefined;
  const digits = rows.map((row) => md5(row).slice(0, 5)).sort();
  return md5(digits.join(',').slice(0, joinLimit));
}

export const joinLimit = 1024;

/** One hash for all tables of a task, as the newer harness joins them. */
export function joinHashes(hashes: readonly (string | undefined)[]): string {
  return hashes
    .map((hash) => hash ?? 'None')
    .sort()
    .join('_');
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
