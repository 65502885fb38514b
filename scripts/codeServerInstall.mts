import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runNpm } from './command.mts';

/** The releases of the npm package code-server that stand in for VS Code, each with the Node it wants. */
const releases = {
  '4.139.1': { node: '24.21.0' },
} as const;

export type Release = keyof typeof releases;

export const newestRelease: Release = '4.139.1';

export interface Installation {
  /** The Node binary that runs the server and with it every extension. */
  readonly node: string;
  /** The folder of the VS Code server. */
  readonly server: string;
}

/** Where a release runs: its packages bring binaries for these systems only. */
export const runsHere = process.platform === 'linux' || process.platform === 'darwin';

/**
 * Finds a release in .host/, or installs it there: 800 MB, half a minute. Nothing is compiled and no install script is
 * run: all that is missing then is a file logger, and the server prints its log instead.
 */
export async function installCodeServer(release: Release = newestRelease): Promise<Installation> {
  const folder = path.resolve('.host', release);
  const nodePackage = `node-${process.platform}-${process.arch}`;
  const serverIn = (place: string) => path.join(place, 'node_modules/code-server/lib/vscode');

  if (!existsSync(folder)) {
    console.log(`Installing VS Code (code-server ${release}) into .host/: 800 MB, about half a minute, once.`);
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await writeFile(path.join(unfinished, 'package.json'), '{ "private": true }\n');
    const packages = [`code-server@${release}`, `${nodePackage}@${releases[release].node}`];
    await runNpm(unfinished, 'install', '--ignore-scripts', ...packages);
    await runNpm(serverIn(unfinished), 'install', '--ignore-scripts', '--omit=dev');
    await rename(unfinished, folder);
  }
  return { node: path.join(folder, 'node_modules', nodePackage, 'bin/node'), server: serverIn(folder) };
}
