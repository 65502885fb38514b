import { parseArgs } from 'node:util';
import path from 'node:path';
import type { RunRequest } from '../agent/session';
import { evalOptionsUsage, evalUsage, parseEval, type EvalArguments } from './evalArguments';
import { UsageError } from './usageError';

export { UsageError };

/** Who decides whether an action runs: everything does, the user is asked, or nothing does. */
export type ApprovalMode = 'all' | 'ask' | 'none';

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
  readonly approve: ApprovalMode;
  readonly record: string | undefined;
  readonly json: boolean;
}

export interface RunArguments extends TaskOptions {
  readonly command: 'run';
  readonly request: RunRequest;
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

export type Arguments = RunArguments | DemoArguments | DoctorArguments | EvalArguments | { readonly command: 'help' };

export const usage = `Usage:
  agentlm run os "<task>" [--cwd DIR] [options]
  agentlm run db "<question>" --database FILE [options]
  agentlm doctor --endpoint URL [--model ID] [--api-key-env NAME] [--json]
  agentlm demo [options]
${evalUsage}
Options:
  --endpoint URL|demo   where the model answers, e.g. http://localhost:8000 (or AGENTLM_ENDPOINT)
  --local FILE.gguf     serve this model with llama-server for the run, instead of --endpoint
  --model ID            as the endpoint calls it; its first model if left out
  --api-key-env NAME    the environment variable that holds the API key
  --steps N             replies the model may give (8 for os, 15 for db)
  --context N           tokens the model can read, at most 4096
  --approve MODE        ask (default), all, or none: whether commands run
  --record FILE         append the run to FILE as AgentInstruct when it answered or finished
  --json                one event a line on standard output; of doctor one object

${evalOptionsUsage}
Exit code: 0 answered or finished, 1 any other outcome, 2 wrong usage, 3 endpoint unreachable or refusing,
130 interrupted. Of doctor: 0 nothing failed, 1 a check failed. Of eval: 0 when every task was attempted.
`;

/**
 * @param interactive whether somebody is there who can be asked
 * @throws {UsageError} saying which argument is wrong.
 */
export function parseArguments(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  interactive: boolean,
): Arguments {
  if (argv[0] === 'eval' && !argv.some((word) => word === '--help' || word === '-h'))
    return parseEval(argv.slice(1), environment);
  const { values, positionals } = parse(argv);
  const [command, ...rest] = positionals;
  if (values.help === true || command === undefined || command === 'help') return { command: 'help' };
  if (command === 'demo') {
    if (rest.length > 0 || values.cwd !== undefined || values.database !== undefined) {
      throw new UsageError('agentlm demo has a folder and a database of its own: leave them out.');
    }
    const defaults = { ...(values.local === undefined && { endpoint: 'demo' }), approve: 'all', ...values };
    return { command, ...readTaskOptions(defaults, environment, interactive) };
  }
  if (command === 'doctor') return { command, ...readDoctor(rest, values, environment) };
  if (command !== 'run') throw new UsageError(`There is no command "${command}".`);
  return { command, request: readRequest(rest, values), ...readTaskOptions(values, environment, interactive) };
}

function readTaskOptions(values: Values, environment: NodeJS.ProcessEnv, interactive: boolean): TaskOptions {
  return {
    endpoint: values.local === undefined ? readEndpoint(values, environment) : readNoEndpoint(values),
    local: values.local === undefined ? undefined : path.resolve(values.local),
    model: values.model,
    apiKey: readKey(values['api-key-env'], environment),
    steps: readCount('--steps', values.steps),
    context: readContext(values.context),
    approve: readMode(values.approve ?? 'ask', interactive),
    record: values.record,
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
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readRequest([kind, problem, ...more]: readonly string[], { cwd, database }: Values): RunRequest {
  if (kind !== 'os' && kind !== 'db') throw new UsageError('After "run" comes os or db.');
  if (!problem?.trim()) throw new UsageError('The task is missing. Put it into quotes after the kind.');
  if (more.length > 0) throw new UsageError(`"${more.join(' ')}" is too much. Put the whole task into quotes.`);
  if (kind === 'os') {
    if (database !== undefined) throw new UsageError('--database goes with "run db".');
    return { kind, problem, place: path.resolve(cwd ?? '.') };
  }
  if (cwd !== undefined) throw new UsageError('--cwd goes with "run os".');
  if (database === undefined) throw new UsageError('Say which database: --database FILE.');
  return { kind, problem, place: path.resolve(database) };
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

function readCount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new UsageError(`${option} wants a whole number from 1.`);
  return count;
}

function readContext(text: string | undefined): number | undefined {
  const tokens = readCount('--context', text);
  if (tokens !== undefined && (tokens < 1024 || tokens > 4096)) {
    throw new UsageError('--context wants a number of tokens from 1024 to 4096.');
  }
  return tokens;
}

function readMode(text: string, interactive: boolean): ApprovalMode {
  if (text === 'ask' && !interactive) {
    throw new UsageError('Nobody can be asked here. Say --approve all, or --approve none.');
  }
  if (text === 'all' || text === 'ask' || text === 'none') return text;
  throw new UsageError('--approve is all, ask or none.');
}
