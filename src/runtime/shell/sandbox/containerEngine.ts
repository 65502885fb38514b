import path from 'node:path';
import { findSystemProgram } from '../variables';

/** The program that makes containers, and what comes before its commands. */
export type ContainerEngine = readonly [program: string, ...before: string[]];

/**
 * @param chosen podman or docker of the PATH if left out
 * @returns with the path of the program, or undefined where it is not there
 */
export async function findContainerEngine(chosen: readonly string[] = []): Promise<ContainerEngine | undefined> {
  const [wanted, ...before] = chosen;
  for (const name of wanted === undefined ? ['podman', 'docker'] : [wanted]) {
    const file = path.isAbsolute(name) ? name : await findSystemProgram(name);
    if (file !== undefined) return [file, ...before];
  }
  return undefined;
}

export function isPodman(program: string): boolean {
  return path.basename(program).startsWith('podman');
}

/** Options of `run` that keep a container from using up the machine. */
export function containerLimits(
  [program]: ContainerEngine,
  { writeLimitBytes, processLimit = 1024 }: { readonly writeLimitBytes: number; readonly processLimit?: number },
): string[] {
  const ulimits = [`fsize=${writeLimitBytes}`, 'nofile=1024:1024', 'core=0'];
  // Docker would count all processes of the user, outside too.
  if (isPodman(program)) ulimits.push(`nproc=${processLimit}:${processLimit}`);
  return ['--pids-limit', `${processLimit}`, ...ulimits.flatMap((limit) => ['--ulimit', limit])];
}
