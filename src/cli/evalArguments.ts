import path from 'node:path';
import type { Rules } from '../agent/evaluation';
import type { TaskKind } from '../agent/task';
import {
  parse,
  readContext,
  readCount,
  readEndpoint,
  readKey,
  readNumber,
  readPath,
  refuse,
  type ValuesOf,
} from './readOptions';
import { promptOptions, readEngine, readPrompt } from './taskOptions';
import { UsageError } from './usageError';

/** `agentlm eval os` and `agentlm eval db`. Paths are absolute. */
export interface EvalRunArguments {
  readonly command: 'eval';
  readonly kind: TaskKind;
  readonly suite: string;
  readonly scripts: string | undefined;
  readonly endpoint: string;
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
  readonly concurrency: number;
  readonly limit: number | undefined;
  readonly shard: { readonly index: number; readonly count: number } | undefined;
  readonly out: string | undefined;
  readonly resume: boolean;
  readonly rules: Rules;
  readonly repeat: number;
  readonly seed: number | undefined;
  readonly temperature: number;
  readonly replyTokens: number | undefined;
  readonly steps: number | undefined;
  readonly context: number | undefined;
  /** AgentInstruct rows whose prompt is sent; undefined for our own. */
  readonly trainedFrom: string | undefined;
  /** Whether the output of commands ends with the prompt of the shell. */
  readonly promptTail: boolean;
  readonly constrain: boolean;
  readonly retries: number;
  readonly image: string | undefined;
  /** The program that makes containers, and what comes before its commands; podman or docker of the PATH if left out. */
  readonly engine: readonly string[] | undefined;
  readonly network: boolean;
  readonly databaseUrl: string | undefined;
  readonly prices: Prices | undefined;
  readonly json: boolean;
}

/** `agentlm eval report`. */
export interface EvalReportArguments {
  readonly command: 'eval-report';
  readonly files: readonly string[];
  readonly html: string | undefined;
  readonly prices: Prices | undefined;
  readonly json: boolean;
}

export type EvalArguments = EvalRunArguments | EvalReportArguments;

interface Prices {
  readonly prompt: number;
  readonly completion: number;
}

export const evalUsage = `  agentlm eval os --suite FILE|DIR [--scripts DIR] --endpoint URL [options] [eval options]
  agentlm eval db --suite FILE|DIR [--engine sqlite|mysql --database-url URL] --endpoint URL …
  agentlm eval report RESULTS.jsonl… [--html FILE] [--price P,C] [--json]
`;

export const evalOptionsUsage = `Options of eval (docs/evaluation.md):
  --out RESULTS.jsonl   keep each result as it comes; --resume goes on with such a file
  --concurrency N       tasks side by side (1)
  --limit N             only the first N tasks of the suite
  --shard I/N           of these only every Nth, from the Ith on: for several machines
  --repeat N --seed S   attempts at each task, for pass@k; --temperature T (0 is greedy)
  --rules old|new       those of the paper (old), or AgentBench's newer ones
  --reply-tokens N      of one reply (128 by the old rules, 512 by the new); --steps N of one task
  --prompt trained      what AgentLM was trained on, taken from --trained-from FILE of AgentInstruct, as in run
  --no-prompt-tail      do not end the output of commands with the prompt of the shell
  --constrain           hold replies to the action grammar, which the paper did not
  --retries N           of a task that failed through endpoint or machine (2)
  --image IMAGE         run OS tasks in containers of it; --container-engine "podman …"
  --network             let OS tasks reach the network
  --price P,C           of a million tokens read and written, for the cost
`;

