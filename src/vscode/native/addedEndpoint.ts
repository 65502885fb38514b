import type { EndpointAccess } from '../endpoints/endpointTools';

/**
 * The endpoint that a user added in VS Code's own list of models. VS Code 1.109 and later asks once for each, with what
 * was entered as `configuration`, which its API does not name.
 */
export function addedEndpoint(options: object): EndpointAccess | undefined {
  const { url, apiKey } = Object('configuration' in options ? options.configuration : undefined) as {
    readonly url?: unknown;
    readonly apiKey?: unknown;
  };
  if (typeof url !== 'string' || !/^https?:/i.test(url) || !URL.canParse(url)) return undefined;
  return {
    profile: { name: new URL(url).host, url },
    apiKey: typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined,
  };
}
