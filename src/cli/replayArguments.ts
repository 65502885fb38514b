import path from 'node:path';
import { UsageError } from './usageError';

/** What is to be run again, and on what. */
export interface ReplayPlan {
  /** AgentInstruct as JSON or JSONL. */
  readonly file: string;
  /** The only row to be run again; all of them where it is left out. */
  readonly id: string | undefined;
  /** Where commands run; a new folder for each row where it is left out. */
  readonly cwd: string | undefined;
  /** What statements run on, in a copy. */
  readonly database: string | undefined;
  readonly json: boolean;
}

interface Values {
  readonly id?: string;
  readonly cwd?: string;
  readonly database?: string;
  readonly json?: boolean;
}

const taken = new Set(['id', 'cwd', 'database', 'approve', 'json']);

/** @throws {UsageError} */
export function readReplay([file, surplus]: readonly string[], values: Values): ReplayPlan {
  if (file === undefined) throw new UsageError('Say which file is to be run again: agentlm replay FILE.');
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is too much for replay.`);
  const wrong = Object.keys(values).find((name) => !taken.has(name));
  if (wrong !== undefined) throw new UsageError(`--${wrong} does not go with replay.`);
  const { id, cwd, database, json = false } = values;
  const absolute = (name: string | undefined): string | undefined => name && path.resolve(name);
  return { file: path.resolve(file), id, cwd: absolute(cwd), database: absolute(database), json };
}
