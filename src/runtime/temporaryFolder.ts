import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isAlive } from './processIdentity';

/** How the path of every temporary folder of this process begins: its number tells whether somebody still needs them. */
export function ownPrefix(kind: string): string {
  return path.join(tmpdir(), `${kind}${process.pid}-`);
}

/**
 * Makes a private folder (mode 0700) of this process. Those of processes that were killed are removed.
 * @param kind how the names of such folders begin
 */
export async function makeTemporaryFolder(kind: string): Promise<string> {
  await removeStale(kind);
  return mkdtemp(ownPrefix(kind));
}

/** Those of other users stay: they cannot be removed. */
async function removeStale(kind: string): Promise<void> {
  const stale = (await readdir(tmpdir())).filter((name) => {
    const [, owner] = /^(\d+)-/.exec(name.startsWith(kind) ? name.slice(kind.length) : '') ?? [];
    return owner !== undefined && !isAlive({ pid: Number(owner) });
  });
  await Promise.allSettled(stale.map(async (name) => rm(path.join(tmpdir(), name), { recursive: true, force: true })));
}
