import { open, stat, type FileHandle } from 'node:fs/promises';
import { longestRow, tooLong, unreadableFile, type FileValue } from './fileValue';
import { isBlank, parse } from './jsonText';
import { lineSpans, SpanList } from './rowSpans';
import { readValues, sniff } from './readValues';

/** A JSON, JSONL or Parquet file whose rows can be read from anywhere, once it is known where they stand. */
export interface FileRows {
  /** Rows that are known so far. */
  readonly count: number;
  /**
   * Finds out where the rows stand, which takes a look at the whole file. Rows that were found can be read meanwhile.
   * @param onProgress told the share of the file that was seen, from 0 to 1
   * @throws {UserError} `dataset.unreadable`
   */
  scan(onProgress: (share: number) => void, signal: AbortSignal): Promise<void>;
  /** The rows from one number, counted from 0, up to another. Those that cannot be read are named. */
  read(from: number, to: number, signal: AbortSignal): AsyncGenerator<FileValue, void>;
}

/**
 * Holds 20 bytes a row of text in memory, of Parquet nothing, however large the file is.
 * @throws {UserError} `dataset.unreadable`
 */
export async function openFileRows(file: string): Promise<FileRows> {
  const kind = await sniff(file);
  if (kind === 'parquet') {
    const { openParquetRows } = await import('./parquetRows');
    const rows = await openParquetRows(file);
    return {
      count: rows.count,
      scan: (onProgress) => Promise.resolve(onProgress(1)),
      read: (from, to, signal) => rows.read(from, to, signal),
    };
  }
  const spans = new SpanList();
  return {
    get count() {
      return spans.length;
    },
    async scan(onProgress, signal) {
      const { size } = await stat(file);
      if (kind.lines) await scanLines(file, kind.start, size, spans, onProgress, signal);
      else await scanArray(file, size, spans, onProgress, signal);
      onProgress(1);
    },
    async *read(from, to, signal) {
      const handle = await open(file, 'r').catch((error: unknown) => {
        throw unreadableFile(file, error);
      });
      try {
        for (let row = from; row < Math.min(to, spans.length); row++) {
          signal.throwIfAborted();
          yield await readSpan(handle, file, row, spans.at(row));
        }
      } finally {
        await handle.close();
      }
    },
  };
}

async function scanLines(
  file: string,
  start: number,
  size: number,
  spans: SpanList,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const handle = await open(file, 'r');
  try {
    for await (const seen of lineSpans(handle, start, spans, signal)) onProgress(seen / size);
  } finally {
    await handle.close();
  }
}

/** Where an element of an array ends is only known when all before it was read. */
async function scanArray(
  file: string,
  size: number,
  spans: SpanList,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const { place } of readValues(file, signal)) {
    if (!place.bytes) continue;
    const { start, end } = place.bytes;
    spans.add({ start, end, line: place.line ?? 1 });
    if (spans.length % 1000 === 0) onProgress(end / size);
  }
}

async function readSpan(
  handle: FileHandle,
  file: string,
  row: number,
  { start, end, line }: ReturnType<SpanList['at']>,
): Promise<FileValue> {
  const place = { file, row: row + 1, line };
  if (end - start > longestRow) return { place, unreadable: tooLong };
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(end - start), 0, end - start, start);
  const bytes = buffer.subarray(0, bytesRead);
  return isBlank(bytes) ? { place, unreadable: 'is no longer there: the file has changed' } : parse(bytes, place);
}
