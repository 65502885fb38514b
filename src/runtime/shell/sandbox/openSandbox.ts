import { openContainerSandbox, type ContainerSandboxOptions } from './container';
import type { Sandbox, SandboxedRun } from './sandbox';
import { openWorkspaceSandbox, type WorkspaceSandboxOptions } from './workspace';

/** Where the commands of a run are executed. */
export type SandboxOptions =
  | { readonly kind: 'off' }
  | ({ readonly kind: 'workspace' } & WorkspaceSandboxOptions)
  | ({ readonly kind: 'container' } & ContainerSandboxOptions);

/**
 * Makes the sandbox of a run; undefined for `off`.
 * @throws {UserError} `sandbox.*`, saying what is missing and what to do; nothing is left behind then
 */
export async function openSandbox(
  run: SandboxedRun,
  options: SandboxOptions,
  signal: AbortSignal,
): Promise<Sandbox | undefined> {
  switch (options.kind) {
    case 'off':
      return undefined;
    case 'workspace':
      return openWorkspaceSandbox(run, options);
    case 'container':
      return openContainerSandbox(run, options, signal);
  }
}
