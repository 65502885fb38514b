import { parseArgs } from 'node:util';
import path from 'node:path';
import type { ApprovalMode } from '../agent/approval';
import type { SandboxKind } from '../agent/environment';
import type { RunRequest } from '../agent/session';
import type { Dialect } from '../runtime/sql/messages';
import { readChanges, type ChangesArguments } from './changesArguments';
import { parseDbChangesArguments, type DbChangesArguments } from './dbChangesArguments';
import { parseDatasetArguments, type DatasetArguments } from './datasetArguments';
import { parseEval, type EvalArguments } from './evalArguments';
import { readReplay, type ReplayPlan } from './replayArguments';
import { storageFolder } from './storageFolder';
import { readPolicy, type PolicyArguments } from './policyArguments';
import { UsageError } from './usageError';

/** What `run` and `demo` have in common. */
export interface TaskOptions {
  /** A base URL, or `demo`. */
  readonly endpoint: string;
  /** A GGUF file that is served for this run, instead of an endpoint. */
  readonly local: string | undefined;
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
  readonly steps: number | undefined;
  readonly context: number | undefined;
  /** With `none`, nothing runs. */
  readonly approve: ApprovalMode | 'none';
  readonly sandbox: SandboxChoice;
  readonly record: string | undefined;
  /** AgentInstruct rows whose prompt is sent; undefined for our own. */
  readonly trainedFrom: string | undefined;
  /** Whether the output of commands ends with the prompt of the shell. */
  readonly promptTail: boolean;
  readonly json: boolean;
}

/** What holds the commands of an OS task. */
export interface SandboxChoice {
  /** Left out: the workspace sandbox, where there is one. */
  readonly kind: SandboxKind | undefined;
  readonly network: boolean;
  /** Of the container. */
  readonly image: string | undefined;
  /** The program that makes it, and what comes before its commands. */
  readonly engine: readonly string[] | undefined;
  /** Where the changes of runs wait. */
  readonly storage: string;
}

export interface RunArguments extends TaskOptions {
  readonly command: 'run';
  readonly request: RunRequest;
  /** A CSV file for the rows of the last query. */
  readonly exportTo: string | undefined;
  /** Of the statements of a database task; MySQL's where it is left out. */
  readonly dialect: Dialect | undefined;
}

export interface DemoArguments extends TaskOptions {
  readonly command: 'demo';
}

export interface DoctorArguments {
  readonly command: 'doctor';
  /** A base URL, or `demo`. */
  readonly endpoint: string;
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
  readonly json: boolean;
}

export interface ReplayArguments extends ReplayPlan {
  readonly command: 'replay';
  readonly approve: TaskOptions['approve'];
}

export type Arguments =
  | RunArguments
  | DemoArguments
  | DoctorArguments
  | ChangesArguments
  | PolicyArguments
  | ReplayArguments
  | EvalArguments
  | { readonly command: 'db-changes'; readonly dbChanges: DbChangesArguments }
  | { readonly command: 'dataset'; readonly dataset: DatasetArguments }
  | { readonly command: 'help' };

/**
 * @param interactive whether somebody is there who can be asked
 * @throws {UsageError} saying which argument is wrong.
 */
export function parseArguments(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  interactive: boolean,
): Arguments {
  const [name = '', ...others] = argv;
  const read = withOptionsOfTheirOwn[name];
  if (read)
    return others.some((each) => each === '--help' || each === '-h') ? { command: 'help' } : read(others, environment);
  const { values, positionals } = parse(argv);
  const [command, ...rest] = positionals;
  if (values.help === true || command === undefined || command === 'help') return { command: 'help' };
  if (command === 'demo') {
    if (rest.length > 0 || values.cwd !== undefined || values.database !== undefined) {
      throw new UsageError('agentlm demo has a folder and a database of its own: leave them out.');
    }
    refuseDatabaseOptions(values);
    if (values.prompt !== undefined || values['trained-from'] !== undefined) {
      throw new UsageError('agentlm demo follows a script of its own: leave --prompt and --trained-from out.');
    }
    // Only the script that comes along is trusted so far: a real model asks, and is held, as in `run`.
    const scripted = values.local === undefined && (values.endpoint === undefined || values.endpoint === 'demo');
    const defaults = scripted ? { endpoint: 'demo', approve: 'all', sandbox: 'off', ...values } : values;
    return { command, ...readTaskOptions(defaults, environment, interactive) };
  }
  if (command === 'changes') return readChanges(rest, values, environment);
  if (command === 'replay') {
    return { command, ...readReplay(rest, values), approve: readApproval(values.approve ?? 'ask', interactive) };
  }
  if (command === 'doctor') return { command, ...readDoctor(rest, values, environment) };
  if (command === 'policy') return readPolicy(rest, values);
  if (command !== 'run') throw new UsageError(`There is no command "${command}".`);
  const request = readRequest(rest, values);
  const exportTo = values.export === undefined ? undefined : path.resolve(values.export);
  const dialect = readDialect(values.dialect);
  return { command, request, exportTo, dialect, ...readTaskOptions(values, environment, interactive) };
}

