import { parse } from './readOptions';
import { readPassword } from './serverArguments';
import { stateFolder } from './stateFolder';
import { UsageError } from './usageError';

export interface DbChangesArguments {
  readonly command: 'db-changes';
  readonly storage: string;
  readonly json: boolean;
  readonly action:
    | { readonly name: 'list' }
    /** `id` may be its beginning. */
    | { readonly name: 'show' | 'discard'; readonly id: string }
    | {
        readonly name: 'apply';
        readonly id: string;
        readonly conflicts: 'refuse' | 'skip';
        /** Of the server that the changes are made on. */
        readonly password?: string;
      };
}

export const dbChangesUsage = `  agentlm db-changes [list] [--json]
  agentlm db-changes show|discard ID [--json]
  agentlm db-changes apply ID [--skip-conflicts] [--db-password-env NAME] [--json]
`;

const options = {
  'skip-conflicts': { type: 'boolean' },
  'db-password-env': { type: 'string' },
  json: { type: 'boolean' },
} as const;

/**
 * @param argv what follows `db-changes`
 * @throws {UsageError}
 */
export function readDbChanges(argv: readonly string[], environment: NodeJS.ProcessEnv): DbChangesArguments {
  const {
    values: { json = false, 'skip-conflicts': skip = false, 'db-password-env': variable },
    positionals: [name = 'list', id, surplus],
  } = parse(argv, options, 'db-changes');
  const rest = { command: 'db-changes', storage: stateFolder(environment, 'databases'), json } as const;
  if (name !== 'apply' && skip) throw new UsageError('--skip-conflicts goes with "db-changes apply".');
  if (name !== 'apply' && variable !== undefined) {
    throw new UsageError('--db-password-env goes with "db-changes apply".');
  }
  if (name === 'list') {
    if (id !== undefined) throw new UsageError(`"${id}" is too much. To see one run: agentlm db-changes show ${id}`);
    return { ...rest, action: { name } };
  }
  if (name !== 'show' && name !== 'apply' && name !== 'discard') {
    throw new UsageError(`After "db-changes" comes list, show, apply or discard, not "${name}".`);
  }
  if (!id) throw new UsageError(`Say of which run: agentlm db-changes ${name} ID. "agentlm db-changes" lists them.`);
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is too much for "db-changes ${name}".`);
  if (name === 'apply') {
    const password = readPassword(variable, environment);
    return {
      ...rest,
      action: { name, id, conflicts: skip ? 'skip' : 'refuse', ...(password !== undefined && { password }) },
    };
  }
  return { ...rest, action: { name, id } };
}
