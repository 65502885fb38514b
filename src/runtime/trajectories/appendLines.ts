import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/**
 * Appends lines to a file in one piece, so that those of several windows never mix, and waits until they are on the disk.
 * A line that a crash left unfinished stays as it is, on a line of its own. So does one that another window is about to
 * finish: an empty line follows it then.
 * @param options.create whether a file that is missing is made, for its user alone
 */
export async function appendLines(
  file: string,
  lines: readonly string[],
  { create }: { readonly create: boolean },
): Promise<void> {
  const flags = constants.O_RDWR | constants.O_APPEND | (create ? constants.O_CREAT : 0);
  const handle = await open(file, flags, 0o600);
  try {
    const before = (await endsInLine(handle)) ? '\n' : '';
    await handle.appendFile(Buffer.from(`${before}${lines.join('\n')}\n`));
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** True when the last line has no line break. */
async function endsInLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
