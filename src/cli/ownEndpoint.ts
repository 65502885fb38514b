import { startDemoEndpoint } from '../runtime/demo/server';

/** An endpoint that is there for this command only. */
export interface OwnEndpoint {
  readonly place: { readonly endpoint: string; readonly model?: string };
  close(): Promise<void>;
}

/**
 * The demo, or a model of this machine; undefined where the endpoint is somebody else's.
 * @throws {UserError} `localModel.*`
 */
export async function ownEndpoint(
  { endpoint, local }: { readonly endpoint: string; readonly local: string | undefined },
  signal: AbortSignal,
): Promise<OwnEndpoint | undefined> {
  if (local !== undefined) {
    const { serveFile } = await import('./serveFile');
    const served = await serveFile(local, signal);
    return { place: { endpoint: served.url, model: served.model }, close: () => served.stop() };
  }
  if (endpoint !== 'demo') return undefined;
  const demo = await startDemoEndpoint();
  return { place: { endpoint: demo.url }, close: () => demo.close() };
}
