import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';

type Variables = Readonly<Record<string, string | undefined>>;

/** Every process of a run carries this variable, so that it can be found and ended. */
export const runMarker = 'AGENTLM_RUN';

/** What the model's commands have no business with: secrets, and what is about the editor's own process. */
const withheld =
  /KEY|TOKEN|SECRET|PASS|PWD$|(^|_)PAT$|(^|_)AUTH(ORIZATION)?$|BEARER|CREDENTIAL|COOKIE|_DSN$|DATABASE_URL|^VSCODE_|^ELECTRON_|^NODE_OPTIONS$/i;
/** What would change how our bash behaves, or describes the terminal the editor was started from. */
const misleading =
  /^(BASH_.*|BASHOPTS|SHELLOPTS|POSIXLY_CORRECT|ENV|PS\d|PROMPT_COMMAND|HIST.*|TMOUT|COLUMNS|LINES|TERMCAP|TMUX.*|STY)$/;

/** The variables of the shell, made from those of the host process. */
export function shellVariables(host: Variables, run: string, own: Variables = {}): Record<string, string> {
  const kept = Object.entries(host).filter(([name]) => !withheld.test(name) && !misleading.test(name));
  const variables = {
    ...localeOf(host),
    ...Object.fromEntries(kept),
    TERM: 'xterm-256color',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    ...own,
    [runMarker]: run,
  };
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * The bash on the PATH.
 * @throws {UserError} `shell.noBash`
 */
export async function findBash(variables: Variables): Promise<string> {
  if (process.platform === 'win32') {
    throw new UserError(
      'shell.noBash',
      'Commands run in bash, which Windows does not have. Open the folder in WSL ("WSL: Open Folder in WSL") or in a container, and start the task there.',
    );
  }
  const folders = foldersOf(variables);
  const bash = await findIn(folders, 'bash');
  if (bash !== undefined) return bash;
  throw new UserError(
    'shell.noBash',
    'Commands run in bash, and there is none on the PATH ({0}). Install bash with the package manager of the system, or add its folder to the PATH, and start the editor again.',
    [folders.join(path.delimiter)],
  );
}

/** Where programs of the system are, first; then the PATH. A workspace on it so cannot put its own in their place. */
export async function findSystemProgram(name: string, variables: Variables = process.env): Promise<string | undefined> {
  return findIn(
    ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/run/current-system/sw/bin', ...foldersOf(variables)],
    name,
  );
}

function foldersOf(variables: Variables): string[] {
  return (variables['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}

async function findIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const file = path.join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** An editor started from a dock or a service has no locale; without one, programs print question marks for umlauts. */
function localeOf({ LC_ALL, LC_CTYPE, LANG }: Variables): Variables {
  if (LC_ALL ?? LC_CTYPE ?? LANG) return {};
  return { LANG: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8' };
}
