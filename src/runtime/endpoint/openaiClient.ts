import { OpenAI } from 'openai';

/**
 * The `openai` package for a server that is not OpenAI: it repeats no request, sets no time limit and logs nothing. It is not
 * told the key: `fetch` brings headers of its own, and those made here, some of them from OPENAI_* variables, are never sent.
 */
export function createOpenAI(baseURL: string, fetch: (url: string, init: RequestInit) => Promise<Response>): OpenAI {
  return new OpenAI({
    baseURL,
    fetch: (url, init) => fetch(String(url instanceof Request ? url.url : url), init ?? {}),
    apiKey: 'not sent',
    maxRetries: 0,
    timeout: 2 ** 31 - 1,
    logLevel: 'off',
  });
}
