import { spawn } from 'node:child_process';
import { chmod, readdir } from 'node:fs/promises';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { UserError } from '../../../agent/errors';
import { visible } from '../../../agent/hiddenCharacters';
import { findSystemProgram } from '../variables';
import { copiedFiles } from './copy';
import mergedNamesScript from './mergedNames.sh';
import { bytesOf, nameOf } from './names';
import { isHeld, type RunFolder } from './runFolder';
import { stateOf, type State } from './state';
import { walk, within, type Touched } from './tree';

/** Where a run's version of a file is. */
export function proposedFile({ path: folder, manifest }: RunFolder, file: string): Buffer {
  return within(path.join(folder, manifest.layer === 'copy' ? 'copy' : 'upper'), bytesOf(file));
}

/** A run's version of a file; undefined where the run has deleted it. It becomes readable for its owner, when the run is over. */
export async function proposedState(run: RunFolder, file: string): Promise<State | undefined> {
  const where = proposedFile(run, file);
  const state = await stateOf(where);
  // The mark of the overlay for what was deleted is a device, which a run could not make.
  if (state?.isDevice === true && run.manifest.layer !== 'copy') return undefined;
  // While the run goes on, it could put a link in the place of the file.
  if (state?.type !== 'file' || state.mode & 0o400 || isHeld(run.manifest)) return state;
  await chmod(where, state.mode | 0o400);
  return stateOf(where);
}

/** Where the workspace's own version of a file is. */
export function workspaceFile({ manifest }: RunFolder, file: string): Buffer {
  return within(manifest.workspace, bytesOf(file));
}

/** All that a run has touched, folders before what is in them. What it only touched may be as it was. */
export async function* touchedFiles(run: RunFolder): AsyncGenerator<Touched> {
  if (run.manifest.layer === 'copy') {
    yield* copiedFiles(run);
    return;
  }
  for await (const { path: file, dirent } of walk(Buffer.from(path.join(run.path, 'upper')), { openUp: true })) {
    // The run itself cannot make devices: each is a mark of the overlay for what was deleted.
    yield { path: file, isGone: dirent.isCharacterDevice() };
  }
}

/**
 * What was deleted together with a folder that was then made anew: the layer shows no trace of it but an attribute that
 * Node cannot read.
 * @throws {UserError} `changes.unreadable`
 */
export async function deletedInRenewedFolders(run: RunFolder): Promise<string[]> {
  if (run.manifest.layer === 'copy') return [];
  const candidates: { folder: string; names: string[] }[] = [];
  for await (const { path: folder, dirent } of walk(Buffer.from(path.join(run.path, 'upper')))) {
    if (!dirent.isDirectory()) continue;
    const inLayer = new Set(await namesIn(proposedFile(run, folder)));
    const names = (await namesIn(workspaceFile(run, folder))).filter((name) => !inLayer.has(name));
    if (names.length > 0) candidates.push({ folder, names });
  }
  if (candidates.length === 0) return [];
  const seen = await mergedNames(
    run,
    candidates.map(({ folder }) => folder),
  );
  return candidates.flatMap(({ folder, names }, index) =>
    names.filter((name) => !seen[index]?.has(name)).map((name) => `${folder}/${name}`),
  );
}

async function mergedNames({ path: folder, manifest }: RunFolder, folders: readonly string[]): Promise<Set<string>[]> {
  const namespaces = manifest.layer === 'user' ? ['--user', '--map-root-user', '--mount'] : ['--mount'];
  const option = manifest.layer === 'user' ? ',userxattr' : '';
  const script = ['bash', '--norc', '--noprofile', '-c', mergedNamesScript, 'merged', folder, option];
  const program = (await findSystemProgram('unshare')) ?? '/usr/bin/unshare';
  const child = spawn(program, [...namespaces, '--', ...script], {
    stdio: 'pipe',
    env: { PATH: systemPath, LC_ALL: 'C' },
  });
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  child.stdin
    .on('error', () => undefined)
    .end(Buffer.concat(folders.map((name) => Buffer.concat([bytesOf(name), nul]))));
  const [code, output, said] = await Promise.all([ended, buffer(child.stdout), text(child.stderr)]);
  const groups = splitGroups(output);
  if (code === 0 && groups.length === folders.length) return groups;
  throw new UserError(
    'changes.unreadable',
    'The changes of the run in {0} cannot be read, for their layer cannot be mounted. It said: {1} The files themselves are in {2}.',
    [manifest.workspace, visible(said.trim() || 'nothing.').slice(-500), path.join(folder, 'upper')],
  );
}

const nul = Buffer.of(0);
/** Not the user's: a workspace may be on it, and this happens outside of any sandbox. */
const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin';

/** Names, each ended by NUL; an empty one ends a group. */
function splitGroups(output: Buffer): Set<string>[] {
  const groups: Set<string>[] = [];
  let group = new Set<string>();
  for (let start = 0; start < output.length;) {
    const end = output.indexOf(0, start);
    if (end === start) {
      groups.push(group);
      group = new Set();
    } else {
      group.add(nameOf(output.subarray(start, end)));
    }
    start = end + 1;
  }
  return groups;
}

async function namesIn(folder: Buffer): Promise<string[]> {
  try {
    return (await readdir(folder, { encoding: 'buffer' })).map(nameOf);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return [];
    throw error;
  }
}
