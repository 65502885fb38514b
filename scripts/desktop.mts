import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { atExit } from './atExit.mts';
import { quietSettings } from './codeServer.mts';
import { findOnPath, runCommand } from './command.mts';
import { makeTemporaryFolder } from './temporaryFolder.mts';

const onWindows = process.platform === 'win32';
const onMac = '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';

/** The `code` command of a VS Code that can open a window here and is not too old for the extension, or undefined. */
export function findDesktop(oldestVersion: string): string | undefined {
  const { CI, DISPLAY, WAYLAND_DISPLAY, VSCODE_IPC_HOOK_CLI } = process.env;
  if (CI || (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY)) return undefined;
  // In a terminal of a remote window, `code` speaks to that window and knows no profiles.
  if (VSCODE_IPC_HOOK_CLI) return undefined;

  const command = findOnPath('code') ?? (existsSync(onMac) ? onMac : undefined);
  if (command === undefined) return undefined;
  const { stdout } = spawnSync(...shellSafe(command, ['--version']), { encoding: 'utf8', shell: onWindows });
  const [version = ''] = (stdout ?? '').split('\n');
  if (version.localeCompare(oldestVersion, 'en', { numeric: true }) >= 0) return command;
  console.log(
    `${command} is VS Code ${version || 'of an unknown version'}; the extension wants ${oldestVersion} or newer.`,
  );
  return undefined;
}

/** Opens a window with the extension under development and a profile of its own. Resolves when it is closed. */
export async function openDesktop(
  command: string,
  folder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const profile = makeTemporaryFolder();
  const user = path.join(profile.path, 'user/User');
  await mkdir(user, { recursive: true });
  await writeFile(path.join(user, 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  // The command only waits for the window; the window itself names its process in a lock file.
  const callOff = atExit(() => closeWindow(path.join(profile.path, 'user/code.lock')));
  const code = await runCommand(
    ...shellSafe(command, [
      '--new-window',
      '--wait',
      `--extensionDevelopmentPath=${path.resolve('.')}`,
      `--user-data-dir=${path.join(profile.path, 'user')}`,
      `--extensions-dir=${path.join(profile.path, 'extensions')}`,
      folder,
    ]),
    { shell: onWindows },
  );
  callOff();
  profile.remove();
  if (code !== 0) throw new Error(`${command} ended with exit code ${code}. Its message is above.`);
}

/** Returns when the window is closed, for its profile is to be removed then; it has three seconds. */
function closeWindow(lockFile: string): void {
  if (!existsSync(lockFile)) return;
  const window = Number(readFileSync(lockFile, 'utf8'));
  try {
    process.kill(window);
    for (let tries = 0; tries < 30; tries += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      process.kill(window, 0);
    }
  } catch {
    // There is no such process any more.
  }
}

/** On Windows `code` is a batch file, which only a shell runs, and a shell takes a line apart at its blanks. */
function shellSafe(command: string, commandArguments: readonly string[]): [string, string[]] {
  const quote = (text: string) => (onWindows ? `"${text}"` : text);
  return [quote(command), commandArguments.map(quote)];
}
