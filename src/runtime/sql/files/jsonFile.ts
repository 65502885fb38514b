import { createReadStream } from 'node:fs';
import { UserError } from '../../../agent/errors';

/** A record longer than this is taken for a file that is no list of records. */
const maxRecordLength = 16 * 1024 * 1024;

/**
 * Reads the records of a JSON file one by one, never the whole file: an array of objects, or objects one after the other
 * (JSON lines), told apart by the first character. Integers beyond 2^53 come as bigint.
 *
 * @param onRead is told how many bytes of the file were read
 * @throws {UserError} `database.badJson`, naming the record, and `database.notUtf8`
 */
export async function readJson(
  file: string,
  onRead: (bytes: number) => void,
  each: (record: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  const input = createReadStream(file);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let count = 0;
  const splitter = splitRecords((text) => {
    count += 1;
    each(parse(file, count, text));
  });
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      onRead(input.bytesRead);
      splitter.push(decode(() => decoder.decode(chunk, { stream: true })));
    }
    splitter.push(decode(() => decoder.decode()));
    splitter.end();
  } catch (cause) {
    if (cause instanceof BadJson) throw badJson(file, count + 1, cause.message, cause);
    throw cause;
  }

  function decode(work: () => string): string {
    try {
      return work();
    } catch (cause) {
      throw new UserError('database.notUtf8', '{0} is not UTF-8 text. Save it as UTF-8 and try again.', [file], {
        cause,
      });
    }
  }
}

class BadJson extends Error {}

/** Cuts a text that arrives in pieces into its records, by counting brackets outside strings. */
function splitRecords(take: (text: string) => void): { push(text: string): void; end(): void } {
  let record = '';
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** Whether the first character opened one; undefined before it. */
  let list: 'none' | 'open' | 'closed' | undefined;

  function push(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charAt(at);
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (character === '\\') isEscaped = true;
        else if (character === '"') inString = false;
      } else if (depth === 0) {
        from = at;
        between(character);
      } else if (character === '"') {
        inString = true;
      } else if (character === '{' || character === '[') {
        depth += 1;
      } else if (character === '}' || character === ']') {
        depth -= 1;
        if (depth === 0) {
          take(record + text.slice(from, at + 1));
          record = '';
        }
      }
    }
    if (depth > 0) record += text.slice(from);
    if (record.length > maxRecordLength) throw new BadJson('it does not end within 16 MB');
  }

  /** A character outside all records. */
  function between(character: string): void {
    if (/[\s\ufeff]/.test(character)) return;
    if (list === undefined) {
      list = character === '[' ? 'open' : 'none';
      if (list === 'open') return;
    } else if (list === 'open') {
      if (character === ',') return;
      if (character === ']') {
        list = 'closed';
        return;
      }
    }
    if (character !== '{' || list === 'closed') throw new BadJson(`an object was expected, not “${character}”`);
    depth = 1;
  }

  return {
    push,
    end() {
      if (depth > 0) throw new BadJson('the file ends within it');
      if (list === 'open') throw new BadJson('the list is not closed');
    },
  };
}

function parse(file: string, count: number, text: string): Readonly<Record<string, unknown>> {
  try {
    // Only where digits could be lost, for it is slower.
    const record: unknown = /\d{16}/.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
    return record as Readonly<Record<string, unknown>>; // It begins with a brace.
  } catch (cause) {
    throw badJson(file, count, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function badJson(file: string, count: number, reason: string, cause: unknown): UserError {
  const template =
    '{0}, record {1}: {2}. The file must be a list of JSON objects, or one object a line. Correct it and try again.';
  return new UserError('database.badJson', template, [file, count, reason], { cause });
}

/** `source` is the text of a primitive value (ECMAScript 2026, JSON.parse source text access). */
function exactInteger(_key: string, value: unknown, { source }: { readonly source?: string } = {}): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
