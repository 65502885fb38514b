import path from 'node:path';
import { parseArgs } from 'node:util';
import { exportNames, type ExportName } from '../agent/trainingExport';
import type { MixChoice } from '../agent/trainingMix';
import { fetchUsage, parseFetchArguments, type FetchArguments } from './fetchArguments';
import { readCount, readNumber, readPath } from './readOptions';
import { UsageError } from './usageError';

interface Reading {
  readonly files: readonly string[];
  readonly maxTokens: number;
  readonly json: boolean;
}

export interface ConvertArguments extends Reading {
  readonly command: 'convert';
  readonly to: ExportName;
  readonly out: string;
  readonly learnGiven: boolean;
  /** Nothing is written when a row is refused. */
  readonly strict: boolean;
  readonly force: boolean;
}

export interface MixArguments extends MixChoice {
  readonly command: 'mix';
  /** A recipe that is followed; the other settings are then its own. */
  readonly fromRecipe: string | undefined;
  readonly out: string;
  readonly recipe: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

export type DatasetArguments =
  (Reading & { readonly command: 'validate' | 'stats' | 'errors' }) | ConvertArguments | MixArguments | FetchArguments;

export const datasetUsage = `  agentlm dataset validate FILE... [--max-tokens N] [--json]
  agentlm dataset stats FILE... [--max-tokens N] [--json]
  agentlm dataset errors FILE... [--max-tokens N] [--json]
  agentlm dataset convert FILE... --to FORMAT --out FILE [--max-tokens N] [--learn-given] [--strict] [--force] [--json]
  agentlm dataset mix --agent FILE... --general FILE... [--eta 0.2] [--seed N] [--total N] [--validation SHARE]
                      [--leak-check SUITE] --out FILE [--recipe FILE] [--force] [--json]
  agentlm dataset mix --from-recipe FILE --out FILE [--force] [--json]
${fetchUsage}`;

const options = {
  to: { type: 'string' },
  out: { type: 'string' },
  'max-tokens': { type: 'string' },
  'learn-given': { type: 'boolean' },
  strict: { type: 'boolean' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
  agent: { type: 'string', multiple: true },
  general: { type: 'string', multiple: true },
  eta: { type: 'string' },
  seed: { type: 'string' },
  total: { type: 'string' },
  validation: { type: 'string' },
  'leak-check': { type: 'string' },
  recipe: { type: 'string' },
  'from-recipe': { type: 'string' },
} as const;

type Option = keyof typeof options;

const reading: readonly Option[] = ['max-tokens', 'json'];
const taken: Readonly<Record<Exclude<DatasetArguments['command'], 'fetch'>, readonly Option[]>> = {
  validate: reading,
  stats: reading,
  errors: reading,
  convert: [...reading, 'to', 'out', 'learn-given', 'strict', 'force'],
  mix: [
    'agent',
    'general',
    'eta',
    'seed',
    'total',
    'validation',
    'leak-check',
    'out',
    'recipe',
    'from-recipe',
    'force',
    'json',
  ],
};

/** @throws {UsageError} saying which argument is wrong. */
export function parseDatasetArguments(
  [command, ...argv]: readonly string[],
  environment: NodeJS.ProcessEnv,
): DatasetArguments {
  if (command === 'fetch') return parseFetchArguments(argv, environment);
  if (!isCommand(command))
    throw new UsageError('After "dataset" comes validate, stats, errors, convert, mix or fetch.');
  const { values, files, agent, general } = parse(argv);
  const wrong = (Object.keys(values) as Option[]).find((name) => !taken[command].includes(name));
  if (wrong !== undefined) throw new UsageError(`--${wrong} does not go with dataset ${command}.`);
  const json = values.json === true;
  const force = values.force === true;
  if (command === 'mix') {
    if (files.length > 0) throw new UsageError(`Say whether "${files[0]}" is --agent or --general.`);
    return { command, ...readMix(values, agent, general), force, json };
  }
  if (files.length === 0) throw new UsageError(`Say which file: agentlm dataset ${command} FILE.`);
  const common = {
    files: files.map((file) => path.resolve(file)),
    maxTokens: readCount('--max-tokens', values['max-tokens']) ?? 4096,
    json,
  };
  if (command !== 'convert') return { command, ...common };
  const to = exportNames.find((name) => name === values.to);
  if (to === undefined) throw new UsageError(`Say which format: --to ${exportNames.join(', ')}.`);
  const out = readOut(values.out);
  if (values['learn-given'] === true && to !== 'fastchat')
    throw new UsageError('--learn-given goes with --to fastchat.');
  return {
    command,
    ...common,
    to,
    out,
    learnGiven: values['learn-given'] === true,
    strict: values.strict === true,
    force,
  };
}

type Values = ReturnType<typeof parse>['values'];

/** `--agent a b --general c d`: a name belongs to the option before it. */
function parse(argv: readonly string[]) {
  try {
    const { values, tokens } = parseArgs({
      args: [...argv],
      options,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const lists: Record<'files' | 'agent' | 'general', string[]> = { files: [], agent: [], general: [] };
    let list = lists.files;
    for (const token of tokens) {
      if (token.kind === 'positional') list.push(token.value);
      if (token.kind !== 'option') continue;
      list = token.name === 'agent' || token.name === 'general' ? lists[token.name] : lists.files;
      if (list !== lists.files && token.value !== undefined) list.push(token.value);
    }
    return { values, ...lists };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function isCommand(text: string | undefined): text is keyof typeof taken {
  return text !== undefined && Object.hasOwn(taken, text);
}

function readMix(
  values: Values,
  agent: readonly string[],
  general: readonly string[],
): Omit<MixArguments, 'command' | 'force' | 'json'> {
  const fromRecipe = values['from-recipe'];
  const out = readOut(values.out);
  if (fromRecipe !== undefined) {
    const other = (['agent', 'general', 'eta', 'seed', 'total', 'validation', 'leak-check', 'recipe'] as const).find(
      (name) => values[name] !== undefined,
    );
    if (other !== undefined) throw new UsageError(`The recipe says it all: leave --${other} out.`);
  } else if (agent.length === 0 || general.length === 0) {
    throw new UsageError('A mixture has two sides: --agent FILE... and --general FILE...');
  }
  return {
    fromRecipe: readPath(fromRecipe),
    agent: agent.map((file) => path.resolve(file)),
    general: general.map((file) => path.resolve(file)),
    eta: readShare('--eta', values.eta) ?? 0.2,
    seed: readNumber('--seed', values.seed, { whole: true }) ?? 0,
    total: readCount('--total', values.total),
    validation: readShare('--validation', values.validation) ?? 0,
    leakCheck: readPath(values['leak-check']),
    out,
    recipe: readPath(values.recipe),
  };
}

function readOut(out: string | undefined): string {
  if (out === undefined || out === '') throw new UsageError('Say where to write: --out FILE.');
  return path.resolve(out);
}

function readShare(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0 && number <= 1))
    throw new UsageError(`${option} wants a share from 0 to 1, e.g. 0.2.`);
  return number;
}
