import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { openShell } from '../src/runtime/shell/openShell';

const rounds = 200;

/**
 * From the call to output and exit code of `echo …; (exit n)`, 200 times in one shell. Between two commands lie 10 ms, in
 * which the shell makes itself ready; a model takes longer to answer.
 */
export async function shellRoundTrip(): Promise<{ medianMs: number; p99Ms: number }> {
  const shell = await openShell({ cwd: tmpdir() });
  const { signal } = new AbortController();
  const milliseconds: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      await delay(10);
      const start = performance.now();
      const { output, exitCode } = await shell.execute(`echo ${round}; (exit ${round % 3})`, signal);
      milliseconds.push(performance.now() - start);
      if (output !== `${round}\n` || exitCode !== round % 3) throw new Error(`Round ${round} came back as ${output}`);
    }
  } finally {
    await shell.close();
  }
  milliseconds.sort((a, b) => a - b);
  return { medianMs: milliseconds[rounds / 2] ?? NaN, p99Ms: milliseconds[Math.floor(rounds * 0.99)] ?? NaN };
}
