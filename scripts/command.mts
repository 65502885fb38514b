import { spawn, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { atExit } from './atExit.mts';

/** The development tools, as files that Node runs on every platform. */
export const tools = {
  knip: 'node_modules/knip/bin/knip.js',
  mocha: 'node_modules/mocha/bin/mocha.js',
  oxlint: 'node_modules/oxlint/bin/oxlint',
  prettier: 'node_modules/prettier/bin/prettier.cjs',
  tsc: 'node_modules/typescript/bin/tsc',
} as const;

const onWindows = process.platform === 'win32';

/** Runs a script on this Node, in this terminal. Resolves to its exit code; see {@link runCommand}. */
export function runNode(...nodeArguments: readonly string[]): Promise<number> {
  return runCommand(process.execPath, nodeArguments);
}

/**
 * Runs a command in this terminal. Resolves to its exit code, 1 where a signal ended it. It does not outlive this process.
 * @throws when there is no such command.
 */
export function runCommand(
  file: string,
  commandArguments: readonly string[],
  options: SpawnOptions = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, commandArguments, { stdio: 'inherit', ...options });
    const callOff = atExit(() => child.kill());
    child.on('error', reject);
    child.on('close', (code) => {
      callOff();
      resolve(code ?? 1);
    });
  });
}

/** Runs npm in a folder, silent but for errors. @throws when it fails. */
export async function runNpm(folder: string, ...npmArguments: readonly string[]): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const code = await runCommand('npm', [...npmArguments, ...quiet], {
    cwd: folder,
    shell: onWindows,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) throw new Error(`"npm ${npmArguments.join(' ')}" failed in ${folder}. Its message is above.`);
}

/** Where a program lies that can be called by its name alone, or undefined. */
export function findOnPath(program: string): string | undefined {
  const names = onWindows ? [`${program}.exe`, `${program}.cmd`] : [program];
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => existsSync(file));
}
