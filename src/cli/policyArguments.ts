import type { ApprovalMode } from '../agent/approval';
import { UsageError } from './usageError';

export interface PolicyArguments {
  readonly command: 'policy';
  /** The command to judge; undefined: those on standard input, one a line. */
  readonly text: string | undefined;
  readonly mode: ApprovalMode;
  readonly json: boolean;
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** @throws {UsageError} */
export function readPolicy(
  [text, ...more]: readonly string[],
  { mode = 'reads', stdin = false, json = false, ...others }: Values,
): PolicyArguments {
  const [surplus] = Object.keys(others);
  if (surplus !== undefined) throw new UsageError(`--${surplus} does not go with policy.`);
  if (mode !== 'ask' && mode !== 'reads' && mode !== 'all') throw new UsageError('--mode is ask, reads or all.');
  if (more.length > 0) throw new UsageError(`"${more.join(' ')}" is too much. Put the whole command into quotes.`);
  if ((text === undefined) !== (stdin === true)) {
    throw new UsageError('Say which command: agentlm policy "<command>", or --stdin for one a line.');
  }
  return { command: 'policy', text, mode, json: json === true };
}
