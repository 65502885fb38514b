import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A private folder (mode 0700) for the files of one shell. */
export interface Scratch {
  /** Writes a file only the user can read and returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Names everything that belongs to the shell of a run. */
export const scratchName = 'agentlm-shell-';

/** How the path of every folder of this process begins: its number tells whether somebody still needs them. */
export function folderPrefix(): string {
  return path.join(tmpdir(), `${scratchName}${process.pid}-`);
}

/** @param parent of the folder; that of temporary files unless told */
export function createScratch(parent?: string): Scratch {
  const folders: string[] = [];

  async function newFolder(): Promise<string> {
    if (folders.length === 0) await removeStale();
    const folder = await mkdtemp(parent === undefined ? folderPrefix() : path.join(parent, scratchName));
    folders.push(folder);
    return folder;
  }

  return {
    async write(name, text) {
      const file = path.join(folders.at(-1) ?? (await newFolder()), name);
      try {
        await writeFile(file, text, { mode: 0o600 });
        return file;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        // Commands clean /tmp. A new name, so that nobody can have prepared the folder for us.
        const again = path.join(await newFolder(), name);
        await writeFile(again, text, { mode: 0o600 });
        return again;
      }
    },

    async remove() {
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

/** Removes the folders of processes that are gone; those of other users stay, for they cannot be removed. */
async function removeStale(): Promise<void> {
  const names = await readdir(tmpdir());
  const stale = names.filter((name) => {
    const [, owner] = new RegExp(`^${scratchName}(\\d+)-`).exec(name) ?? [];
    return owner !== undefined && !isAlive(Number(owner));
  });
  await Promise.allSettled(stale.map((name) => rm(path.join(tmpdir(), name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
