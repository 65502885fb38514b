import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const prefix = 'agentlm-eval-';

/** A folder of this process. Those of processes that were killed are removed. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  await removeStale();
  const folder = await mkdtemp(path.join(tmpdir(), `${prefix}${process.pid}-`));
  return { path: folder, remove: async () => rm(folder, { recursive: true, force: true }) };
}

async function removeStale(): Promise<void> {
  const stale = (await readdir(tmpdir())).filter((name) => {
    const owner = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]);
    return owner > 0 && !isAlive(owner);
  });
  // Those of other users stay: they cannot be removed.
  await Promise.allSettled(stale.map(async (name) => rm(path.join(tmpdir(), name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
