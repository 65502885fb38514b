import type { SandboxKind } from '../agent/environment';
import { UserError } from '../agent/errors';
import type { Guard } from '../vscode/runs/guard';
import type { OpenReplay } from '../vscode/runs/replays';
import { sentence } from '../vscode/report';
import type { Settings } from '../vscode/settings';
import type { Shells } from './shells';

export interface ReplayParts {
  readonly settings: Settings;
  readonly guard: Pick<Guard, 'forRun'>;
  readonly shells: Shells;
  /** Path of the program that holds a database. */
  readonly sqlWorker: string;
}

/** Nobody is asked about recorded commands, so they run in a sandbox without network, or not at all. */
export function replayOpener({ settings, guard, shells, sqlWorker }: ReplayParts): OpenReplay {
  return async (kind, place, signal) => {
    if (kind === 'db') {
      const { openDatabase } = await import('../runtime/sql/openDatabase');
      const statementTimeoutMs = settings.get('statementTimeout') * 1000;
      return openDatabase({ path: place ?? '', statementTimeoutMs, workerPath: sqlWorker }, signal);
    }
    const guarded = await guard.forRun();
    const sandbox = await sandboxFor(guarded.sandbox, shells);
    const options = {
      commandTimeoutMs: settings.get('commandTimeout') * 1000,
      promptTail: settings.get('os.promptTail'),
    };
    const held = shells.sandboxOptions({ ...guarded, sandbox, network: false });
    const { openForgetfulShell } = await import('../runtime/forgetfulShell');
    return openForgetfulShell(place, held, options, signal);
  };
}

/** @throws {UserError} `replay.no-sandbox` */
async function sandboxFor(chosen: SandboxKind, shells: Shells): Promise<SandboxKind> {
  if (chosen !== 'off') return chosen;
  const found = await shells.find('workspace').catch((error: unknown) => ({ reason: sentence(error) }));
  if ('available' in found) return 'workspace';
  throw new UserError(
    'replay.no-sandbox',
    'Recorded commands run again in a sandbox only, and there is none. Set up a container in the setting agentlm.sandbox.kind. {0}',
    [found.reason],
  );
}
