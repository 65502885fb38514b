import { createWriteStream } from 'node:fs';
import { plainText } from './render';

/** Where a command in the background prints to: a file that only the user can read, as plain text. */
export interface BackgroundLog {
  append(bytes: Buffer): void;
  /** Says how the command ended; settles when all of it is written. Never rejects: a log may be lost with its disk. */
  end(words: string): Promise<void>;
}

/** Bytes that a log may take of the disk; what comes after is lost. */
const sizeLimit = 64 * 1024 * 1024;

export function createBackgroundLog(file: string): BackgroundLog {
  const stream = createWriteStream(file, { mode: 0o600 });
  const closed = new Promise<void>((resolve) => stream.on('error', () => resolve()).on('close', resolve));
  let size = 0;

  return {
    append(bytes) {
      if (size > sizeLimit) return;
      size += bytes.length;
      stream.write(size > sizeLimit ? '\n[The rest is left out: there was too much of it.]\n' : plainText(bytes));
    },
    async end(words) {
      stream.end(`\n[${words}]\n`);
      await closed;
    },
  };
}
