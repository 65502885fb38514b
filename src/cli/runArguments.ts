import path from 'node:path';
import { serverUrl } from '../agent/databaseServer';
import type { TaskRequest } from '../agent/session';
import type { TaskKind } from '../agent/task';
import type { Dialect } from '../runtime/sql/messages';
import { parse, readPath, refuse, type ValuesOf } from './readOptions';
import { readServer, serverOptions, type ServerArguments } from './serverArguments';
import {
  promptOptions,
  readPrompt,
  readTaskOptions,
  sandboxOptions,
  taskOptions,
  type TaskOptions,
} from './taskOptions';
import { UsageError } from './usageError';

/** `agentlm run os` and `agentlm run db`. Paths are absolute. */
export interface RunArguments extends TaskOptions {
  readonly command: 'run';
  readonly request: TaskRequest;
  /** AgentInstruct rows whose prompt is sent; undefined for our own. */
  readonly trainedFrom: string | undefined;
  /** A CSV file for the rows of the last query. */
  readonly exportTo: string | undefined;
  /** Of the statements of a database task; MySQL's where it is left out. */
  readonly dialect: Dialect | undefined;
  /** Of a database task on a server. */
  readonly server?: ServerArguments;
}

/** Each goes with one kind of task only. */
const osOptions = { ...sandboxOptions, cwd: { type: 'string' }, 'no-prompt-tail': { type: 'boolean' } } as const;
const databaseOptions = {
  database: { type: 'string' },
  export: { type: 'string' },
  dialect: { type: 'string' },
  tables: { type: 'string' },
  ...serverOptions,
} as const;

const options = {
  ...taskOptions,
  ...promptOptions,
  ...osOptions,
  ...databaseOptions,
} as const;

type Values = ValuesOf<typeof options>;

/**
 * @param argv what follows `run`
 * @param interactive whether somebody is there who can be asked
 * @throws {UsageError}
 */
export function readRun(argv: readonly string[], environment: NodeJS.ProcessEnv, interactive: boolean): RunArguments {
  const { values, positionals } = parse(argv, options, 'run');
  const [kind, problem, ...more] = positionals;
  if (kind !== 'os' && kind !== 'db') throw new UsageError('After "run" comes os or db.');
  if (!problem?.trim()) throw new UsageError('The task is missing. Put it into quotes after the kind.');
  if (more.length > 0) throw new UsageError(`"${more.join(' ')}" is too much. Put the whole task into quotes.`);
  const foreign = kind === 'os' ? databaseOptions : osOptions;
  refuse(values, (name) => Object.hasOwn(foreign, name), `run ${kind}`);
  const server = kind === 'db' ? readServer(values.database, values, environment) : undefined;
  if (server && values.dialect !== undefined)
    throw new UsageError('A server has a dialect of its own: leave --dialect out.');
  const place = server ? serverUrl(server.server) : readPlace(kind, values);
  return {
    command: 'run',
    request: { kind, problem, place, ...readTables(values.tables) },
    exportTo: readPath(values.export),
    dialect: readDialect(values.dialect),
    ...(server && { server }),
    trainedFrom: readPrompt(values),
    ...readTaskOptions(values, environment, interactive),
  };
}

/** @throws {UsageError} */
export function readDialect(name: string | undefined): Dialect | undefined {
  if (name === undefined || name === 'mysql' || name === 'sqlite') return name;
  throw new UsageError('--dialect is mysql or sqlite.');
}

function readPlace(kind: TaskKind, { cwd = '.', database }: Values): string {
  if (kind === 'os') return path.resolve(cwd);
  if (database === undefined)
    throw new UsageError('Say which database: --database FILE, or --database URL of a server.');
  return path.resolve(database);
}

/** A name that holds a comma stands in backticks, like one of MySQL. */
function readTables(text: string | undefined): Pick<TaskRequest, 'tables'> {
  if (text === undefined) return {};
  const names =
    text
      .match(/`(?:[^`]|``)+`|[^,`]+/g)
      ?.map((name) => name.trim())
      .filter((name) => name !== '') ?? [];
  if (names.length === 0) throw new UsageError('Say which tables, with commas between them: --tables orders,customers');
  return { tables: names.map((name) => (name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name)) };
}
