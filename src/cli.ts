#!/usr/bin/env node
import { version } from '../package.json';
import { exitCodes } from './cli/exitCodes';
import { canRunHere, handOver, onLauncherGone } from './cli/handOver';
import { parseArguments } from './cli/arguments';
import { usage } from './cli/usage';
import { UsageError } from './cli/usageError';

/** `agentlm`: reads the command line, does what it says, sets the exit code. */
async function main(): Promise<number> {
  if (!canRunHere(process.versions.node)) return handOver();
  const args = parseArguments(process.argv.slice(2), process.env, process.stdin.isTTY);
  if (args.command === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  if (args.command === 'version') {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  // Loaded only now: wrong usage and --help answer at once.
  const { execute } = await import('./cli/execute');
  return execute(args, stopSignal());
}

/** Aborts when the user or the system asks to stop; a second Ctrl-C does not wait for the clean way. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  let askedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal signals the whole group, and a parent may pass the same signal on: that is one wish, not two.
      if (stopping.signal.aborted && performance.now() - askedAt > 500) process.exit(exitCodes.interrupted);
      askedAt ||= performance.now();
      stopping.abort();
    });
  }
  onLauncherGone(() => stopping.abort());
  // Whoever read our output has gone, as in `agentlm … | head -1`.
  process.stdout.on('error', () => stopping.abort());
  return stopping.signal;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const wrongUsage = UsageError.is(error);
    process.stderr.write(
      wrongUsage
        ? `${error.message}\nagentlm --help tells the rest.\n`
        : `${(error as Error)?.stack ?? String(error)}\n`,
    );
    process.exitCode = wrongUsage ? exitCodes.usage : exitCodes.failure;
  },
);
