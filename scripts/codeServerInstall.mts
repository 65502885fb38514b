import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runNpm } from './command.mts';

/**
 * The releases of the npm package code-server that stand in for VS Code, each with the Node it wants. That of `ripgrep` is
 * for one whose own package would download the program from elsewhere; without it no file of a workspace is found.
 */
const releases = {
  '4.105.1': { node: '22.23.3', ripgrep: '1.18.0' },
  '4.139.1': { node: '24.21.0', ripgrep: undefined },
} as const;

export type Release = keyof typeof releases;

export const newestRelease: Release = '4.139.1';

/** The one that `engines.vscode` of the manifest names. */
export const oldestRelease: Release = '4.105.1';

/** The release that a text names, if it does. */
export function releaseOf(text: string | undefined): Release | undefined {
  return text !== undefined && text in releases ? (text as Release) : undefined;
}

export interface Installation {
  /** The Node binary that runs the server and with it every extension. */
  readonly node: string;
  /** The folder of the VS Code server. */
  readonly server: string;
}

/** Where a release runs: its packages bring binaries for these systems only. */
export const runsHere = process.platform === 'linux' || process.platform === 'darwin';

/**
 * Finds a release in .host/, or installs it there: up to 800 MB, half a minute. Nothing is compiled and no install script is
 * run: all that is missing then is a file logger, and the server prints its log instead.
 */
export async function installCodeServer(release: Release = newestRelease): Promise<Installation> {
  const folder = path.resolve('.host', release);
  const { node, ripgrep } = releases[release];
  const nodePackage = `node-${process.platform}-${process.arch}`;
  const serverIn = (place: string) => path.join(place, 'node_modules/code-server/lib/vscode');

  if (!existsSync(folder)) {
    console.log(`Installing VS Code (code-server ${release}) into .host/: up to 800 MB, about half a minute, once.`);
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await writeFile(path.join(unfinished, 'package.json'), '{ "private": true }\n');
    const packages = [`code-server@${release}`, `${nodePackage}@${node}`];
    if (ripgrep !== undefined) packages.push(`@vscode/ripgrep-universal@${ripgrep}`);
    await runNpm(unfinished, 'install', '--ignore-scripts', ...packages);
    await takeFromRegistry(serverIn(unfinished));
    await runNpm(serverIn(unfinished), 'install', '--ignore-scripts', '--omit=dev');
    if (ripgrep !== undefined) await linkRipgrep(unfinished, serverIn(unfinished));
    await rename(unfinished, folder);
  }
  return { node: path.join(folder, 'node_modules', nodePackage, 'bin/node'), server: serverIn(folder) };
}

interface Packages {
  readonly dependencies: Record<string, string>;
}

/** What a server wants from a Git repository it gets from the npm registry, in the version that its lock file names. */
async function takeFromRegistry(server: string): Promise<void> {
  const manifestFile = path.join(server, 'package.json');
  const lockFile = path.join(server, 'npm-shrinkwrap.json');
  const manifest: Packages = JSON.parse(await readFile(manifestFile, 'utf8'));
  const lock: { readonly packages: Record<string, Packages & { readonly version: string }> } = JSON.parse(
    await readFile(lockFile, 'utf8'),
  );
  for (const [name, wanted] of Object.entries(manifest.dependencies)) {
    const { version } = lock.packages[`node_modules/${name}`] ?? {};
    if (version === undefined || !wanted.includes('#')) continue;
    manifest.dependencies[name] = version;
    if (lock.packages['']) lock.packages[''].dependencies[name] = version;
    delete lock.packages[`node_modules/${name}`];
  }
  await writeFile(manifestFile, JSON.stringify(manifest));
  await writeFile(lockFile, JSON.stringify(lock));
}

/** Puts the program where the server's own package would have downloaded it to. The link survives a move of the folder. */
async function linkRipgrep(folder: string, server: string): Promise<void> {
  const system = `${process.platform}-${process.arch}`;
  const program = path.join(folder, 'node_modules/@vscode/ripgrep-universal/bin', system, 'rg');
  const place = path.join(server, 'node_modules/@vscode/ripgrep/bin');
  await mkdir(place, { recursive: true });
  await symlink(path.relative(place, program), path.join(place, 'rg'));
}
