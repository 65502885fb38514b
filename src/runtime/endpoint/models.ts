import { UserError } from '../../agent/errors';
import type { Endpoint } from './address';
import { createDeadline } from './deadline';
import { connectionFailed, notAnApi, shown, timedOut } from './errors';
import { readJson, send } from './http';
import { isRecord } from './refusal';

interface ServedModel {
  readonly id: string;
  /** Tokens of its window, where the server says: `max_model_len` of vLLM and SGLang, `meta.n_ctx` (of one slot) of llama.cpp. */
  readonly contextLength: number | undefined;
}

const listLimit = 1024 * 1024;

/**
 * Asks which model is served under this name, or which is the first. Shows at the same time that the server is there and that
 * the key is right.
 * @throws {UserError}
 */
export async function findModel(
  endpoint: Endpoint,
  wanted: string | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ServedModel> {
  const served = await servedModels(endpoint, timeoutMs, signal);
  if (!served) {
    if (wanted) return { id: wanted, contextLength: undefined };
    throw new UserError(
      'endpoint.no-model-list',
      '{0} does not say which models it serves. Name the model in the settings of this endpoint.',
      [endpoint.address],
    );
  }
  const found = wanted ? served.find(({ id }) => id === wanted) : served[0];
  if (found) return found;
  if (served.length === 0) {
    throw new UserError('endpoint.no-model', '{0} is running but serves no model. Load one, then try again.', [
      endpoint.address,
    ]);
  }
  throw new UserError(
    'endpoint.unknown-model',
    '{0} does not serve the model {1}. It serves: {2}. Choose one of these.',
    [endpoint.address, shown(endpoint, wanted ?? ''), shown(endpoint, served.map(({ id }) => id).join(', '))],
  );
}

/** Undefined where the server is there but has no list. */
async function servedModels(
  endpoint: Endpoint,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly ServedModel[] | undefined> {
  const deadline = createDeadline(signal);
  deadline.set(timeoutMs, () => timedOut(endpoint, 'answer', timeoutMs));
  try {
    const response = await send(endpoint, `${endpoint.address}/v1/models`, { signal: deadline.signal });
    const list = await readJson(endpoint, response, listLimit);
    if (!isRecord(list) || !Array.isArray(list['data']))
      throw notAnApi(endpoint, 'something that is no list of models');
    return list['data'].flatMap(readModel);
  } catch (error) {
    deadline.signal.throwIfAborted();
    if (!UserError.is(error)) throw connectionFailed(endpoint, error);
    if (error.code === 'endpoint.not-found') return undefined;
    throw error;
  } finally {
    deadline.close();
  }
}

function readModel(entry: unknown): readonly ServedModel[] {
  if (!isRecord(entry) || typeof entry['id'] !== 'string' || !entry['id']) return [];
  const meta = isRecord(entry['meta']) ? entry['meta'] : {};
  return [{ id: entry['id'], contextLength: tokens(entry['max_model_len']) ?? tokens(meta['n_ctx']) }];
}

function tokens(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}
