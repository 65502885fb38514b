import type { FileHandle } from 'node:fs/promises';

/** Where a row of a text file stands: bytes from the start of the file, and its first line, from 1. */
export interface RowSpan {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** Spans of many rows, 20 bytes each. */
export class SpanList {
  private starts = new Float64Array(1024);
  private ends = new Float64Array(1024);
  private lines = new Uint32Array(1024);
  length = 0;

  add({ start, end, line }: RowSpan): void {
    if (this.length === this.starts.length) this.grow();
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.lines[this.length] = line;
    this.length++;
  }

  at(row: number): RowSpan {
    if (row < 0 || row >= this.length) throw new RangeError(`There is no row ${row}.`);
    return { start: this.starts[row] ?? 0, end: this.ends[row] ?? 0, line: this.lines[row] ?? 0 };
  }

  private grow(): void {
    const size = 2 * this.length;
    const copied = <T extends Float64Array | Uint32Array>(larger: T, smaller: T): T => {
      larger.set(smaller);
      return larger;
    };
    this.starts = copied(new Float64Array(size), this.starts);
    this.ends = copied(new Float64Array(size), this.ends);
    this.lines = copied(new Uint32Array(size), this.lines);
  }
}

const chunkBytes = 4 * 1024 * 1024;
const newline = 0x0a;

/** Adds the lines of a file that are not blank. Yields how many bytes it has seen, after each stretch of the file. */
export async function* lineSpans(
  handle: FileHandle,
  start: number,
  spans: SpanList,
  signal: AbortSignal,
): AsyncGenerator<number, void> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let read = start;
  let lineStart = start;
  let line = 1;
  /** Whether the line that goes on has nothing in it so far. */
  let blank = true;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, read);
    if (bytesRead === 0) break;
    const bytes = chunk.subarray(0, bytesRead);
    let from = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, from)) {
      blank &&= isBlankBetween(bytes, from, end);
      if (!blank) spans.add({ start: lineStart, end: read + end, line });
      from = end + 1;
      lineStart = read + from;
      line++;
      blank = true;
    }
    blank &&= isBlankBetween(bytes, from, bytesRead);
    read += bytesRead;
    yield read;
  }
  if (!blank) spans.add({ start: lineStart, end: read, line });
}

function isBlankBetween(bytes: Buffer, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if ((bytes[index] ?? 0) > 0x20) return false;
  return true;
}