function refuseDatabaseOptions(values: Values): void {
  const wrong = (['export', 'dialect', 'tables'] as const).find((name) => values[name] !== undefined);
  if (wrong !== undefined) throw new UsageError(`--${wrong} goes with "run db".`);
}

function readDialect(name: string | undefined): Dialect | undefined {
  if (name === undefined || name === 'mysql' || name === 'sqlite') return name;
  throw new UsageError('--dialect is mysql or sqlite.');
}

/** Commands that share no option with `run`. */
const withOptionsOfTheirOwn: Readonly<
  Record<string, ((argv: readonly string[], environment: NodeJS.ProcessEnv) => Arguments) | undefined>
> = {
  eval: parseEval,
  dataset: (argv) => ({ command: 'dataset', dataset: parseDatasetArguments(argv) }),
  'db-changes': (argv) => ({ command: 'db-changes', dbChanges: parseDbChangesArguments(argv) }),
};

function readTaskOptions(values: Values, environment: NodeJS.ProcessEnv, interactive: boolean): TaskOptions {
  if (values.mode !== undefined || values.stdin === true) {
    throw new UsageError('--mode and --stdin go with policy. What runs unasked is said with --approve.');
  }
  return {
    endpoint: values.local === undefined ? readEndpoint(values, environment) : readNoEndpoint(values),
    local: values.local === undefined ? undefined : path.resolve(values.local),
    model: values.model,
    apiKey: readKey(values['api-key-env'], environment),
    steps: readCount('--steps', values.steps),
    context: readContext(values.context),
    approve: readApproval(values.approve ?? 'ask', interactive),
    sandbox: readSandbox(values, storageFolder(environment)),
    record: values.record,
    trainedFrom: readPrompt(values),
    promptTail: values['no-prompt-tail'] !== true,
    json: values.json === true,
  };
}

const options = {
  cwd: { type: 'string' },
  database: { type: 'string' },
  endpoint: { type: 'string' },
  local: { type: 'string' },
  model: { type: 'string' },
  'api-key-env': { type: 'string' },
  steps: { type: 'string' },
  context: { type: 'string' },
  approve: { type: 'string' },
  record: { type: 'string' },
  export: { type: 'string' },
  prompt: { type: 'string' },
  'trained-from': { type: 'string' },
  sandbox: { type: 'string' },
  network: { type: 'boolean' },
  image: { type: 'string' },
  engine: { type: 'string' },
  'include-git': { type: 'boolean' },
  overwrite: { type: 'boolean' },
  mode: { type: 'string' },
  stdin: { type: 'boolean' },
  id: { type: 'string' },
  'no-prompt-tail': { type: 'boolean' },
  dialect: { type: 'string' },
  tables: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readRequest([kind, problem, ...more]: readonly string[], values: Values): RunRequest {
  const { cwd, database, sandbox, network, image, engine } = values;
  if (kind !== 'os' && kind !== 'db') throw new UsageError('After "run" comes os or db.');
  if (!problem?.trim()) throw new UsageError('The task is missing. Put it into quotes after the kind.');
  if (more.length > 0) throw new UsageError(`"${more.join(' ')}" is too much. Put the whole task into quotes.`);
  if (kind === 'os') {
    if (database !== undefined) throw new UsageError('--database goes with "run db".');
    refuseDatabaseOptions(values);
    return { kind, problem, place: path.resolve(cwd ?? '.') };
  }
  if (cwd !== undefined) throw new UsageError('--cwd goes with "run os".');
  if ((sandbox ?? network ?? image ?? engine) !== undefined) throw new UsageError('A sandbox goes with "run os".');
  if (database === undefined) throw new UsageError('Say which database: --database FILE.');
  const tables = readTables(values.tables);
  return { kind, problem, place: path.resolve(database), ...(tables && { tables }) };
}

/** A name that holds a comma stands in backticks, like one of MySQL. */
function readTables(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const names =
    text
      .match(/`(?:[^`]|``)+`|[^,`]+/g)
      ?.map((name) => name.trim())
      .filter((name) => name !== '') ?? [];
  if (names.length === 0) throw new UsageError('Say which tables, with commas between them: --tables orders,customers');
  return names.map((name) => (name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name));
}

