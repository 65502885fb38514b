import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { unreadableFile, type FileValue } from './fileValue';
import { readJsonArray, readJsonLines } from './jsonText';

/**
 * The values of a JSON, JSONL or Parquet file, one after another; the content decides which it is, not the name. Holds one
 * row in memory, of Parquet a few thousand.
 * @throws {UserError} `dataset.unreadable` when the file as a whole cannot be read
 */
export async function* readValues(file: string, signal: AbortSignal): AsyncGenerator<FileValue, void> {
  signal.throwIfAborted();
  const kind = await sniff(file);
  if (kind === 'parquet') {
    // Decoders for every codec, in a bundle of their own.
    const { readParquetRows } = await import('./parquetRows');
    yield* readParquetRows(file, signal);
    return;
  }
  const { start } = kind;
  const stream = createReadStream(file, { start, highWaterMark: 1024 * 1024, signal });
  try {
    yield* kind.lines ? readJsonLines(file, stream) : readJsonArray(file, stream, start);
  } catch (error) {
    signal.throwIfAborted();
    throw isFileError(error) ? unreadableFile(file, error) : error;
  } finally {
    stream.destroy();
  }
}

/** Enough to see how a file begins; a first line that is longer is one of JSONL, because nobody indents that much. */
const glance = 64 * 1024;

/**
 * What a file is made of, by how it begins, and where its text starts. JSON that begins with a bracket is an array. An
 * object is a line of JSONL, unless it goes on over several lines.
 */
export async function sniff(file: string): Promise<'parquet' | { readonly lines: boolean; readonly start: number }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(glance), 0, glance, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
    const start = head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
    const text = head.subarray(start).toString('utf8').trimStart();
    if (/\.(?:jsonl|ndjson)$/i.test(file)) return { lines: true, start };
    const [firstLine = ''] = text.split('\n', 1);
    const indented =
      /^[{[]\s*$/.test(firstLine) || (text.startsWith('{') && /^\{\s*"[^"]*"\s*:\s*[[{]?\s*$/.test(firstLine));
    return { lines: !text.startsWith('[') && !indented, start };
  } catch (error) {
    throw unreadableFile(file, error);
  } finally {
    await handle?.close();
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
