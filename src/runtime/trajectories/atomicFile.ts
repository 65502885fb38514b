import { randomUUID } from 'node:crypto';
import { access, link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import { unwritableFile } from './fileValue';

/** A file that appears whole, or not at all. */
export interface AtomicFile {
  write(bytes: Uint8Array | string): Promise<void>;
  /** Puts the file in its place, once it is on the disk. */
  finish(): Promise<void>;
  /** Takes back what was written. Safe to call after `finish`, and twice. */
  discard(): Promise<void>;
}

/** Characters that are collected before they are written. */
const bufferLimit = 1024 * 1024;

/**
 * Begins a file. Until `finish` nothing stands in its place, or what stood there before.
 * @param force whether it may take the place of another
 * @throws {UserError} `dataset.exists` when it may not and there is one, also when it came meanwhile; `dataset.unwritable`
 */
export async function createAtomicFile(
  file: string,
  { force, mode = 0o644 }: { readonly force: boolean; readonly mode?: number },
): Promise<AtomicFile> {
  if (!force && (await exists(file))) throw alreadyThere(file);
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.part`);
  const handle = await guarded(file, () => open(temporary, 'wx', mode));
  let text: string[] = [];
  let length = 0;
  let unclosed: FileHandle | undefined = handle;

  const flush = async (): Promise<void> => {
    if (text.length === 0) return;
    const joined = text.join('');
    text = [];
    length = 0;
    await guarded(file, () => handle.appendFile(joined));
  };
  const close = async (): Promise<void> => {
    const closing = unclosed;
    unclosed = undefined;
    await closing?.close();
  };
  return {
    async write(bytes) {
      if (typeof bytes === 'string') {
        text.push(bytes);
        length += bytes.length;
        if (length > bufferLimit) await flush();
        return;
      }
      await flush();
      await guarded(file, () => handle.appendFile(bytes));
    },
    async finish() {
      await flush();
      await guarded(file, () => handle.datasync());
      await close();
      if (force) {
        await guarded(file, () => rename(temporary, file));
        return;
      }
      // A link fails where a file has come meanwhile; a renaming would not.
      await guarded(file, () => link(temporary, file));
      await rm(temporary, { force: true });
    },
    async discard() {
      await close();
      await rm(temporary, { force: true });
    },
  };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function guarded<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw alreadyThere(file);
    throw unwritableFile(file, cause);
  }
}

function alreadyThere(file: string): UserError {
  return new UserError(
    'dataset.exists',
    '{0} exists already. Choose another name, or allow it to be replaced (--force).',
    [file],
  );
}
