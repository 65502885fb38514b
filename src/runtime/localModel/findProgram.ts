import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../agent/errors';

/** A program of another project that serves models. None comes with the extension. */
export type LocalProgram = 'llama-server' | 'ollama';

/** The machine that is searched: this one unless told. */
export interface SearchedMachine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds a program on the PATH and in the usual places. Runs nothing.
 * @param chosen the path that the user set; `~/` is the home folder. Then nothing else is looked at.
 * @returns its absolute path; undefined when it is not there
 * @throws {UserError} `localModel.program` when the chosen path is no program
 */
export async function findProgram(
  program: LocalProgram,
  chosen = '',
  machine: SearchedMachine = { platform: process.platform, home: homedir(), variables: process.env },
): Promise<string | undefined> {
  if (chosen.trim() !== '') {
    const file = path.resolve(chosen.trim().replace(/^~(?=[/\\])/, () => machine.home));
    if (await isProgram(file)) return file;
    throw new UserError(
      'localModel.program',
      '{0} is not a program that can be started. Set the path of {1}, or leave it empty to have it looked for.',
      [file, program],
    );
  }
  for (const file of candidates(program, machine)) if (await isProgram(file)) return file;
  return undefined;
}

/** In the order in which they are tried. Relative parts of the PATH are left out: a workspace could put a program there. */
export function candidates(program: LocalProgram, { platform, home, variables }: SearchedMachine): string[] {
  const its = platform === 'win32' ? path.win32 : path.posix;
  const join = (...parts: string[]) => its.join(...parts);
  const onPath = (variables['PATH'] ?? variables['Path'] ?? '')
    .split(its.delimiter)
    .filter((folder) => its.isAbsolute(folder));
  const build = join(home, 'llama.cpp', 'build', 'bin');
  const local = variables['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  const usual: Partial<Record<NodeJS.Platform, readonly string[]>> = {
    darwin: ['/opt/homebrew/bin', '/usr/local/bin', '/Applications/Ollama.app/Contents/Resources', build],
    win32: [
      join(local, 'Programs', 'Ollama'),
      join(local, 'Microsoft', 'WinGet', 'Links'),
      join(build, 'Release'),
      build,
    ],
  };
  const onLinux = [join(home, '.local', 'bin'), '/usr/local/bin', '/usr/bin', '/home/linuxbrew/.linuxbrew/bin', build];
  const file = platform === 'win32' ? `${program}.exe` : program;
  return [...new Set([...onPath, ...(usual[platform] ?? onLinux)])].map((folder) => join(folder, file));
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
