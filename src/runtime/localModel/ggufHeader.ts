import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import { visible } from '../../agent/hiddenCharacters';

/** What a model file says of itself before its vocabulary and weights begin. */
export interface GgufHeader {
  readonly version: number;
  /** `llama` for AgentLM. */
  readonly architecture: string;
  readonly name: string | undefined;
  /** Tokens it was trained for; 4096 for AgentLM. */
  readonly contextLength: number | undefined;
  readonly fileBytes: number;
}

/** The keys stand in front of the vocabulary, and the largest vocabularies of today end within this. */
const headerLimit = 8 * 1024 * 1024;

/**
 * Reads the header of a model file, at most 8 MiB of it.
 * @throws {UserError} `localModel.file` when it cannot be read, or is not a model that llama.cpp can load
 */
export async function readGgufHeader(file: string): Promise<GgufHeader> {
  try {
    // A pipe or a device would be waited for without end.
    const entry = await stat(file);
    if (!entry.isFile()) throw notAModel(file, 'it is not a file');
    return { ...parseGgufHeader(await readStart(file, entry.size), file), fileBytes: entry.size };
  } catch (error) {
    if (UserError.is(error)) throw error;
    throw new UserError(
      'localModel.file',
      '{0} cannot be read ({1}). Choose another model file.',
      [file, code(error)],
      {
        cause: error,
      },
    );
  }
}

/**
 * @param bytes the start of a file; whatever it claims, nothing beyond its end is read and no memory is taken for it
 * @param file for the message
 * @throws {UserError} `localModel.file`
 */
export function parseGgufHeader(bytes: Buffer, file: string): Omit<GgufHeader, 'fileBytes'> {
  if (bytes.toString('latin1', 0, 4) !== 'GGUF') throw notAModel(file, whatItIs(bytes));
  if (bytes.length < 24) throw notAModel(file, 'it breaks off in its header');
  const version = bytes.readUInt32LE(4);
  // Version 1 counts in 32 bits and was in use for days. The number of a big-endian file is enormous when read this way.
  if (version < 2 || version > 3) throw notAModel(file, `its format is version ${version}, and 2 and 3 are known`);

  const found = new Map<string, string | number>();
  const reader = { bytes, position: 16 };
  try {
    for (let left = takeLength(reader); left > 0 && !isComplete(found); left--) {
      const key = takeText(reader);
      const value = takeValue(reader);
      if (value !== undefined) found.set(key, value);
    }
  } catch (error) {
    // A huge vocabulary may stand before a key that is wanted: what was found by then is what is known.
    if (!(error instanceof RangeError)) throw error;
  }

  const architecture = found.get('general.architecture');
  if (typeof architecture !== 'string' || architecture === '') {
    throw notAModel(file, 'it does not say which architecture it has');
  }
  const name = found.get('general.name');
  const contextLength = found.get(`${architecture}.context_length`);
  return {
    version,
    architecture: visible(architecture).slice(0, 100),
    name: typeof name === 'string' ? visible(name).slice(0, 200) : undefined,
    contextLength: typeof contextLength === 'number' && contextLength > 0 ? contextLength : undefined,
  };
}

function isComplete(found: ReadonlyMap<string, unknown>): boolean {
  const architecture = found.get('general.architecture');
  return found.has('general.name') && found.has(`${String(architecture)}.context_length`);
}

interface Reader {
  readonly bytes: Buffer;
  position: number;
}

/** Bytes of the types of fixed size, by their number in the format: integers and floats, 7 is a boolean. */
const sizes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const text = 8;
const list = 9;
const uint32 = 4;
const uint64 = 10;

/** The value where it is a text or a count, undefined for all others. @throws {RangeError} at the end of the bytes */
function takeValue(reader: Reader): string | number | undefined {
  const type = takeUint32(reader);
  if (type === text) return takeText(reader);
  if (type === uint32) return takeUint32(reader);
  if (type === uint64) return takeLength(reader);
  if (type === list) return skipList(reader);
  take(reader, sizeOf(type));
  return undefined;
}

function skipList(reader: Reader): undefined {
  const type = takeUint32(reader);
  const count = takeLength(reader);
  if (type !== text) take(reader, count * sizeOf(type));
  else for (let left = count; left > 0; left--) take(reader, takeLength(reader));
}

/** Lists of lists are allowed by the format and used by nobody: they, too, end the reading here. */
function sizeOf(type: number): number {
  const size = sizes[type];
  if (size === undefined) throw new RangeError(`Type ${type}`);
  return size;
}

function takeText(reader: Reader): string {
  return take(reader, takeLength(reader)).toString('utf8');
}

function takeLength(reader: Reader): number {
  return Number(take(reader, 8).readBigUInt64LE());
}

function takeUint32(reader: Reader): number {
  return take(reader, 4).readUInt32LE();
}

function take(reader: Reader, length: number): Buffer {
  const end = reader.position + length;
  if (end > reader.bytes.length) throw new RangeError('The header goes on after what was read.');
  const taken = reader.bytes.subarray(reader.position, end);
  reader.position = end;
  return taken;
}

async function readStart(file: string, size: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(Math.min(size, headerLimit));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const knownStarts: readonly (readonly [start: RegExp, what: string])[] = [
  [/^$/, 'it is empty'],
  [
    /^version https:\/\/git-lfs/,
    'it is the pointer that Git LFS left in its place: run "git lfs pull" to get the model',
  ],
  [/^\s*</, 'it is a web page, not the download'],
  [/^(?:tjgg|lmgg|fmgg)/, 'it is in a format that llama.cpp gave up in 2023'],
  [/^PK/, 'it is an archive, perhaps of PyTorch weights'],
];

function whatItIs(bytes: Buffer): string {
  const start = bytes.toString('latin1', 0, 100);
  return knownStarts.find(([pattern]) => pattern.test(start))?.[1] ?? 'it does not begin as a GGUF file does';
}

function notAModel(file: string, reason: string): UserError {
  return new UserError(
    'localModel.file',
    '{0} is not a model that llama.cpp can load: {1}. Choose a whole .gguf file, such as agentlm-7b.Q4_K_M.gguf.',
    [path.basename(file), reason],
  );
}

function code(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
