import { parseArgs } from 'node:util';
import { UsageError } from './usageError';

export type DbChangesArguments = { readonly json: boolean } & (
  | { readonly action: 'list' }
  /** `id` may be its beginning. */
  | { readonly action: 'show' | 'discard'; readonly id: string }
  | { readonly action: 'apply'; readonly id: string; readonly conflicts: 'refuse' | 'skip' }
);

export const dbChangesUsage = `  agentlm db-changes [list] [--json]
  agentlm db-changes show|discard ID [--json]
  agentlm db-changes apply ID [--skip-conflicts] [--json]
`;

const options = { 'skip-conflicts': { type: 'boolean' }, json: { type: 'boolean' } } as const;

/**
 * @param argv what follows `db-changes`
 * @throws {UsageError}
 */
export function parseDbChangesArguments(argv: readonly string[]): DbChangesArguments {
  const { values, positionals } = parse(argv);
  const [action = 'list', id, surplus] = positionals;
  const json = values.json === true;
  if (action !== 'apply' && values['skip-conflicts'] === true) {
    throw new UsageError('--skip-conflicts goes with "db-changes apply".');
  }
  if (action !== 'list' && action !== 'show' && action !== 'apply' && action !== 'discard') {
    throw new UsageError(`After "db-changes" comes list, show, apply or discard, not "${action}".`);
  }
  if (action === 'list') {
    if (id !== undefined) throw new UsageError(`"${id}" is too much for db-changes list.`);
    return { action, json };
  }
  if (!id) throw new UsageError(`Say which changes: agentlm db-changes ${action} ID. The list tells the IDs.`);
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is too much for db-changes ${action}.`);
  if (action !== 'apply') return { action, id, json };
  return { action, id, json, conflicts: values['skip-conflicts'] === true ? 'skip' : 'refuse' };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
