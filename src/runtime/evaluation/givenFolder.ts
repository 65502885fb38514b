import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../agent/errors';
import type { Machine } from './machine';
import { runScript, type ScriptLimits } from './runScript';

/** Where the copy of a suite's folder lies in a machine: the agent and all scripts begin there. */
export const workFolder = '/workspace';

/** What is copied before each task has to stay small. */
const limits = { bytes: 256 * 1024 ** 2, entries: 20_000 };

/** One thing that lies in a folder. Whatever is neither file, folder nor link is none. */
export interface FolderEntry {
  /** From the folder on, with slashes. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** Of a file. */
  readonly bytes: number;
}

/**
 * What a machine is given of a folder, in the order of the names: everything but suites, which say how its tasks are
 * judged, what AgentLM keeps there, and packages that can be fetched again.
 * @throws {UserError} `evaluation.folder` when it cannot be read or is too much to be copied before each task
 */
export async function* entriesOf(folder: string): AsyncGenerator<FolderEntry> {
  let bytes = 0;
  let entries = 0;
  for await (const entry of walk(folder, '')) {
    bytes += entry.bytes;
    if (++entries > limits.entries || bytes > limits.bytes) {
      throw new UserError(
        'evaluation.folderTooLarge',
        '{0} holds more than {1} files or {2} MB, and is copied for each task. Choose a smaller folder, or one within it.',
        [folder, limits.entries, limits.bytes / 1024 ** 2],
      );
    }
    yield entry;
  }
}

/**
 * Of everything that a machine is given of a folder.
 * @throws {UserError} like entriesOf()
 */
export async function folderDigest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const { name, kind, bytes } of entriesOf(folder)) {
    hash.update(`${JSON.stringify([name, kind, bytes])}\n`);
    const place = path.join(folder, name);
    try {
      if (kind === 'link') hash.update(await readlink(place));
      if (kind === 'file') await pipeline(createReadStream(place), hash, { end: false });
    } catch (cause) {
      throw unreadable(place, cause);
    }
  }
  return hash.digest('hex');
}

/**
 * Puts a copy of a folder into a machine, where it belongs to root. Nothing is followed that leads out of it.
 * @throws {UserError} like entriesOf()
 */
export async function bringFolder(
  folder: string,
  machine: Pick<Machine, 'enter' | 'exchange'>,
  scripting: ScriptLimits,
): Promise<void> {
  const way = path.join(machine.exchange, 'workspace');
  // They say whether it is too large before anything is copied.
  for await (const _ of entriesOf(folder)) scripting.signal.throwIfAborted();
  try {
    await cp(folder, way, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
      filter: async (place) => {
        scripting.signal.throwIfAborted();
        return place === folder || (isGiven(path.basename(place)) && (await kindOf(place)) !== undefined);
      },
    });
  } catch (cause) {
    scripting.signal.throwIfAborted();
    throw unreadable(folder, cause);
  }
  const code = `cp -RPp -- "$1" ${workFolder} && chown -hR 0:0 ${workFolder}`;
  const { exitCode, output } = await runScript(machine, { language: 'bash', code }, [way], { ...scripting, cwd: '/' });
  if (exitCode !== 0) throw unreadable(folder, new Error(output.trim()));
}

async function* walk(folder: string, within: string): AsyncGenerator<FolderEntry> {
  let names: string[];
  try {
    names = (await readdir(path.join(folder, within))).filter(isGiven).sort();
  } catch (cause) {
    throw unreadable(path.join(folder, within), cause);
  }
  for (const each of names) {
    const name = within === '' ? each : `${within}/${each}`;
    const place = path.join(folder, name);
    const kind = await kindOf(place);
    if (kind === undefined) continue;
    yield { name, kind, bytes: kind === 'file' ? (await lstat(place)).size : 0 };
    if (kind === 'folder') yield* walk(folder, name);
  }
}

function isGiven(name: string): boolean {
  return !name.endsWith('.agentlm-suite.json') && name !== '.agentlm' && name !== 'node_modules';
}

async function kindOf(place: string): Promise<FolderEntry['kind'] | undefined> {
  const found = await lstat(place);
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSymbolicLink() ? 'link' : undefined;
}

function unreadable(folder: string, cause: unknown): UserError {
  return new UserError(
    'evaluation.folder',
    '{0} cannot be copied for a task: {1}. Correct its permissions, or choose another folder.',
    [folder, cause instanceof Error ? cause.message : String(cause)],
    { cause },
  );
}
