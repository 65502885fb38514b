import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { makeTemporaryFolder } from '../temporaryFolder';
import { openContainer, type ContainerOptions } from './container';
import type { OpenMachine } from './machine';
import { openRootView } from './rootView';

/** With it begins the name of the folder in which machines and databases are made. */
const folderKind = 'agentlm-eval-';

export interface MachineChoice extends ContainerOptions {
  /** Container image; without one it is a view of this machine's root. */
  readonly image?: string | undefined;
}

/** The machines of an evaluation: of the image that a task names, where there are containers at all. */
export function machinesOf(choice: MachineChoice): OpenMachine {
  const { image } = choice;
  if (image === undefined) return async (folder, _, signal) => openRootView(folder, choice, signal);
  return async (folder, own, signal) => openContainer(folder, own ?? image, choice, signal);
}

/**
 * Makes one and throws it away: one sentence before the first task is better than the same one after each.
 * @throws {UserError} `evaluation.noMachine`, `evaluation.noImage`
 */
export async function probeMachine(openMachine: OpenMachine, signal: AbortSignal): Promise<void> {
  await withMachineFolder(async (folder) => (await openMachine(folder(), undefined, signal)).close());
}

/**
 * Does something with machines and databases, of which nothing stays.
 * @param work told where each may be made
 */
export async function withMachineFolder<T>(work: (next: () => string) => Promise<T>): Promise<T> {
  const folder = await makeTemporaryFolder(folderKind);
  try {
    return await work(() => path.join(folder, `agentlm-${randomUUID().slice(0, 13)}`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
