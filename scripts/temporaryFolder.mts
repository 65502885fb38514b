import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { atExit } from './atExit.mts';

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/** A folder that is gone when it is removed or when this process ends, whichever comes first. */
export function makeTemporaryFolder(): TemporaryFolder {
  // Not os.tmpdir() where that can be helped: VS Code makes sockets in here, whose paths may have 103 bytes on macOS.
  const parent = process.platform === 'win32' ? os.tmpdir() : '/tmp';
  const folder = mkdtempSync(path.join(parent, 'agentlm-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const callOff = atExit(removeFolder);
  return {
    path: folder,
    remove() {
      removeFolder();
      callOff();
    },
  };
}
