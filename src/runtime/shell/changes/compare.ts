import path from 'node:path';
import type { FileChange, FileVersion } from '../../../agent/changes';
import { proposedState, workspaceFile } from './layer';
import type { Original, Originals } from './originals';
import { forEachParallel } from './parallel';
import type { RunFolder } from './runFolder';
import { hasSameContent, isBinary, isSame, stateOf, type State } from './state';

/** A change with what it takes to carry it over. */
export interface Change {
  readonly shown: FileChange;
  readonly original: Original;
  readonly proposed: State | undefined;
}

/**
 * What a run has changed and the workspace does not have yet, sorted by path. What was applied is no change any more: it
 * is the same here and there. So is what the run only touched.
 */
export async function compare(run: RunFolder, originals: Originals): Promise<Change[]> {
  const changes: Change[] = [];
  /** New folders with something in them, which says that they are there. */
  const filled = new Set([...originals.keys()].map((file) => path.posix.dirname(file)));
  const isFolder = folderTest(run);
  await forEachParallel([...originals.values()], async (original) => {
    const isThere = await isFolder(path.posix.dirname(original.path));
    const now = isThere ? await stateOf(workspaceFile(run, original.path)) : undefined;
    const change = await compareOne(run, original, now, filled.has(original.path));
    if (change !== undefined) changes.push(change);
  });
  return changes.sort((a, b) => (a.shown.path < b.shown.path ? -1 : 1));
}

/** Tells whether a path of the workspace is a folder now, and leads through nothing but folders. */
function folderTest(run: RunFolder): (folder: string) => Promise<boolean> {
  const known = new Map([['.', Promise.resolve(true)]]);
  const look = async (folder: string): Promise<boolean> =>
    (await test(path.posix.dirname(folder))) && (await stateOf(workspaceFile(run, folder)))?.type === 'folder';
  const test = async (folder: string): Promise<boolean> => {
    const answer = known.get(folder) ?? look(folder);
    known.set(folder, answer);
    return answer;
  };
  return test;
}

async function compareOne(
  run: RunFolder,
  original: Original,
  now: State | undefined,
  isFilled: boolean,
): Promise<Change | undefined> {
  const { path: file, inDoubt } = original;
  const before = original.state ?? undefined;
  const proposed = await proposedState(run, file);
  if (await isSame(proposed, before)) return undefined;
  if (await isSame(proposed, now)) return undefined;
  if (proposed?.type === 'folder' && before === undefined && (isFilled || now?.type === 'folder')) return undefined;

  const conflict = inDoubt === true ? 'unknown' : (await isSame(now, before)) ? undefined : 'changed';
  const caution = cautionOf(file);
  const shown: FileChange = {
    path: file,
    kind: await kindOf(before, proposed),
    before: before && (await versionOf(before, now?.type === before.type ? now.file : undefined)),
    after: proposed && (await versionOf(proposed, proposed.file)),
    ...(conflict === undefined ? {} : { conflict }),
    ...(caution === undefined ? {} : { caution }),
  };
  return { shown, original, proposed };
}

async function kindOf(before: State | undefined, proposed: State | undefined): Promise<FileChange['kind']> {
  if (before === undefined) return 'added';
  if (proposed === undefined) return 'deleted';
  return (await hasSameContent(proposed, before)) ? 'mode' : 'modified';
}

/** @param content where the bytes can be looked at */
async function versionOf({ type, size, mode, target }: State, content: Buffer | undefined): Promise<FileVersion> {
  const binary = type === 'file' && content !== undefined ? await isBinary(content) : false;
  return { type, size, mode, ...(target === undefined ? {} : { target }), ...(binary ? { binary } : {}) };
}

/** What git or the editor obey. Names are compared as file systems without upper and lower case do. */
function cautionOf(file: string): FileChange['caution'] {
  const names = file.toLowerCase().split('/');
  if (names.includes('.git')) return 'git';
  const isEditors = (name: string) =>
    ['.vscode', '.devcontainer', '.idea', '.envrc'].includes(name) || name.endsWith('.code-workspace');
  return names.some(isEditors) ? 'editor' : undefined;
}
