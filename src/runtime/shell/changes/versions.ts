import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { WhichVersion } from '../../../agent/changes';
import { NoFolderError, openFolder } from './folderHandle';
import { proposedFile, proposedState, workspaceFile } from './layer';
import { copyOf, originalsOf } from './originals';
import type { RunFolder } from './runFolder';
import { hasSameContent, stateOf } from './state';

/** The bytes of a file in one of its versions; undefined where there is none, or it was not kept. */
export async function readVersion(run: RunFolder, file: string, which: WhichVersion): Promise<Uint8Array | undefined> {
  if (file.split('/').some((name) => name === '' || name === '.' || name === '..')) return undefined;
  if (which === 'proposed') {
    return (await proposedState(run, file))?.type === 'file' ? readFile(proposedFile(run, file)) : undefined;
  }
  if (which === 'current') return readInWorkspace(run, file);
  const original = (await originalsOf(run, { persist: false })).get(file);
  if (original?.state?.type !== 'file') return undefined;
  const copy = copyOf(run, original);
  if (copy !== undefined) return readFile(copy);
  // Not copied, but perhaps still there.
  const current = await stateOf(workspaceFile(run, file));
  return current !== undefined && (await hasSameContent(current, original.state))
    ? readInWorkspace(run, file)
    : undefined;
}

async function readInWorkspace({ manifest }: RunFolder, file: string): Promise<Uint8Array | undefined> {
  try {
    const parent = await openFolder(manifest.workspace, path.posix.dirname(file));
    try {
      const at = parent.at(path.posix.basename(file));
      if ((await stateOf(at))?.type !== 'file') return undefined;
      const handle = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    } finally {
      await parent.close();
    }
  } catch (error) {
    if (error instanceof NoFolderError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
