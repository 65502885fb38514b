import { UserError } from '../../agent/errors';
import { visible } from '../../agent/hiddenCharacters';
import { isRecord } from '../../agent/json';
import { ask } from './loopback';
import { modelWindow, type LocalModel, type ProgressListener } from './localModel';
import { ended, startServer } from './startServer';

/** Where Ollama is, or would be. */
export interface OllamaPlace {
  /** The program, for when none runs; undefined where it was not found. */
  readonly path: string | undefined;
  /** 11434 unless told. */
  readonly port?: number | undefined;
  /** Milliseconds that a server we started is given to end; 5 s unless told. */
  readonly graceMs?: number | undefined;
}

export interface OllamaRequest extends OllamaPlace {
  readonly program: 'ollama';
  /** One that was pulled: listOllamaModels(). */
  readonly model: string;
  readonly onProgress?: ProgressListener | undefined;
}

/** An Ollama that answers. */
export interface Ollama {
  readonly url: string;
  /** It ran before we came, and goes on when we leave. */
  readonly adopted: boolean;
  /** As in LocalModel. */
  readonly ended: Promise<UserError | undefined>;
  stop(): Promise<void>;
}

/** A model that was pulled. */
export interface OllamaModel {
  /** As Ollama calls it, e.g. `agentlm-7b:latest`. */
  readonly name: string;
  /** On disk. */
  readonly bytes: number | undefined;
  /** e.g. `6.7B` and `Q4_K_M` */
  readonly parameters: string | undefined;
  readonly quantization: string | undefined;
}

/**
 * Adopts the Ollama that runs on this machine, or starts one.
 * @throws {UserError} `localModel.*` when there is none and none can be started
 */
export async function openOllama({ path, port = 11434, graceMs }: OllamaPlace, signal: AbortSignal): Promise<Ollama> {
  const url = `http://127.0.0.1:${port}`;
  if (await isOllama(url, signal)) return adopted(url);
  if (path === undefined) {
    throw new UserError(
      'localModel.no-ollama',
      'No Ollama answers at {0}, and the program was not found. Install Ollama, or set the path of the program.',
      [url],
    );
  }
  const variables = { ...process.env, OLLAMA_HOST: `127.0.0.1:${port}` };
  const argv = [path, 'serve'] as const;
  const group = await startServer({ argv: [...argv], variables, graceMs, isReady: (s) => isOllama(url, s) }, signal);
  let stopped = false;
  return {
    url,
    adopted: false,
    ended: group.gone.then((how) => (stopped ? undefined : ended(path, how, group.lastLines()))),
    async stop() {
      stopped = true;
      await group.stop();
    },
  };
}

/** The models that were pulled, asked of the Ollama that runs, or of one that runs for this question only. */
export async function listOllamaModels(place: OllamaPlace, signal: AbortSignal): Promise<OllamaModel[]> {
  const ollama = await openOllama(place, signal);
  try {
    return await pulledModels(ollama, signal);
  } finally {
    await ollama.stop();
  }
}

/** Opens Ollama for one model that was pulled. Nothing is loaded before the first request, and nothing downloaded. */
export async function startOllamaModel(request: OllamaRequest, signal: AbortSignal): Promise<LocalModel> {
  request.onProgress?.({ phase: 'starting', percent: undefined });
  const ollama = await openOllama(request, signal);
  try {
    const pulled = (await pulledModels(ollama, signal)).map(({ name }) => name);
    const wanted = [request.model, `${request.model}:latest`];
    const model = pulled.find((name) => wanted.includes(name));
    if (model !== undefined) return { ...ollama, model, contextLength: modelWindow };
    throw new UserError(
      'localModel.not-pulled',
      'Ollama has no model {0} on this machine. Download it first, or choose one of those that it has: {1}.',
      [visible(request.model), pulled.join(', ') || 'none'],
    );
  } catch (error) {
    await ollama.stop();
    throw error;
  }
}

function adopted(url: string): Ollama {
  const left = Promise.withResolvers<undefined>();
  return { url, adopted: true, ended: left.promise, stop: async () => left.resolve(undefined) };
}

/** @throws {UserError} `localModel.port-taken` when something else answers */
async function isOllama(url: string, signal: AbortSignal): Promise<boolean> {
  const answer = await ask(`${url}/api/version`, signal);
  if (answer === undefined) return false;
  if (isRecord(answer.body) && typeof answer.body['version'] === 'string') return true;
  throw new UserError(
    'localModel.port-taken',
    'Another program than Ollama answers at {0}. End that program, or connect to it as an endpoint.',
    [url],
  );
}

async function pulledModels({ url }: Ollama, signal: AbortSignal): Promise<OllamaModel[]> {
  const answer = await ask(`${url}/api/tags`, signal);
  const models = isRecord(answer?.body) ? answer.body['models'] : undefined;
  if (!Array.isArray(models)) {
    throw new UserError(
      'localModel.no-list',
      'Ollama at {0} did not say which models it has (HTTP {1}). Start Ollama again.',
      [url, answer?.status ?? 'none'],
    );
  }
  return models.filter(isRecord).flatMap(({ name, size, details }) => {
    if (typeof name !== 'string' || !/^[\w.:/@-]+$/.test(name)) return [];
    const { parameter_size: parameters, quantization_level: quantization } = isRecord(details) ? details : {};
    return {
      name,
      bytes: typeof size === 'number' ? size : undefined,
      parameters: word(parameters),
      quantization: word(quantization),
    };
  });
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? visible(value).slice(0, 30) : undefined;
}