/** What a test takes besides the endpoint itself would be ignored, so it is refused. */
function readDoctor(
  [surplus]: readonly string[],
  values: Values,
  environment: NodeJS.ProcessEnv,
): Omit<DoctorArguments, 'command'> {
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is too much for doctor.`);
  const taken = new Set(['endpoint', 'model', 'api-key-env', 'json']);
  const wrong = Object.keys(values).find((name) => !taken.has(name));
  if (wrong !== undefined) throw new UsageError(`--${wrong} does not go with doctor.`);
  return {
    endpoint: readEndpoint(values, environment),
    model: values.model,
    apiKey: readKey(values['api-key-env'], environment),
    json: values.json === true,
  };
}

function readEndpoint({ endpoint }: Values, environment: NodeJS.ProcessEnv): string {
  const found = endpoint ?? environment['AGENTLM_ENDPOINT'];
  if (!found) throw new UsageError('Say where the model answers: --endpoint URL, or --endpoint demo.');
  return found;
}

function readNoEndpoint({ endpoint, model }: Values): string {
  if (endpoint !== undefined || model !== undefined) {
    throw new UsageError('--local brings its own endpoint and model: leave --endpoint and --model out.');
  }
  return '';
}

/** The key comes through the environment, never through an argument that `ps` shows to everybody. */
function readKey(name: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  if (name === undefined) return undefined;
  const key = environment[name];
  if (!key) throw new UsageError(`The environment variable ${name} of --api-key-env is not set.`);
  // The commands of the model get what is left of the environment.
  delete environment[name];
  return key;
}

/** The file that the prompt is taken from. Naming one is choosing it. */
function readPrompt({ prompt, 'trained-from': file }: Values): string | undefined {
  if (prompt !== undefined && prompt !== 'own' && prompt !== 'trained')
    throw new UsageError('--prompt is own or trained.');
  if (prompt === 'own' && file !== undefined) throw new UsageError('--trained-from goes with --prompt trained.');
  if (prompt === 'trained' && file === undefined) {
    throw new UsageError('Say which AgentInstruct file the prompt is in: --trained-from FILE.');
  }
  return file === undefined ? undefined : path.resolve(file);
}

function readCount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new UsageError(`${option} wants a whole number from 1.`);
  return count;
}

function readSandbox(values: Values, storage: string): SandboxChoice {
  const { sandbox: kind, network = false, image, engine } = values;
  if (values['include-git'] !== undefined || values.overwrite !== undefined) {
    throw new UsageError('--include-git and --overwrite go with "changes apply".');
  }
  if (kind !== undefined && kind !== 'workspace' && kind !== 'container' && kind !== 'off') {
    throw new UsageError('--sandbox is workspace, container or off.');
  }
  if (kind === 'off' && network) throw new UsageError('Without a sandbox the network is there: leave --network out.');
  if ((kind === 'container') !== (image !== undefined)) {
    throw new UsageError('--sandbox container and --image IMAGE go together.');
  }
  if (kind !== 'container' && engine !== undefined) throw new UsageError('--engine goes with --sandbox container.');
  return { kind, network, image, engine: engine?.split(/\s+/).filter((word) => word !== ''), storage };
}

function readContext(text: string | undefined): number | undefined {
  const tokens = readCount('--context', text);
  if (tokens !== undefined && (tokens < 1024 || tokens > 4096)) {
    throw new UsageError('--context wants a number of tokens from 1024 to 4096.');
  }
  return tokens;
}

function readApproval(text: string, interactive: boolean): TaskOptions['approve'] {
  if (text === 'ask' && !interactive) {
    throw new UsageError('Nobody can be asked here. Say --approve reads, --approve all, or --approve none.');
  }
  if (text === 'all' || text === 'ask' || text === 'reads' || text === 'none') return text;
  throw new UsageError('--approve is ask, reads, all or none.');
}
