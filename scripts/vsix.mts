import { createHash } from 'node:crypto';
import { cp, glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';
import manifest from '../package.json' with { type: 'json' };
import { runCommand, runNpm } from './command.mts';
import { makeTemporaryFolder } from './temporaryFolder.mts';

/** What the terminal of each platform consists of; the package for all of them has none, and so runs no commands. */
const binaries = {
  'linux-x64': ['pty.node'],
  'linux-arm64': ['pty.node'],
  'darwin-x64': ['pty.node', 'spawn-helper'],
  'darwin-arm64': ['pty.node', 'spawn-helper'],
  'win32-x64': ['conpty.node', 'conpty_console_list.node'],
  'win32-arm64': ['conpty.node', 'conpty_console_list.node'],
  universal: [],
} as const;

export type Target = keyof typeof binaries;

export const targets = Object.keys(binaries) as readonly Target[];

/** Of this machine. */
export const ownTarget: Target = targets.find((each) => each === `${process.platform}-${process.arch}`) ?? 'universal';

const nativeFolder = 'dist/node_modules/@lydell';

/**
 * Lays out what the package of a target holds: what .vscodeignore lets through of a minified dist/, and the terminal of that
 * platform, which npm fetches where it is not this one.
 */
export async function stagePackage(target: Target, folder: string): Promise<void> {
  const files = await listFiles({ cwd: '.', packageManager: PackageManager.None });
  for (const file of files) {
    if (file === 'package.json' || file.startsWith(nativeFolder)) continue;
    await cp(file, path.join(folder, file));
  }
  // Scripts and the packages of developers are of no use there, and `vscode:prepublish` would build.
  const { scripts: _scripts, devDependencies: _packages, allowScripts: _allowed, ...published } = manifest;
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  if (target === 'universal') return;
  const name = `node-pty-${target}`;
  const [from, to] = [await nativePackage(`@lydell/${name}`, folder), path.join(folder, nativeFolder, name)];
  for (const file of ['package.json', ...binaries[target]]) await cp(path.join(from, file), path.join(to, file));
}

/** The installed one, or, for another platform, what npm has of the version in package-lock.json. */
async function nativePackage(name: string, folder: string): Promise<string> {
  if (name.endsWith(ownTarget)) return path.join('node_modules', name);
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'));
  const { version, integrity } = packages[`node_modules/${name}`];
  const place = `${folder}.native`;
  await mkdir(place, { recursive: true });
  await runNpm('.', 'pack', `${name}@${version}`, '--pack-destination', place);
  const [archive = ''] = await Array.fromAsync(glob(path.join(place, '*.tgz')));
  const hash = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (hash !== integrity) throw new Error(`${name}@${version} is not the one of package-lock.json.`);
  if ((await runCommand('tar', ['-xzf', archive, '-C', place])) !== 0)
    throw new Error(`${archive} cannot be unpacked.`);
  return path.join(place, 'package');
}

/** @returns the path of the VSIX in out/ */
export async function makeVsix(target: Target): Promise<string> {
  const packagePath = path.resolve(`out/agentlm-${target}-${manifest.version}.vsix`);
  const stage = makeTemporaryFolder();
  try {
    const cwd = path.join(stage.path, 'extension');
    await stagePackage(target, cwd);
    await checkBinaries(target, cwd);
    // All that is there goes in. Without the file, vsce warns.
    await writeFile(path.join(cwd, '.vscodeignore'), '');
    await mkdir('out', { recursive: true });
    await createVSIX({
      cwd,
      packagePath,
      ...(target !== 'universal' && { target }),
      dependencies: false,
      allowMissingRepository: true,
      ...linksIn(process.env),
    });
  } finally {
    stage.remove();
  }
  return packagePath;
}

/** The Marketplace shows the README without the files beside it: in a release they are those of its commit. */
function linksIn({ GITHUB_REPOSITORY: repository, GITHUB_SHA: commit }: NodeJS.ProcessEnv) {
  if (!repository || !commit) return { rewriteRelativeLinks: false };
  return {
    baseContentUrl: `https://github.com/${repository}/blob/${commit}`,
    baseImagesUrl: `https://raw.githubusercontent.com/${repository}/${commit}`,
  };
}

/** @throws when there is a binary of another platform, or none of this one */
export async function checkBinaries(target: Target, folder: string): Promise<void> {
  const native = '**/{*.node,*.dll,*.exe,*.so,*.dylib,spawn-helper}';
  const found = (await Array.fromAsync(glob(native, { cwd: folder }))).map((file) => file.replaceAll('\\', '/')).sort();
  const wanted = binaries[target].map((file) => `${nativeFolder}/node-pty-${target}/${file}`);
  if (found.join() !== wanted.join()) throw new Error(`The package of ${target} would hold: ${found.join(', ')}.`);
}
