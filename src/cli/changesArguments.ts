import { storageFolder } from './storageFolder';
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

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** @throws {UsageError} */
export function readChanges(
  [name = 'list', id, ...paths]: readonly string[],
  { json = false, 'include-git': includeGit = false, overwrite = false, ...others }: Values,
  environment: NodeJS.ProcessEnv,
): ChangesArguments {
  const [surplus] = Object.keys(others);
  if (surplus !== undefined) throw new UsageError(`--${surplus} does not go with changes.`);
  const rest = { command: 'changes', storage: storageFolder(environment), json: json === true } as const;
  if (name !== 'apply' && (includeGit !== false || overwrite !== false)) {
    throw new UsageError('--include-git and --overwrite go with "changes apply".');
  }
  if (name === 'list') {
    if (id !== undefined) throw new UsageError(`"${id}" is too much. To see one run: agentlm changes show ${id}`);
    return { ...rest, action: { name } };
  }
  if (name !== 'show' && name !== 'discard' && name !== 'apply') {
    throw new UsageError(`After "changes" comes list, show, apply or discard, not "${name}".`);
  }
  if (id === undefined)
    throw new UsageError(`Say of which run: agentlm changes ${name} ID. "agentlm changes" lists them.`);
  if (name === 'apply') {
    const selected = paths.length === 0 ? 'all' : paths;
    return {
      ...rest,
      action: { name, id, paths: selected, includeGit: includeGit === true, overwrite: overwrite === true },
    };
  }
  if (paths.length > 0) throw new UsageError(`"${paths.join(' ')}" is too much for "changes ${name}".`);
  return { ...rest, action: { name, id } };
}
