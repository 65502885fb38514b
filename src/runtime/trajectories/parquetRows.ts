import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { unreadableFile, type FileValue } from './fileValue';

/** Rows that are decoded at once. */
const atOnce = 5_000;

/** A Parquet file whose rows can be read from anywhere. */
export interface ParquetRows {
  readonly count: number;
  /**
   * The rows from one number, counted from 0, up to another, a stretch of a row group at a time. A stretch that cannot be
   * decoded is named, and the next one is read.
   */
  read(from: number, to: number, signal: AbortSignal): AsyncGenerator<FileValue, void>;
}

/** @throws {UserError} `dataset.unreadable` when it is no Parquet file */
export async function openParquetRows(file: string): Promise<ParquetRows> {
  const unreadable = (error: unknown): never => {
    throw unreadableFile(file, error);
  };
  const bytes = await asyncBufferFromFile(file).catch(unreadable);
  const metadata = await parquetMetadataAsync(bytes).catch(unreadable);
  const groupSizes = metadata.row_groups.map((group) => Number(group.num_rows));

  return {
    count: groupSizes.reduce((sum, rows) => sum + rows, 0),
    async *read(from, to, signal) {
      let groupStart = 0;
      for (const size of groupSizes) {
        const last = Math.min(groupStart + size, to);
        for (let start = Math.max(groupStart, from); start < last; start += atOnce) {
          signal.throwIfAborted();
          const end = Math.min(last, start + atOnce);
          try {
            const rows = await parquetReadObjects({ file: bytes, metadata, rowStart: start, rowEnd: end, compressors });
            for (const [index, value] of rows.entries()) {
              yield { place: { file, row: start + index + 1, line: undefined }, value };
            }
          } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            const what = `and the rows up to ${end} are damaged: ${reason}`;
            yield { place: { file, row: start + 1, line: undefined }, unreadable: what };
          }
        }
        groupStart += size;
      }
    },
  };
}

/** All rows of a Parquet file. @throws {UserError} `dataset.unreadable` when it is no Parquet file */
export async function* readParquetRows(file: string, signal: AbortSignal): AsyncGenerator<FileValue, void> {
  const rows = await openParquetRows(file);
  yield* rows.read(0, rows.count, signal);
}
