import path from 'node:path';
import { agentInstruct } from '../agent/agentInstruct';
import { parse, readKey } from './readOptions';
import { UsageError } from './usageError';

/** `agentlm dataset fetch`. */
export interface FetchArguments {
  readonly command: 'fetch';
  readonly repository: string;
  readonly revision: string;
  readonly hub: string;
  readonly token: string | undefined;
  /** Words that the path of a file has to hold one of; all files where there is none. */
  readonly splits: readonly string[];
  /** Absolute; undefined where the files are only listed. */
  readonly out: string | undefined;
  readonly json: boolean;
}

export const fetchUsage = `  agentlm dataset fetch [${agentInstruct}] (--out FOLDER | --list) [--split os]... [--revision main]
                      [--hub https://huggingface.co] [--token-env NAME] [--json]
`;

const options = {
  split: { type: 'string', multiple: true },
  out: { type: 'string' },
  list: { type: 'boolean' },
  revision: { type: 'string' },
  hub: { type: 'string' },
  'token-env': { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** @throws {UsageError} saying which argument is wrong. */
export function parseFetchArguments(argv: readonly string[], environment: NodeJS.ProcessEnv): FetchArguments {
  const { values, positionals } = parse(argv, options, 'dataset fetch');
  const [repository = agentInstruct, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`Name one data set at a time, e.g. ${agentInstruct}.`);
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new UsageError(`"${repository}" is no data set of the hub: its name has an owner, e.g. ${agentInstruct}.`);
  }
  if ((values.out === undefined) === (values.list !== true)) {
    throw new UsageError('Say where to write the files: --out FOLDER; or only list them: --list.');
  }
  return {
    command: 'fetch',
    repository,
    revision: values.revision ?? 'main',
    hub: readHub(values.hub ?? environment['HF_ENDPOINT'] ?? 'https://huggingface.co'),
    token: readKey(values['token-env'], environment, '--token-env'),
    splits: values.split ?? [],
    out: values.out === undefined ? undefined : path.resolve(values.out),
    json: values.json === true,
  };
}

function readHub(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new UsageError('--hub wants an address such as https://huggingface.co.');
  }
  return text.replace(/\/+$/, '');
}