const options = {
  suite: { type: 'string' },
  scripts: { type: 'string' },
  endpoint: { type: 'string' },
  model: { type: 'string' },
  'api-key-env': { type: 'string' },
  concurrency: { type: 'string' },
  limit: { type: 'string' },
  shard: { type: 'string' },
  out: { type: 'string' },
  resume: { type: 'boolean' },
  rules: { type: 'string' },
  repeat: { type: 'string' },
  seed: { type: 'string' },
  temperature: { type: 'string' },
  'reply-tokens': { type: 'string' },
  steps: { type: 'string' },
  context: { type: 'string' },
  ...promptOptions,
  'no-prompt-tail': { type: 'boolean' },
  constrain: { type: 'boolean' },
  retries: { type: 'string' },
  image: { type: 'string' },
  'container-engine': { type: 'string' },
  network: { type: 'boolean' },
  engine: { type: 'string' },
  'database-url': { type: 'string' },
  price: { type: 'string' },
  html: { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Values = ValuesOf<typeof options>;

/** Which options go with what; the others would be ignored, so they are refused. */
const ofReport = new Set(['html', 'price', 'json']);
const ofRunsOnly: Readonly<Record<TaskKind, ReadonlySet<string>>> = {
  os: new Set(['engine', 'database-url', 'html']),
  db: new Set(['scripts', 'image', 'container-engine', 'network', 'no-prompt-tail', 'html']),
};

/**
 * @param argv what follows `agentlm eval`
 * @throws {UsageError}
 */
export function readEval(argv: readonly string[], environment: NodeJS.ProcessEnv): EvalArguments {
  const { values, positionals } = parse(argv, options, 'eval');
  const [kind, ...rest] = positionals;
  if (kind === 'report') return readReport(rest, values);
  if (kind !== 'os' && kind !== 'db') throw new UsageError('After "eval" comes os, db or report.');
  if (rest.length > 0) throw new UsageError(`"${rest.join(' ')}" is too much for eval ${kind}.`);
  refuse(values, (name) => ofRunsOnly[kind].has(name), `eval ${kind}`);
  return readRun(kind, values, environment);
}

function readRun(kind: TaskKind, values: Values, environment: NodeJS.ProcessEnv): EvalRunArguments {
  if (values.suite === undefined) throw new UsageError('Say which tasks: --suite FILE, or a folder of them.');
  if (values.resume === true && values.out === undefined)
    throw new UsageError('--resume needs --out: the file to go on with.');
  return {
    command: 'eval',
    kind,
    suite: path.resolve(values.suite),
    scripts: readPath(values.scripts),
    endpoint: readEndpoint(values.endpoint, environment),
    model: values.model,
    apiKey: readKey(values['api-key-env'], environment),
    concurrency: readCount('--concurrency', values.concurrency) ?? 1,
    limit: readCount('--limit', values.limit),
    shard: readShard(values.shard),
    out: readPath(values.out),
    resume: values.resume === true,
    rules: readRules(values.rules ?? 'old'),
    repeat: readCount('--repeat', values.repeat) ?? 1,
    seed: readNumber('--seed', values.seed, { whole: true, most: 2 ** 31 - 1 }),
    temperature: readNumber('--temperature', values.temperature, { most: 2 }) ?? 0,
    replyTokens: readCount('--reply-tokens', values['reply-tokens']),
    steps: readCount('--steps', values.steps),
    context: readContext(values.context),
    trainedFrom: readPrompt(values),
    promptTail: values['no-prompt-tail'] !== true,
    constrain: values.constrain === true,
    retries: readNumber('--retries', values.retries, { whole: true, most: 100 }) ?? 2,
    image: values.image,
    engine: readEngine(values['container-engine']),
    network: values.network === true,
    databaseUrl: readDatabaseUrl(values, environment),
    prices: readPrices(values.price),
    json: values.json === true,
  };
}

function readReport(files: readonly string[], values: Values): EvalReportArguments {
  refuse(values, (name) => !ofReport.has(name), 'eval report');
  if (files.length === 0) throw new UsageError('Say which results: agentlm eval report RESULTS.jsonl…');
  return {
    command: 'eval-report',
    files: files.map((file) => path.resolve(file)),
    html: readPath(values.html),
    prices: readPrices(values.price),
    json: values.json === true,
  };
}

/** Its password may stand in AGENTLM_DATABASE_URL instead. */
function readDatabaseUrl(values: Values, environment: NodeJS.ProcessEnv): string | undefined {
  const { engine = values['database-url'] === undefined ? 'sqlite' : 'mysql' } = values;
  if (engine !== 'sqlite' && engine !== 'mysql') throw new UsageError('--engine is sqlite or mysql.');
  if (engine === 'sqlite') {
    if (values['database-url'] !== undefined) throw new UsageError('--database-url goes with --engine mysql.');
    return undefined;
  }
  const url = values['database-url'] ?? environment['AGENTLM_DATABASE_URL'];
  delete environment['AGENTLM_DATABASE_URL'];
  if (!url || !URL.canParse(url)) {
    throw new UsageError('Say which server: --database-url mysql://user:password@host:port, or AGENTLM_DATABASE_URL.');
  }
  return url;
}

function readRules(text: string): Rules {
  if (text === 'old' || text === 'new') return text;
  throw new UsageError('--rules is old or new.');
}

function readShard(text: string | undefined): EvalRunArguments['shard'] {
  if (text === undefined) return undefined;
  const [, index = 0, count = 0] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (index < 1 || index > count) throw new UsageError('--shard is I/N with I from 1 to N, e.g. 2/8.');
  return { index, count };
}

function readPrices(text: string | undefined): Prices | undefined {
  if (text === undefined) return undefined;
  const [prompt = NaN, completion = NaN, ...more] = text.split(',').map(Number);
  if (!(prompt >= 0 && completion >= 0) || more.length > 0) {
    throw new UsageError('--price is P,C: the prices of a million tokens read and written, e.g. 0.2,0.6.');
  }
  return { prompt, completion };
}
