import { isUtf8 } from 'node:buffer';
import { longestRow, tooLong, type FilePlace, type FileValue } from './fileValue';

const newline = 0x0a;

/** One value a line. Empty lines are passed over; a bad line is named, and the next one is read. */
export async function* readJsonLines(file: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<FileValue, void> {
  let row = 0;
  let line = 0;
  let pending: Buffer[] = [];
  let length = 0;
  function* take(): Generator<FileValue, void> {
    line++;
    const overlong = length > longestRow;
    const bytes = overlong ? Buffer.alloc(0) : Buffer.concat(pending);
    pending = [];
    length = 0;
    if (overlong) yield { place: { file, row: ++row, line }, unreadable: tooLong };
    else if (!isBlank(bytes)) yield parse(bytes, { file, row: ++row, line });
  }
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      length += end - start;
      if (length <= longestRow) pending.push(chunk.subarray(start, end));
      yield* take();
      start = end + 1;
    }
    length += chunk.length - start;
    if (length <= longestRow) pending.push(chunk.subarray(start));
    else pending = [];
  }
  if (length > 0) yield* take();
}

const quote = 0x22;
const backslash = 0x5c;
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);
const comma = 0x2c;

/**
 * The elements of one JSON array, or the one value that the file is. Only brackets and quotes are looked at to find where an
 * element ends, so an element that is no JSON does not stop the ones after it.
 * @param offset of the first chunk in the file
 */
export async function* readJsonArray(
  file: string,
  chunks: AsyncIterable<Buffer>,
  offset = 0,
): AsyncGenerator<FileValue, void> {
  let row = 0;
  let line = 1;
  let startLine = 1;
  /** Bytes of the file before the chunk, and before the element. */
  let read = offset;
  let elementStart = offset;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let began = false;
  /** Whether the file is an array; otherwise it is one value. */
  let isArray = false;
  let ended = false;
  let inElement = false;
  let pending: Buffer[] = [];
  let length = 0;

  const keep = (bytes: Buffer): void => {
    length += bytes.length;
    if (length <= longestRow) pending.push(bytes);
    else pending = [];
  };
  function* take(end: number): Generator<FileValue, void> {
    const place = { file, row: row + 1, line: startLine, bytes: { start: elementStart, end } };
    const bytes = Buffer.concat(pending);
    const overlong = length > longestRow;
    pending = [];
    length = 0;
    if (!overlong && isBlank(bytes)) return;
    row++;
    yield overlong ? { place, unreadable: tooLong } : parse(bytes, place);
  }

  for await (const chunk of chunks) {
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] ?? 0;
      if (byte === newline) line++;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
        continue;
      }
      const blank = byte <= 0x20;
      if (!began && !blank) {
        began = true;
        isArray = byte === 0x5b;
        if (isArray) {
          depth = 1;
          start = index + 1;
          continue;
        }
      }
      if (!blank && !inElement) {
        inElement = true;
        startLine = line;
        elementStart = read + index;
      }
      if (byte === quote) inString = true;
      else if (opening.has(byte)) depth++;
      else if (closing.has(byte)) depth--;
      const elementEnds = isArray && ((byte === comma && depth === 1) || depth === 0) && !ended;
      if (elementEnds) {
        keep(chunk.subarray(start, index));
        yield* take(read + index);
        start = index + 1;
        inElement = false;
        ended = depth === 0;
      }
    }
    keep(chunk.subarray(start));
    read += chunk.length;
  }
  if (!isArray) {
    yield* take(read);
  } else if (!ended || !isBlank(Buffer.concat(pending))) {
    const unreadable = ended ? 'stands behind the end of the array' : 'is cut off: the array never ends';
    yield { place: { file, row: row + 1, line: startLine }, unreadable };
  }
}

/** The value of some bytes, or what is wrong with them. */
export function parse(bytes: Buffer, place: FilePlace): FileValue {
  if (!isUtf8(bytes)) return { place, unreadable: 'is not valid UTF-8' };
  try {
    return { place, value: JSON.parse(bytes.toString('utf8')) as unknown };
  } catch (error) {
    // The engine's words, without the piece of text that they quote.
    const reason = error instanceof Error ? error.message.replace(/, .*/s, '') : String(error);
    return { place, unreadable: `is not valid JSON: ${reason}` };
  }
}

/** Only what JSON takes for white space, and a byte order mark. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte <= 0x20);
}
