import type { SqlValue } from '../pythonLiteral';
import type { OnRows } from './connection';

const rowLimit = 100_000;
const byteLimit = 16 * 1024 * 1024;

/** The first rows of a statement; the server is told when they are enough. */
export interface RowCollector {
  readonly take: OnRows;
  readonly rows: readonly (readonly SqlValue[])[];
  /** False where the server had more of them. */
  readonly isComplete: boolean;
}

/** Many more than anybody looks at, for an export; a bound for memory, and for what the server has to do. */
export function collectRows(): RowCollector {
  const rows: SqlValue[][] = [];
  let bytes = 0;
  let isComplete = true;
  return {
    take(batch, columns) {
      for (const row of batch) {
        if (rows.length >= rowLimit || bytes >= byteLimit) {
          isComplete = false;
          break;
        }
        for (const value of row) bytes += value?.length ?? 0;
        rows.push(row.map((value, index) => (value === null ? null : (columns[index]?.parse(value) ?? null))));
      }
      return isComplete;
    },
    rows,
    get isComplete() {
      return isComplete;
    },
  };
}
