import { isServerUrl, readServerUrl, serverUrl, type DatabaseServer } from '../agent/databaseServer';
import { UserError } from '../agent/errors';
import { readKey, type ValuesOf } from './readOptions';
import { UsageError } from './usageError';

/** A database on a server, as it was named on the command line. */
export interface ServerArguments {
  readonly server: DatabaseServer;
  readonly password: string | undefined;
}

export const serverOptions = {
  'db-access': { type: 'string' },
  'db-scratch': { type: 'string' },
  'db-password-env': { type: 'string' },
} as const;

type Values = ValuesOf<typeof serverOptions>;

/**
 * @param database what `--database` says
 * @returns undefined for a file
 * @throws {UsageError}
 */
export function readServer(
  database: string | undefined,
  values: Values,
  environment: NodeJS.ProcessEnv,
): ServerArguments | undefined {
  if (database === undefined || !isServerUrl(database)) {
    const [foreign] = Object.keys(serverOptions).filter((name) => Object.hasOwn(values, name));
    if (foreign !== undefined)
      throw new UsageError(`--${foreign} goes with a server: --database mysql://… or postgres://…`);
    return undefined;
  }
  const access = values['db-access'];
  const scratch = values['db-scratch'];
  if (access !== 'read' && access !== 'scratch') {
    throw new UsageError(
      'Say what the agent may do on the server: --db-access read, or --db-access scratch for a copy of the tables.',
    );
  }
  if (scratch !== undefined && access !== 'scratch')
    throw new UsageError('--db-scratch goes with --db-access scratch.');
  if (scratch !== undefined && scratch !== 'server' && scratch !== 'local') {
    throw new UsageError('--db-scratch is server or local.');
  }
  const server: DatabaseServer = { ...readUrl(database), access, ...(scratch !== undefined && { scratch }) };
  return { server, password: readPassword(values['db-password-env'], environment) };
}

/** @throws {UsageError} */
export function readPassword(name: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  const password = name === undefined ? environment[usualVariable] : readKey(name, environment, '--db-password-env');
  delete environment[usualVariable];
  return password;
}

/** Read where no other one is named. */
const usualVariable = 'AGENTLM_DB_PASSWORD';

function readUrl(text: string): Omit<DatabaseServer, 'access'> {
  try {
    const { server, password } = readServerUrl(text);
    if (password === undefined) return server;
    throw new UsageError(
      `Everybody can see what stands in a command line, so no password may: --database ${serverUrl(server)}, and the ` +
        `password in the environment variable ${usualVariable}.`,
    );
  } catch (error) {
    throw UserError.is(error) ? new UsageError(error.message, { cause: error }) : error;
  }
}
