import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeStateFolder } from '../makeFolder';
import { createAtomicFile } from './atomicFile';
import { appendLines } from './appendLines';

/** A file of the library as it was when it was last read, and what stood in it. */
export interface IndexedFile<Entry> {
  readonly file: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly entries: readonly Entry[];
}

/** What is known of the trajectories of some folders, without reading them again. */
export interface LibraryIndex<Entry> {
  readonly files: ReadonlyMap<string, IndexedFile<Entry>>;
  /**
   * Looks at the folders and reads the files that are new or have changed since. A folder that is missing is empty.
   * @returns whether anything is different now
   */
  refresh(
    folders: readonly string[],
    options: { readonly signal: AbortSignal; readonly onProgress?: (read: number, of: number) => void },
  ): Promise<boolean>;
}

/** Of this format. Another one is read anew from the files. */
const header = '{"library":1}';

/** Files that are looked at together, and read between two writes of the index. */
const atOnce = 32;
const betweenWrites = 1000;

/**
 * Opens the library by what its index says: nothing else is read. The index is a line a file, appended to, the later line
 * holding; a line that is damaged costs no more than reading its file again, so two windows may write at once and a crash
 * leaves nothing that must be repaired.
 * @param readEntries what is to be known of a file; throws for one that cannot be read, which is then looked at each time
 * @param onUnreadable told of those
 */
export async function openLibraryIndex<Entry>(
  indexFile: string,
  wanted: (name: string) => boolean,
  readEntries: (file: string, signal: AbortSignal) => Promise<readonly Entry[]>,
  onUnreadable: (file: string, error: unknown) => void,
): Promise<LibraryIndex<Entry>> {
  const { files, lines } = await readIndex<Entry>(indexFile);
  let linesOnDisk = lines;

  async function keep(changed: readonly string[]): Promise<void> {
    if (changed.length === 0) return;
    await makeStateFolder(path.dirname(indexFile));
    const fresh = linesOnDisk === 0 || linesOnDisk > 2 * files.size + betweenWrites;
    if (fresh) {
      await writeIndex(indexFile, files.values());
      linesOnDisk = files.size + 1;
      return;
    }
    const said = changed.map((file) => lineOf(files.get(file) ?? { file, size: -1, modified: 0, entries: [] }));
    await appendLines(indexFile, said, { create: true });
    linesOnDisk += said.length;
  }

  return {
    files,
    async refresh(folders, { signal, onProgress }) {
      const there = new Map<string, FileState>();
      for (const folder of folders) await listFiles(folder, wanted, there, signal);
      const gone = [...files.keys()].filter((file) => !there.has(file));
      for (const file of gone) files.delete(file);
      await keep(gone);
      const stale = [...there].filter(([file, state]) => !isSame(files.get(file), state));
      let unwritten: string[] = [];
      for (const [index, [file, state]] of stale.entries()) {
        signal.throwIfAborted();
        try {
          files.set(file, { file, ...state, entries: await readEntries(file, signal) });
          unwritten.push(file);
        } catch (error) {
          signal.throwIfAborted();
          files.delete(file);
          onUnreadable(file, error);
        }
        if (unwritten.length >= betweenWrites) {
          await keep(unwritten);
          unwritten = [];
        }
        onProgress?.(index + 1, stale.length);
      }
      await keep(unwritten);
      return gone.length + stale.length > 0;
    },
  };
}

interface FileState {
  readonly size: number;
  readonly modified: number;
}

function isSame(known: FileState | undefined, { size, modified }: FileState): boolean {
  return known?.size === size && known.modified === modified;
}

async function listFiles(
  folder: string,
  wanted: (name: string) => boolean,
  found: Map<string, FileState>,
  signal: AbortSignal,
): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const files = names.filter(wanted).map((name) => path.join(folder, name));
  for (let start = 0; start < files.length; start += atOnce) {
    signal.throwIfAborted();
    const some = files.slice(start, start + atOnce);
    const states = await Promise.all(some.map((file) => stateOf(file)));
    for (const [index, state] of states.entries()) {
      const file = some[index];
      if (state && file !== undefined) found.set(file, state);
    }
  }
}

/** Undefined for what is no file, or not there any more. */
async function stateOf(file: string): Promise<FileState | undefined> {
  const state = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ELOOP') return undefined;
    throw error;
  });
  return state?.isFile() ? { size: state.size, modified: state.mtimeMs } : undefined;
}

async function readIndex<Entry>(
  indexFile: string,
): Promise<{ readonly files: Map<string, IndexedFile<Entry>>; readonly lines: number }> {
  const text = await readFile(indexFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const files = new Map<string, IndexedFile<Entry>>();
  const [first, ...lines] = text.split('\n');
  if (first !== header) return { files, lines: 0 };
  for (const line of lines) {
    const known = readLine<Entry>(line);
    if (known && known.size >= 0) files.set(known.file, known);
    else if (known) files.delete(known.file);
  }
  return { files, lines: lines.length };
}

async function writeIndex<Entry>(indexFile: string, files: Iterable<IndexedFile<Entry>>): Promise<void> {
  const atomic = await createAtomicFile(indexFile, { force: true });
  try {
    await atomic.write(`${header}\n`);
    for (const known of files) await atomic.write(`${lineOf(known)}\n`);
    await atomic.finish();
  } finally {
    await atomic.discard();
  }
}

/** A size below 0 says that the file is gone. */
function lineOf<Entry>({ file, size, modified, entries }: IndexedFile<Entry>): string {
  return JSON.stringify([file, size, modified, entries]);
}

/** Undefined for a line that is damaged. Whoever can write here can write the trajectories as well: entries are trusted. */
function readLine<Entry>(line: string): IndexedFile<Entry> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!Array.isArray(value)) return undefined;
    const [file, size, modified, entries] = value as readonly unknown[];
    const whole =
      typeof file === 'string' && typeof size === 'number' && typeof modified === 'number' && Array.isArray(entries);
    return whole ? { file, size, modified, entries: entries as readonly Entry[] } : undefined;
  } catch {
    return undefined;
  }
}
