import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Context } from 'mocha';
import { openRootView } from '../../../src/runtime/evaluation/rootView';

export const never = new AbortController().signal;

/** Skips a suite where the machine has no user namespaces to be had. */
export async function skipWithoutRootView(test: Context): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'agentlm-test-view-'));
  try {
    const options = { writeLimitBytes: 1024 * 1024, network: false };
    await (await openRootView(path.join(root, 'machine'), options, never)).close();
  } catch {
    test.skip();
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What a task could have changed: accounts, crontabs, the network, mounts, kernel settings and the folders of the system. */
export function hostState(): Readonly<Record<string, unknown>> {
  const read = (file: string): string => readFileSync(file, 'utf8');
  const command = (program: string, ...rest: string[]): string =>
    execFileSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return {
    accounts: ['/etc/passwd', '/etc/group'].map(read),
    crontabs: ['/etc/crontab', '/etc/cron.d', '/var/spool/cron'].map(listing),
    network: command('sh', '-c', 'cat /proc/net/dev | cut -d: -f1; cat /proc/net/route'),
    mounts: read('/proc/self/mountinfo'),
    kernel: ['kernel/threads-max', 'kernel/hostname', 'vm/swappiness'].map((name) => read(`/proc/sys/${name}`)),
    folders: ['/', '/etc', '/home', '/root', '/usr', '/usr/local/bin', '/usr/bin', '/var', '/opt'].map(listing),
  };
}

/** Names, sizes, owners and modes of what lies in a folder, and when it was written. */
function listing(folder: string): string {
  try {
    const entries = readdirSync(folder)
      .sort()
      .map((name) => {
        const found = statSync(path.join(folder, name), { throwIfNoEntry: false });
        return found?.isFile()
          ? [name, found.size, found.uid, found.mode, found.mtimeMs]
          : [name, found?.uid, found?.mode];
      });
    return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
  } catch {
    return 'absent';
  }
}
