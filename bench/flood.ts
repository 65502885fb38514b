import { tmpdir } from 'node:os';
import { openShell } from '../src/runtime/shell/openShell';

const gigabyte = 1_000_000_000;

/**
 * A command that prints a gigabyte, captured and shown to a listener. `peakMB` is the most memory that this process has
 * ever had, `growthMB` how much of it came with the flood. To be run in a process of its own.
 */
export async function shellFlood(): Promise<{
  readonly MBs: number;
  readonly peakMB: number;
  readonly growthMB: number;
}> {
  const shell = await openShell({ cwd: tmpdir() });
  const { signal } = new AbortController();
  shell.onOutput(() => undefined);
  try {
    await shell.execute('yes 0123456789abcdef | head -c 3000000', signal);
    const before = peakMegabytes();
    const start = performance.now();
    const { omittedBytes } = await shell.execute(`yes 0123456789abcdef | head -c ${gigabyte}`, signal);
    const seconds = (performance.now() - start) / 1000;
    if (omittedBytes < 0.9 * gigabyte) throw new Error(`Only ${omittedBytes} bytes were left out.`);
    const peakMB = peakMegabytes();
    return { MBs: gigabyte / 1e6 / seconds, peakMB, growthMB: peakMB - before };
  } finally {
    await shell.close();
  }
}

function peakMegabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}
