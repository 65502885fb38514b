import type { ApprovalMode } from '../agent/approval';
import type { SandboxKind } from '../agent/environment';
import { readContext, readCount, readEndpoint, readKey, readPath, type ValuesOf } from './readOptions';
import { stateFolder } from './stateFolder';
import { UsageError } from './usageError';

/** Where a model answers. */
export interface ModelPlace {
  /** A base URL, or `demo`. */
  readonly endpoint: string;
  /** A GGUF file that is served for this run, instead of an endpoint. */
  readonly local: string | undefined;
  readonly model: string | undefined;
}

/** What `run` and `demo` have in common. */
export interface TaskOptions extends ModelPlace {
  readonly apiKey: string | undefined;
  readonly steps: number | undefined;
  readonly context: number | undefined;
  readonly approve: ApprovalChoice;
  readonly sandbox: SandboxChoice;
  readonly record: string | undefined;
  /** Whether the output of commands ends with the prompt of the shell. */
  readonly promptTail: boolean;
  readonly json: boolean;
}

/** With `none`, nothing runs. */
export type ApprovalChoice = ApprovalMode | 'none';

/** What holds the commands of an OS task. */
export interface SandboxChoice {
  /** Left out: the workspace sandbox, where there is one. */
  readonly kind: SandboxKind | undefined;
  readonly network: boolean;
  /** Of the container. */
  readonly image: string | undefined;
  /** The program that makes it, and what comes before its commands. */
  readonly engine: readonly string[] | undefined;
  /** Where the changes of runs wait. */
  readonly storage: string;
}

export const sandboxOptions = {
  sandbox: { type: 'string' },
  network: { type: 'boolean' },
  image: { type: 'string' },
  'container-engine': { type: 'string' },
} as const;

export const endpointOptions = {
  endpoint: { type: 'string' },
  local: { type: 'string' },
  model: { type: 'string' },
  'api-key-env': { type: 'string' },
  context: { type: 'string' },
} as const;

export const taskOptions = {
  ...sandboxOptions,
  ...endpointOptions,
  steps: { type: 'string' },
  approve: { type: 'string' },
  record: { type: 'string' },
  'no-prompt-tail': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** What opens the task. */
export const promptOptions = { prompt: { type: 'string' }, 'trained-from': { type: 'string' } } as const;

export type TaskValues = ValuesOf<typeof taskOptions>;

/**
 * @param interactive whether somebody is there who can be asked
 * @throws {UsageError}
 */
export function readTaskOptions(values: TaskValues, environment: NodeJS.ProcessEnv, interactive: boolean): TaskOptions {
  return {
    ...readModelPlace(values, environment),
    apiKey: readKey(values['api-key-env'], environment),
    steps: readCount('--steps', values.steps),
    context: readContext(values.context),
    approve: readApproval(values.approve, interactive),
    sandbox: readSandbox(values, environment),
    record: readPath(values.record),
    promptTail: values['no-prompt-tail'] !== true,
    json: values.json === true,
  };
}

/** @throws {UsageError} */
export function readApproval(text: string | undefined, interactive: boolean): ApprovalChoice {
  const choice = text ?? 'ask';
  if (choice === 'ask' && !interactive) {
    throw new UsageError('Nobody can be asked here. Say --approve reads, --approve all, or --approve none.');
  }
  if (choice === 'all' || choice === 'ask' || choice === 'reads' || choice === 'none') return choice;
  throw new UsageError('--approve is ask, reads, all or none.');
}

/** @throws {UsageError} */
export function readSandbox(values: ValuesOf<typeof sandboxOptions>, environment: NodeJS.ProcessEnv): SandboxChoice {
  const { sandbox: kind, network = false, image, 'container-engine': engine } = values;
  if (kind !== undefined && kind !== 'workspace' && kind !== 'container' && kind !== 'off') {
    throw new UsageError('--sandbox is workspace, container or off.');
  }
  if (kind === 'off' && network) throw new UsageError('Without a sandbox the network is there: leave --network out.');
  if ((kind === 'container') !== (image !== undefined)) {
    throw new UsageError('--sandbox container and --image IMAGE go together.');
  }
  if (kind !== 'container' && engine !== undefined) {
    throw new UsageError('--container-engine goes with --sandbox container.');
  }
  return { kind, network, image, engine: readEngine(engine), storage: stateFolder(environment, 'runs') };
}

/** The words of a program and of what comes before its commands. */
export function readEngine(text: string | undefined): readonly string[] | undefined {
  return text?.split(/\s+/).filter((word) => word !== '');
}

/**
 * The file that the prompt is taken from; undefined for our own. Naming one is choosing it.
 * @throws {UsageError}
 */
export function readPrompt({ prompt, 'trained-from': file }: ValuesOf<typeof promptOptions>): string | undefined {
  if (prompt !== undefined && prompt !== 'own' && prompt !== 'trained')
    throw new UsageError('--prompt is own or trained.');
  if (prompt === 'own' && file !== undefined) throw new UsageError('--trained-from goes with --prompt trained.');
  if (prompt === 'trained' && file === undefined) {
    throw new UsageError('Say which AgentInstruct file the prompt is in: --trained-from FILE.');
  }
  return readPath(file);
}

/** @throws {UsageError} */
export function readModelPlace(
  { endpoint, local, model }: Pick<TaskValues, 'endpoint' | 'local' | 'model'>,
  environment: NodeJS.ProcessEnv,
): ModelPlace {
  if (local === undefined) return { endpoint: readEndpoint(endpoint, environment), local, model };
  if (endpoint !== undefined || model !== undefined) {
    throw new UsageError('--local brings its own endpoint and model: leave --endpoint and --model out.');
  }
  return { endpoint: '', local: readPath(local), model };
}
