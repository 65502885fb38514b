import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import type { SandboxOptions } from '../runtime/shell/sandbox/openSandbox';
import type { ApprovalChoice, SandboxChoice } from './taskOptions';
import { UsageError } from './usageError';

/** Opens what runs commands in a folder, in the sandbox that it is given. */
export type OpenInSandbox = <Opened>(
  folder: string,
  open: (sandbox: SandboxOptions) => Promise<Opened>,
) => Promise<Opened>;

/** What a run in a sandbox may write. */
const writeLimitBytes = 2_000_000_000;

/**
 * The sandbox that was chosen. Where nothing was said it is the workspace sandbox, and where that does not work none,
 * which standard error then tells once. Whether it works is found out by using it: asking first would take as long again.
 * @returns what throws a UsageError where there is none, and commands would run unasked or were promised a network of
 *   their own; and a UserError `sandbox.*` where the one that was chosen is not there
 */
export function openInSandbox(
  { kind, network, image = '', engine, storage }: SandboxChoice,
  approve: ApprovalChoice,
  signal: AbortSignal,
): OpenInSandbox {
  const common = { network, storage, writeLimitBytes };
  let sandbox: SandboxOptions =
    kind === 'off'
      ? { kind }
      : kind === 'container'
        ? { kind, ...common, image, ...(engine && { engine }) }
        : { kind: 'workspace', ...common };

  return async (folder, open) => {
    try {
      return await open(sandbox);
    } catch (error) {
      if (sandbox.kind !== 'workspace' || signal.aborted || !isOfSandbox(error)) throw error;
      const { probeSandbox } = await import('../runtime/shell/sandbox/probe');
      const missing = await probeSandbox(storage, { workspace: folder, signal });
      if (missing === undefined) throw error;
      if (kind === 'workspace') throw missing;
      const why = visible(missing.message);
      if (approve === 'all') {
        throw new UsageError(`Unasked commands would run with all your rights: say --sandbox off if they may. ${why}`);
      }
      if (network) {
        throw new UsageError(`There is no sandbox that --network could open: say --sandbox off instead. ${why}`);
      }
      process.stderr.write(`Commands run without a sandbox. ${why}\n`);
      sandbox = { kind: 'off' };
      return open(sandbox);
    }
  };
}

/** What the endpoint or the task has to say is no matter of the sandbox; anything that the system says may be. */
function isOfSandbox(error: unknown): boolean {
  return !UserError.is(error) || /^(sandbox|shell|state)\./.test(error.code);
}
