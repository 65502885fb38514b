import type { ServedModel } from '../../agent/endpointFacts';
import { UserError } from '../../agent/errors';
import { isRecord } from '../../agent/json';
import type { Endpoint } from './address';
import { createDeadline } from './deadline';
import { connectionFailed, notAnApi, shown, timedOut } from './errors';
import { recognise, type EndpointFacts } from './facts';
import { readJson, send } from './http';
import { isMetrics } from './metrics';
import { defaultConnectTimeoutMs } from './openEndpoint';

const listLimit = 1024 * 1024;

/** For the questions that only some servers know. */
const curiosityMs = 2000;

/**
 * Finds out what a server is by reading, all routes at once: nothing is generated, nothing changed. `/v1/models` decides
 * whether it can be used at all, so its failure is the probe's, unless a server without that route is known by another.
 * @throws {UserError}
 */
export async function probe(
  endpoint: Endpoint,
  signal: AbortSignal,
  timeoutMs = defaultConnectTimeoutMs,
): Promise<EndpointFacts> {
  const deadline = createDeadline(signal);
  const curious = async <T>(path: string, read: (response: Response) => Promise<T>): Promise<T | undefined> => {
    const limit = timeoutMs > 0 ? Math.min(curiosityMs, timeoutMs) : curiosityMs;
    return ask(endpoint, path, limit, deadline.signal, read).catch((error: unknown) => {
      if (UserError.is(error)) return undefined;
      throw error;
    });
  };
  const json = (response: Response) => readJson(endpoint, response, listLimit);
  const text = async (response: Response): Promise<boolean> => {
    await response.body?.cancel();
    return isMetrics(response);
  };

  try {
    const [models, info, props, version, apiVersion, apiModels, modelInfo, deployments, engines, metrics] =
      await Promise.all([
        modelList(endpoint, timeoutMs, deadline.signal),
        curious('/info', json),
        curious('/props', json),
        curious('/version', json),
        curious('/api/version', json),
        curious('/api/v0/models', json),
        curious('/get_model_info', json),
        curious('/model/info', json),
        curious('/engines', json),
        curious('/metrics', text),
      ]);
    const native = { info, props, version, apiVersion, apiModels, modelInfo, deployments, engines };
    return recognise({ ...native, models, metrics: metrics ?? false });
  } finally {
    deadline.close();
  }
}

/**
 * The model that is meant: the one of this name, or the first.
 * @throws {UserError} `endpoint.no-model-list`, `endpoint.no-model`, `endpoint.unknown-model`
 */
export function chooseModel(
  endpoint: Endpoint,
  { engine, models, contextLength }: EndpointFacts,
  wanted: string | undefined,
): ServedModel {
  if (!models) {
    if (wanted) return { id: wanted, contextLength };
    throw new UserError(
      'endpoint.no-model-list',
      '{0} does not say which models it serves. Name the model in the settings of this endpoint.',
      [endpoint.address],
    );
  }
  // Ollama takes a name without a tag for the latest.
  const names = [wanted, ...(engine === 'ollama' ? [`${wanted}:latest`] : [])];
  const found = wanted ? models.find(({ id }) => names.includes(id)) : models[0];
  // TGI serves one model, knows it by the folder it was loaded from, and is not told a name.
  if (!found && wanted && engine === 'tgi') return { id: wanted, contextLength };
  if (found) return found;
  if (models.length === 0) {
    throw new UserError('endpoint.no-model', '{0} is running but serves no model. Load one, then try again.', [
      endpoint.address,
    ]);
  }
  throw new UserError(
    'endpoint.unknown-model',
    '{0} does not serve the model {1}. It serves: {2}. Choose one of these.',
    [endpoint.address, shown(endpoint, wanted ?? ''), shown(endpoint, models.map(({ id }) => id).join(', '))],
  );
}

/** Undefined where the server is there but has no such route: TGI before 1.4. */
async function modelList(endpoint: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<unknown> {
  return ask(endpoint, '/v1/models', timeoutMs, signal, async (response) => {
    const list = await readJson(endpoint, response, listLimit);
    if (isRecord(list) && Array.isArray(list['data'])) return list;
    throw notAnApi(endpoint, 'something that is no list of models');
  }).catch((error: unknown) => {
    if (UserError.is(error) && error.code === 'endpoint.not-found') return undefined;
    throw error;
  });
}

async function ask<T>(
  endpoint: Endpoint,
  path: string,
  timeoutMs: number,
  signal: AbortSignal,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const deadline = createDeadline(signal);
  deadline.set(timeoutMs, () => timedOut(endpoint, 'answer', timeoutMs));
  try {
    return await read(await send(endpoint, endpoint.address + path, { signal: deadline.signal }));
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw UserError.is(error) ? error : connectionFailed(endpoint, error);
  } finally {
    deadline.close();
  }
}
