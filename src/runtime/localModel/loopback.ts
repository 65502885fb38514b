import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseJson } from '../../agent/json';

/** Milliseconds for one answer. A server that loads or computes may be slow to say so. */
const answerTimeoutMs = 5000;
/** Characters of an answer that are looked at. */
const answerLimit = 4 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  /** Parsed JSON, or the text itself. */
  readonly body: unknown;
}

/** One question to a server on this machine; undefined when nobody answers in time. Throws the signal's reason. */
export async function ask(url: string, signal: AbortSignal): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > answerLimit) break;
    }
    return { status: response.status, body: parseJson(text) ?? text };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** A port on which nobody listens at this moment. Somebody may a moment later: then the server says so and ends. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address !== null && typeof address === 'object') return address.port;
  throw new Error('The system gave no port.');
}
