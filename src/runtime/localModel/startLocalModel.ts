import { startLlamaServer, type LlamaServerRequest } from './llamaServer';
import type { LocalModel } from './localModel';
import { startOllamaModel, type OllamaRequest } from './ollama';

/**
 * Serves a model on this machine, on loopback, and waits until it is ready. Downloads nothing.
 * @param signal ends the start, not the server that has started
 * @throws {UserError} `localModel.*`; the signal's reason when aborted. Nothing runs then that did not run before.
 */
export async function startLocalModel(
  request: LlamaServerRequest | OllamaRequest,
  signal: AbortSignal,
): Promise<LocalModel> {
  return request.program === 'llama-server' ? startLlamaServer(request, signal) : startOllamaModel(request, signal);
}
