import os from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `cleanUp` when this process ends, by itself, by an error or by a signal: what was asked for last comes first.
 * Returns the way to call it off.
 */
export function atExit(cleanUp: () => void): () => void {
  const leave = (signal: NodeJS.Signals) => process.exit(128 + os.constants.signals[signal]);
  process.prependListener('exit', cleanUp);
  for (const signal of signals) process.on(signal, leave);
  return () => {
    process.off('exit', cleanUp);
    for (const signal of signals) process.off(signal, leave);
  };
}
