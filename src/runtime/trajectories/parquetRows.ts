import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { unreadableFile, type FileValue } from './fileValue';

/** Rows that are decoded at once. */
const atOnce = 5_000;

/**
 * The rows of a Parquet file, a stretch of a row group at a time. A stretch that cannot be decoded is named, and the next
 * one is read.
 * @throws {UserError} `dataset.unreadable` when it is no Parquet file
 */
export async function* readParquetRows(file: string, signal: AbortSignal): AsyncGenerator<FileValue, void> {
  const bytes = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(bytes).catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = groupStart + Number(group.num_rows);
    for (let start = groupStart; start < groupEnd; start += atOnce) {
      signal.throwIfAborted();
      const end = Math.min(groupEnd, start + atOnce);
      try {
        const rows = await parquetReadObjects({ file: bytes, metadata, rowStart: start, rowEnd: end, compressors });
        for (const [index, value] of rows.entries()) {
          yield { place: { file, row: start + index + 1, line: undefined }, value };
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const unreadable = `and the rows up to ${end} are damaged: ${reason}`;
        yield { place: { file, row: start + 1, line: undefined }, unreadable };
      }
    }
    groupStart = groupEnd;
  }
}
