import path from 'node:path';
import type { TaskKind } from '../agent/task';
import { parse, readContext, readCount, readKey, readNumber, readPath, refuse, type ValuesOf } from './readOptions';
import { endpointOptions, readEngine, readModelPlace, type ModelPlace } from './taskOptions';
import { UsageError } from './usageError';

/** What both commands have in common. Paths are absolute. */
interface TasksOptions extends ModelPlace {
  readonly apiKey: string | undefined;
  readonly context: number | undefined;
  readonly temperature: number | undefined;
  readonly seed: number | undefined;
  /** Container image; a view of this machine's root where it is left out. */
  readonly image: string | undefined;
  readonly engine: readonly string[] | undefined;
  /** Nobody is asked before something runs. */
  readonly yes: boolean;
  readonly json: boolean;
}

/** `agentlm tasks propose`. */
export interface ProposeArguments extends TasksOptions {
  readonly command: 'tasks-propose';
  readonly kind: TaskKind;
  /** A folder, or a database. */
  readonly place: string;
  readonly file: string;
  readonly count: number;
}

/** `agentlm tasks run`. */
export interface RunTasksArguments extends TasksOptions {
  readonly command: 'tasks-run';
  readonly file: string;
  readonly folder: string;
  readonly resume: boolean;
  readonly concurrency: number;
  readonly steps: number | undefined;
  readonly replyTokens: number | undefined;
  readonly constrain: boolean;
  readonly network: boolean;
}

export type TasksArguments = ProposeArguments | RunTasksArguments;

export const tasksUsage = `  agentlm tasks propose --cwd DIR|--database FILE [--count N] [--out FILE] [--image IMAGE] [--yes] [--json] …
  agentlm tasks run FILE --out DIR [--resume] [--concurrency N] [--image IMAGE] [--network] [--yes] [--json] …
`;

const commonOptions = {
  ...endpointOptions,
  temperature: { type: 'string' },
  seed: { type: 'string' },
  image: { type: 'string' },
  'container-engine': { type: 'string' },
  out: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const proposeOptions = { cwd: { type: 'string' }, database: { type: 'string' }, count: { type: 'string' } } as const;

const runOptions = {
  resume: { type: 'boolean' },
  concurrency: { type: 'string' },
  steps: { type: 'string' },
  'reply-tokens': { type: 'string' },
  constrain: { type: 'boolean' },
  network: { type: 'boolean' },
} as const;

const options = { ...commonOptions, ...proposeOptions, ...runOptions } as const;

type Values = ValuesOf<typeof options>;

/**
 * @param argv what follows `tasks`
 * @param interactive whether somebody is there who can be asked
 * @throws {UsageError}
 */
export function readTasks(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  interactive: boolean,
): TasksArguments {
  const { values, positionals } = parse(argv, options, 'tasks');
  const [what, ...rest] = positionals;
  if (what !== 'propose' && what !== 'run') throw new UsageError('After "tasks" comes propose or run.');
  const foreign = what === 'propose' ? runOptions : proposeOptions;
  refuse(values, (name) => Object.hasOwn(foreign, name), `tasks ${what}`);
  const [file, ...surplus] = what === 'run' ? rest : ['', ...rest];
  if (surplus.length > 0) throw new UsageError(`"${surplus.join(' ')}" is too much for tasks ${what}.`);
  if (file === undefined) throw new UsageError('Say which tasks: agentlm tasks run FILE.agentlm-suite.json');
  const read = what === 'run' ? readRun(file, values) : readPropose(values);
  if (values.yes !== true && !interactive) {
    throw new UsageError('Nobody can be asked here whether tasks may run. Look at them, and add --yes.');
  }
  return { ...read, ...readCommon(values, environment) };
}

function readPropose(values: Values): Omit<ProposeArguments, keyof TasksOptions> {
  const { cwd, database, out } = values;
  if ((cwd === undefined) === (database === undefined)) {
    throw new UsageError('Say what the tasks are to be about: --cwd DIR, or --database FILE.');
  }
  if (database !== undefined && /^\w+:\/\//.test(database)) {
    throw new UsageError('Tasks are tried out on copies of a file: --database names one, and no server.');
  }
  const place = path.resolve(cwd ?? database ?? '');
  const own =
    cwd === undefined
      ? path.join(path.dirname(place), `${path.basename(place, path.extname(place))}.agentlm-suite.json`)
      : path.join(place, 'tasks.agentlm-suite.json');
  return {
    command: 'tasks-propose',
    kind: cwd === undefined ? 'db' : 'os',
    place,
    file: readPath(out) ?? own,
    count: readNumber('--count', values.count, { whole: true, least: 1, most: 500 }) ?? 10,
  };
}

function readRun(file: string, values: Values): Omit<RunTasksArguments, keyof TasksOptions> {
  if (!file.endsWith('.agentlm-suite.json')) {
    throw new UsageError(`The name of a task file ends in .agentlm-suite.json, and ${file} does not.`);
  }
  if (values.out === undefined) {
    throw new UsageError('Say where the trajectories go: --out DIR, for example .agentlm/trajectories.');
  }
  return {
    command: 'tasks-run',
    file: path.resolve(file),
    folder: path.resolve(values.out),
    resume: values.resume === true,
    concurrency: readCount('--concurrency', values.concurrency) ?? 4,
    steps: readCount('--steps', values.steps),
    replyTokens: readCount('--reply-tokens', values['reply-tokens']),
    constrain: values.constrain === true,
    network: values.network === true,
  };
}

function readCommon(values: Values, environment: NodeJS.ProcessEnv): TasksOptions {
  const { image, 'container-engine': engine } = values;
  if (image === undefined && engine !== undefined) throw new UsageError('--container-engine goes with --image IMAGE.');
  return {
    ...readModelPlace(values, environment),
    apiKey: readKey(values['api-key-env'], environment),
    context: readContext(values.context),
    temperature: readNumber('--temperature', values.temperature, { most: 2 }),
    seed: readNumber('--seed', values.seed, { whole: true, most: 2 ** 31 - 1 }),
    image,
    engine: readEngine(engine),
    yes: values.yes === true,
    json: values.json === true,
  };
}
