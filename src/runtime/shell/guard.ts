import { spawn } from 'node:child_process';
import guardScript from './guard.sh';
import { ownPrefix } from '../temporaryFolder';
import type { RunProcesses } from './processes';
import { scratchName } from './scratch';

/**
 * Starts the watcher that ends the processes of a run, and removes its files, where we cannot do it any more: after a
 * crash or SIGKILL. It is no process of the run, and takes 3 MB.
 * @returns how to end it, once everything is tidied up.
 */
export function startGuard(
  bash: string,
  { run, lockLimit }: Required<Pick<RunProcesses, 'run' | 'lockLimit'>>,
): () => void {
  const guard = spawn(bash, ['--norc', '-c', guardScript, 'agentlm-guard', run, lockLimit, ownPrefix(scratchName)], {
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a guard a run is as good, until it is cut off.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return () => {
    guard.stdin.end('\n');
  };
}
