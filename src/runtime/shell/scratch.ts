import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTemporaryFolder } from '../temporaryFolder';

/** A private folder (mode 0700) for the files of one shell. */
export interface Scratch {
  /** Writes a file only the user can read and returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Names everything that belongs to the shell of a run. */
export const scratchName = 'agentlm-shell-';

/** @param parent of the folder; that of temporary files unless told */
export function createScratch(parent?: string): Scratch {
  const folders: string[] = [];

  async function newFolder(): Promise<string> {
    const folder =
      parent === undefined ? await makeTemporaryFolder(scratchName) : await mkdtemp(path.join(parent, scratchName));
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
