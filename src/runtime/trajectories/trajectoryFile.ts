import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { formatDialogue, type Dialogue } from '../../agent/conversation';
import { UserError } from '../../agent/errors';
import { makeFolder } from '../makeFolder';
import { appendLines } from './appendLines';

/**
 * Appends a row to a JSONL file and waits until it is on the disk. A line that an earlier crash left unfinished stays as
 * it is, on a line of its own.
 * @throws {UserError} `record.failed` when the file cannot be written; what it held before is unharmed.
 */
export async function appendDialogue(file: string, dialogue: Dialogue): Promise<void> {
  try {
    await appendLines(file, [formatDialogue(dialogue)], { create: true });
  } catch (cause) {
    throw writeFailed(file, cause);
  }
}

function writeFailed(file: string, cause: unknown): UserError {
  return new UserError(
    'record.failed',
    'The trajectory could not be written to {0}: {1}. Free some space or choose another folder, and accept it again.',
    [file, cause instanceof Error ? cause.message : String(cause)],
    { cause },
  );
}

/** A folder for trajectories, and the workspace that it belongs to, if it does. */
export interface TrajectoryFolder {
  readonly folder: string;
  readonly workspace: string | undefined;
}

/**
 * Appends a row to a file of a folder, which is made where it is missing.
 * @returns the file
 * @throws {UserError} `record.outside` when links lead the folder out of its workspace, `record.failed` as above
 */
export async function appendInFolder(
  { folder, workspace }: TrajectoryFolder,
  name: string,
  dialogue: Dialogue,
): Promise<string> {
  const file = path.join(folder, name);
  try {
    await makeFolder(folder);
    if (workspace !== undefined) await requireInside(folder, workspace);
  } catch (cause) {
    throw UserError.is(cause) ? cause : writeFailed(file, cause);
  }
  await appendDialogue(file, dialogue);
  return file;
}

/** A workspace can hold a link by the name of our folder: what is recorded must not leave it without a word. */
async function requireInside(folder: string, workspace: string): Promise<void> {
  const inside = path.relative(await realpath(workspace), await realpath(folder));
  if (!inside.startsWith('..') && !path.isAbsolute(inside)) return;
  throw new UserError(
    'record.outside',
    'The folder {0} is a link that leads out of the workspace. Remove the link, or set agentlm.trajectoryFolder.',
    [folder],
  );
}
