import { parseArgs, type ParseArgsConfig } from 'node:util';
import path from 'node:path';
import { UsageError } from './usageError';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Parts what follows a command into options and the rest.
 * @throws {UsageError} for an option that is not its own, or has no value
 */
export function parse<const Own extends Options>(argv: readonly string[], options: Own, command: string) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const [, unknown] = /'(-[^']*)'/.exec(message) ?? [];
    const words = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? `${unknown} does not go with ${command}.` : message;
    throw new UsageError(words, { cause });
  }
}

/** What parse() makes of options. */
export type ValuesOf<Own extends Options> = ReturnType<typeof parse<Own>>['values'];

/** @throws {UsageError} for an option that would be ignored */
export function refuse(values: object, isForeign: (name: string) => boolean, command: string): void {
  const foreign = Object.keys(values).find(isForeign);
  if (foreign !== undefined) throw new UsageError(`--${foreign} does not go with ${command}.`);
}

/** @throws {UsageError} */
export function readEndpoint(endpoint: string | undefined, environment: NodeJS.ProcessEnv): string {
  const found = endpoint ?? environment['AGENTLM_ENDPOINT'];
  if (!found) throw new UsageError('Say where the model answers: --endpoint URL, or --endpoint demo.');
  return found;
}

/**
 * Secrets come through the environment, never through an argument that `ps` shows to everybody.
 * @throws {UsageError}
 */
export function readKey(
  name: string | undefined,
  environment: NodeJS.ProcessEnv,
  option = '--api-key-env',
): string | undefined {
  if (name === undefined) return undefined;
  const key = environment[name];
  if (!key) throw new UsageError(`The environment variable ${name} of ${option} is not set.`);
  // The commands of the model get what is left of the environment.
  delete environment[name];
  return key;
}

/** @throws {UsageError} */
export function readCount(option: string, text: string | undefined): number | undefined {
  return readNumber(option, text, { whole: true, least: 1 });
}

/**
 * Tokens that the model can read: AgentLM was trained on 4,096.
 * @throws {UsageError}
 */
export function readContext(text: string | undefined): number | undefined {
  return readNumber('--context', text, { whole: true, least: 1024, most: 4096 });
}

/** @throws {UsageError} */
export function readNumber(
  option: string,
  text: string | undefined,
  { whole = false, least = 0, most = Number.MAX_SAFE_INTEGER }: { whole?: boolean; least?: number; most?: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= least && value <= most && (!whole || Number.isSafeInteger(value))) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${option} wants a ${whole ? 'whole ' : ''}number ${range}.`);
}

/** The absolute path of a file or folder that may have been named. */
export function readPath(name: string | undefined): string | undefined {
  return name === undefined ? undefined : path.resolve(name);
}
