import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { UserError } from '../../../agent/errors';

/**
 * Reads a CSV or TSV file record by record, the header first, empty lines left out.
 *
 * Text is UTF-8, or UTF-16 where a byte order mark says so. Fields are separated by tabs in `.tsv` and `.tab` files, else
 * by what the header holds most of: comma, semicolon, tab or bar. Lines end in CRLF, LF or, in old files of the
 * Macintosh, CR. A quote inside an unquoted field is a character like any other.
 *
 * @param onRead is told how many bytes of the file were read
 * @param each is given the fields and the line on which the record ends
 * @throws {UserError} `database.badCsv`, `database.notUtf8`; and what `each` throws
 */
export async function readCsv(
  file: string,
  onRead: (bytes: number) => void,
  each: (fields: readonly string[], line: number) => void,
): Promise<void> {
  const { encoding, delimiter, lineBreaks } = await inspect(file);
  const parser = parse({
    delimiter,
    record_delimiter: lineBreaks,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: maxRecordLength,
    on_record: (fields: string[], { lines }) => {
      each(fields, lines);
      return null;
    },
  });
  const input = createReadStream(file);
  input.on('data', () => onRead(input.bytesRead));
  try {
    await pipeline(input, (chunks: AsyncIterable<Buffer>) => decode(chunks, encoding), parser.resume());
  } catch (cause) {
    if (cause instanceof CsvError) throw badCsv(file, cause);
    if (!(cause instanceof TypeError && 'code' in cause && cause.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'))
      throw cause;
    throw new UserError('database.notUtf8', '{0} is not UTF-8 text. Save it as “CSV UTF-8” and try again.', [file], {
      cause,
    });
  }
}

/** A quote that is never closed would otherwise read the rest of the file into memory. */
const maxRecordLength = 16 * 1024 * 1024;

function badCsv(file: string, cause: CsvError): UserError {
  const line = 'lines' in cause && typeof cause.lines === 'number' ? cause.lines : 1;
  const template = '{0}, line {1}: {2}. Correct the line and try again.';
  return new UserError('database.badCsv', template, [file, line, cause.message], { cause });
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

async function* decode(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

interface Layout {
  readonly encoding: Encoding;
  readonly delimiter: string;
  readonly lineBreaks: string[];
}

async function inspect(file: string): Promise<Layout> {
  const head = await readHead(file);
  const mark = head.toString('hex', 0, 2);
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  const text = new TextDecoder(encoding).decode(head).replace(/"(?:[^"]|"")*"/g, '');
  const [header = ''] = text.trimStart().split(/[\r\n]/, 1);
  return {
    encoding,
    delimiter: /\.(tsv|tab)$/i.test(file) ? '\t' : mostFrequent(header, [',', ';', '\t', '|']),
    lineBreaks: /\n/.test(text) ? ['\r\n', '\n'] : ['\r'],
  };
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function mostFrequent(text: string, characters: readonly string[]): string {
  const count = (character: string) => text.split(character).length - 1;
  return characters.reduce((best, character) => (count(character) > count(best) ? character : best));
}
