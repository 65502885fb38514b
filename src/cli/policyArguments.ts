import type { ApprovalMode } from '../agent/approval';
import { parse } from './readOptions';
import { UsageError } from './usageError';

export interface PolicyArguments {
  readonly command: 'policy';
  /** The command to judge; undefined: those on standard input, one a line. */
  readonly text: string | undefined;
  readonly mode: ApprovalMode;
  readonly json: boolean;
}

const options = { mode: { type: 'string' }, stdin: { type: 'boolean' }, json: { type: 'boolean' } } as const;

/**
 * @param argv what follows `policy`
 * @throws {UsageError}
 */
export function readPolicy(argv: readonly string[]): PolicyArguments {
  const {
    values: { mode = 'reads', stdin = false, json = false },
    positionals: [text, ...more],
  } = parseQuoted(argv);
  if (mode !== 'ask' && mode !== 'reads' && mode !== 'all') throw new UsageError('--mode is ask, reads or all.');
  if (more.length > 0) throw new UsageError(`"${more.join(' ')}" is too much. Put the whole command into quotes.`);
  if ((text === undefined) !== stdin) {
    throw new UsageError('Say which command: agentlm policy "<command>", or --stdin for one a line.');
  }
  return { command: 'policy', text, mode, json };
}

/** Options that are not known here are most likely those of the command that is to be judged. */
function parseQuoted(argv: readonly string[]) {
  try {
    return parse(argv, options, 'policy');
  } catch (cause) {
    if (!UsageError.is(cause)) throw cause;
    throw new UsageError(`${cause.message} Put the whole command into quotes: agentlm policy "<command>"`, { cause });
  }
}
