import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { convertCommand } from './datasetConvert';
import type { DatasetArguments } from './datasetArguments';
import { fetchCommand } from './datasetFetch';
import { errorsCommand, statsCommand } from './datasetCounts';
import { mixCommand } from './datasetMix';
import { validateCommand } from './datasetValidate';
import { exitCodes } from './exitCodes';
import type { Write } from './output';

/**
 * Does what `agentlm dataset` was asked for.
 * @returns the exit code
 */
export async function datasetCommand(args: DatasetArguments, write: Write, signal: AbortSignal): Promise<number> {
  try {
    switch (args.command) {
      case 'validate':
        return await validateCommand(args, write, signal);
      case 'stats':
        return await statsCommand(args, write, signal);
      case 'errors':
        return await errorsCommand(args, write, signal);
      case 'convert':
        return await convertCommand(args, write, signal);
      case 'fetch':
        return await fetchCommand(args, write, signal);
      case 'mix':
        return await mixCommand(args, write, signal);
    }
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    if (!UserError.is(error)) throw error;
    process.stderr.write(`${visible(error.message)}\n`);
    return error.code.startsWith('hub.') ? exitCodes.endpoint : exitCodes.usage;
  }
}
