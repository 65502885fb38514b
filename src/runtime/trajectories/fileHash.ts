import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { unreadableFile } from './fileValue';

/**
 * SHA-256 of a file's bytes, in hexadecimal.
 * @throws {UserError} `dataset.unreadable`
 */
export async function fileHash(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unreadableFile(file, error);
  }
  return hash.digest('hex');
}
