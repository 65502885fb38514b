import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { formatDialogue, type Dialogue } from '../../agent/conversation';
import { UserError } from '../../agent/errors';

/**
 * Appends a row to a JSONL file and waits until it is on the disk. A line that an earlier crash left unfinished stays as
 * it is, on a line of its own. Folders on the way are made.
 * @throws {UserError} `record.failed` when the file cannot be written; what it held before is unharmed.
 */
export async function appendDialogue(file: string, dialogue: Dialogue): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    // Never through a link: a workspace could have put one there that leads out of it.
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
    const handle = await open(file, O_RDWR | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0), 0o600);
    try {
      const line = Buffer.from(`${(await endsInLine(handle)) ? '\n' : ''}${formatDialogue(dialogue)}\n`);
      await handle.appendFile(line);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new UserError(
      'record.failed',
      'The trajectory could not be written to {0}: {1}. Free some space or choose another folder, and accept it again.',
      [file, cause instanceof Error ? cause.message : String(cause)],
      { cause },
    );
  }
}

/** True when the last line has no line break. */
async function endsInLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
