import { readChanges, type ChangesArguments } from './changesArguments';
import { readChat, type ChatArguments } from './chatArguments';
import { parseDatasetArguments, type DatasetArguments } from './datasetArguments';
import { readDbChanges, type DbChangesArguments } from './dbChangesArguments';
import { readDemo, type DemoArguments } from './demoArguments';
import { readDoctor, type DoctorArguments } from './doctorArguments';
import { readEval, type EvalArguments } from './evalArguments';
import { readPolicy, type PolicyArguments } from './policyArguments';
import { readReplay, type ReplayArguments } from './replayArguments';
import { readRun, type RunArguments } from './runArguments';
import { readTasks, type TasksArguments } from './tasksArguments';
import { UsageError } from './usageError';

export type Arguments =
  | RunArguments
  | DemoArguments
  | ChatArguments
  | DoctorArguments
  | ChangesArguments
  | DbChangesArguments
  | PolicyArguments
  | ReplayArguments
  | EvalArguments
  | TasksArguments
  | { readonly command: 'dataset'; readonly dataset: DatasetArguments }
  | { readonly command: 'help' }
  | { readonly command: 'version' };

type Read = (argv: readonly string[], environment: NodeJS.ProcessEnv, interactive: boolean) => Arguments;

const commands = new Map<string, Read>([
  ['run', readRun],
  ['demo', readDemo],
  ['chat', readChat],
  ['doctor', readDoctor],
  ['changes', readChanges],
  ['db-changes', readDbChanges],
  ['policy', readPolicy],
  ['replay', readReplay],
  ['eval', readEval],
  ['tasks', readTasks],
  ['dataset', (argv, environment) => ({ command: 'dataset', dataset: parseDatasetArguments(argv, environment) })],
  ['help', () => ({ command: 'help' })],
  ['--version', () => ({ command: 'version' })],
]);

/**
 * @param interactive whether somebody is there who can be asked
 * @throws {UsageError} saying which argument is wrong.
 */
export function parseArguments(
  [name = 'help', ...rest]: readonly string[],
  environment: NodeJS.ProcessEnv,
  interactive: boolean,
): Arguments {
  if ([name, ...rest].some((word) => word === '--help' || word === '-h')) return { command: 'help' };
  const read = commands.get(name);
  if (read !== undefined) return read(rest, environment, interactive);
  if (name.startsWith('-')) throw new UsageError(`The command comes before ${name}, as in: agentlm run os "<task>"`);
  throw new UsageError(`There is no command "${name}".`);
}
