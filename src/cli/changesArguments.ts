import { parse } from './readOptions';
import { stateFolder } from './stateFolder';
import { UsageError } from './usageError';

export interface ChangesArguments {
  readonly command: 'changes';
  readonly storage: string;
  readonly json: boolean;
  readonly action:
    | { readonly name: 'list' }
    | { readonly name: 'show' | 'discard'; readonly id: string }
    | {
        readonly name: 'apply';
        readonly id: string;
        readonly paths: 'all' | readonly string[];
        readonly includeGit: boolean;
        readonly overwrite: boolean;
      };
}

const options = {
  'include-git': { type: 'boolean' },
  overwrite: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/**
 * @param argv what follows `changes`
 * @throws {UsageError}
 */
export function readChanges(argv: readonly string[], environment: NodeJS.ProcessEnv): ChangesArguments {
  const {
    values: { json = false, 'include-git': includeGit = false, overwrite = false },
    positionals: [name = 'list', id, ...paths],
  } = parse(argv, options, 'changes');
  const rest = { command: 'changes', storage: stateFolder(environment, 'runs'), json } as const;
  if (name !== 'apply' && (includeGit || overwrite)) {
    throw new UsageError('--include-git and --overwrite go with "changes apply".');
  }
  if (name === 'list') {
    if (id !== undefined) throw new UsageError(`"${id}" is too much. To see one run: agentlm changes show ${id}`);
    return { ...rest, action: { name } };
  }
  if (name !== 'show' && name !== 'discard' && name !== 'apply') {
    throw new UsageError(`After "changes" comes list, show, apply or discard, not "${name}".`);
  }
  if (!id) throw new UsageError(`Say of which run: agentlm changes ${name} ID. "agentlm changes" lists them.`);
  if (name === 'apply') {
    return { ...rest, action: { name, id, paths: paths.length === 0 ? 'all' : paths, includeGit, overwrite } };
  }
  if (paths.length > 0) throw new UsageError(`"${paths.join(' ')}" is too much for "changes ${name}".`);
  return { ...rest, action: { name, id } };
}
