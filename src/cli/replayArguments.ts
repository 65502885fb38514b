import path from 'node:path';
import type { Dialect } from '../runtime/sql/messages';
import { parse, readPath } from './readOptions';
import { readDialect } from './runArguments';
import { readApproval, readSandbox, sandboxOptions, type ApprovalChoice, type SandboxChoice } from './taskOptions';
import { UsageError } from './usageError';

/** `agentlm replay`. Paths are absolute. */
export interface ReplayArguments {
  readonly command: 'replay';
  /** AgentInstruct as JSON or JSONL. */
  readonly file: string;
  /** The only row to be run again; all of them where it is left out. */
  readonly id: string | undefined;
  /** Where commands run; a new folder for each row where it is left out. */
  readonly cwd: string | undefined;
  /** What statements run on, in a copy. */
  readonly database: string | undefined;
  /** What they are read as; MySQL's where it is left out. */
  readonly dialect: Dialect | undefined;
  readonly approve: ApprovalChoice;
  readonly sandbox: SandboxChoice;
  readonly json: boolean;
}

const options = {
  ...sandboxOptions,
  id: { type: 'string' },
  cwd: { type: 'string' },
  database: { type: 'string' },
  dialect: { type: 'string' },
  approve: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/**
 * @param argv what follows `replay`
 * @param interactive whether somebody is there who can be asked
 * @throws {UsageError}
 */
export function readReplay(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  interactive: boolean,
): ReplayArguments {
  const {
    values,
    positionals: [file, surplus],
  } = parse(argv, options, 'replay');
  if (file === undefined) throw new UsageError('Say which file is to be run again: agentlm replay FILE.');
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is too much for replay.`);
  return {
    command: 'replay',
    file: path.resolve(file),
    id: values.id,
    cwd: readPath(values.cwd),
    database: readPath(values.database),
    dialect: readDialect(values.dialect),
    approve: readApproval(values.approve, interactive),
    sandbox: readSandbox(values, environment),
    json: values.json === true,
  };
}
