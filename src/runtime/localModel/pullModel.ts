import { UserError } from '../../agent/errors';
import { visible } from '../../agent/hiddenCharacters';
import { isRecord, parseJson } from '../../agent/json';
import { openOllama, type OllamaPlace } from './ollama';

export interface PullRequest extends OllamaPlace {
  /** As Ollama's registry calls it. */
  readonly model: string;
  /**
   * Asked once, before anything is downloaded that is not there yet. `bytes` is the size of the first part that is missing:
   * the weights, beside which the rest of a model is small.
   */
  agree(bytes: number): Promise<boolean>;
}

export interface PullProgress {
  /** As Ollama words it, e.g. `verifying sha256 digest` */
  readonly status: string;
  /** Of the parts that it has begun with. */
  readonly completedBytes: number;
  readonly totalBytes: number;
}

/**
 * Downloads a model with Ollama, and only ever because the user asked for it. An abort stops the download; Ollama keeps what
 * it has and goes on from there the next time.
 * @returns whether the model is there now: false when `agree` said no
 * @throws {UserError} `localModel.pull`, or as openOllama; the signal's reason when aborted
 */
export async function pullModel(
  request: PullRequest,
  onProgress: (progress: PullProgress) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const ollama = await openOllama(request, signal);
  try {
    const missing = await missingBytes(ollama.url, request.model, signal);
    if (missing > 0 && !(await request.agree(missing))) return false;
    const parts = new Map<string, PullStep>();
    for await (const step of pull(ollama.url, request.model, signal)) {
      if (step.digest !== '') parts.set(step.digest, step);
      const sum = (count: (part: PullStep) => number) =>
        [...parts.values()].reduce((all, part) => all + count(part), 0);
      onProgress({
        status: step.status,
        completedBytes: sum(({ completed }) => completed),
        totalBytes: sum(({ total }) => total),
      });
    }
    return true;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await ollama.stop();
  }
}

/** Ollama names the size only as it begins: so it is let begin, and stopped at once. 0 when nothing is missing. */
async function missingBytes(url: string, model: string, signal: AbortSignal): Promise<number> {
  for await (const { total, completed } of pull(url, model, signal)) if (total > completed) return total - completed;
  return 0;
}

/** One event of the stream. */
interface PullStep {
  readonly status: string;
  /** Of the part it is about; empty for none. */
  readonly digest: string;
  readonly total: number;
  readonly completed: number;
}

const longestLine = 64 * 1024;

/** Who stops reading stops the download. @throws {UserError} when it does not come to its end */
async function* pull(url: string, model: string, signal: AbortSignal): AsyncGenerator<PullStep> {
  const body = JSON.stringify({ model, stream: true });
  const response = await fetch(`${url}/api/pull`, { method: 'POST', body, signal, redirect: 'manual' }).catch(
    (error) => {
      throw failed(model, 'Ollama cannot be reached', error);
    },
  );
  let status = '';
  try {
    for await (const line of lines(response.body ?? [])) {
      const event = parseJson(line);
      if (!isRecord(event)) continue;
      if (event['error']) throw failed(model, words(event['error']));
      status = visible(words(event['status'])).slice(0, 200);
      yield {
        status,
        digest: words(event['digest']),
        total: count(event['total']),
        completed: count(event['completed']),
      };
    }
  } catch (error) {
    throw UserError.is(error) ? error : failed(model, 'the connection to Ollama broke', error);
  }
  if (status !== 'success') throw failed(model, `it broke off at "${status || `HTTP ${response.status}`}"`);
}

async function* lines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of chunks) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = (parts.pop() ?? '').slice(0, longestLine);
    yield* parts;
  }
  yield rest;
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}

function failed(model: string, reason: string, cause?: unknown): UserError {
  return new UserError(
    'localModel.pull',
    '{0} could not be downloaded: {1}. Check its name and the network, and try again: Ollama goes on where it stopped.',
    [visible(model), visible(reason).slice(0, 300)],
    { cause },
  );
}
