import { UserError } from '../agent/errors';
import { findProgram } from '../runtime/localModel/findProgram';
import type { LocalModel } from '../runtime/localModel/localModel';
import { startLocalModel } from '../runtime/localModel/startLocalModel';

/**
 * Serves a GGUF file with the llama-server of this machine. What it does meanwhile is said on standard error.
 * @throws {UserError} `localModel.*`
 */
export async function serveFile(file: string, signal: AbortSignal): Promise<LocalModel> {
  const path = await findProgram('llama-server');
  if (path === undefined) {
    throw new UserError('localModel.none', 'llama-server was not found. Install llama.cpp, or put it on the PATH.');
  }
  process.stderr.write('Loading the model.\n');
  return startLocalModel(
    {
      program: 'llama-server',
      path,
      file,
      onProgress: ({ percent }) => {
        if (percent !== undefined) process.stderr.write(`${percent} %\n`);
      },
    },
    signal,
  );
}
