import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../agent/errors';
import { retryAfter } from './errors';
import type { EndpointNotice } from '../../agent/events';

export interface PatienceOptions {
  /** How long all waits together may take, in milliseconds; 0 asks once. */
  readonly patienceMs: number;
  readonly onNotice: (notice: EndpointNotice) => void;
  /** Whether the server was seen before: one that cannot be reached is then being started again. */
  readonly known: boolean;
}

/**
 * Decides whether a request that failed before its first token is made again, and waits. The action of an agent is never
 * repeated by it: nothing of a reply has been seen yet.
 * @returns a function that resolves when it is time to ask again, and throws the error when it never is
 */
export function createPatience({ patienceMs, onNotice, known }: PatienceOptions) {
  const began = performance.now();
  let attempt = 0;

  return async (error: unknown, signal: AbortSignal): Promise<void> => {
    const waitMs = UserError.is(error) ? waitBefore(error, attempt, known) : undefined;
    const spent = performance.now() - began;
    if (!UserError.is(error) || waitMs === undefined || patienceMs === 0 || spent + waitMs > patienceMs) throw error;
    attempt++;
    onNotice({ code: 'waiting', reason: error, waitMs, attempt });
    try {
      await sleep(waitMs, undefined, { signal });
    } finally {
      // With the reason of the abort instead of an error that only says so.
      signal.throwIfAborted();
    }
  };
}

/** In milliseconds; undefined where asking again would change nothing. */
function waitBefore(error: UserError, attempt: number, known: boolean): number | undefined {
  switch (error.code) {
    case 'endpoint.overloaded':
    case 'endpoint.memory-exhausted':
      // Full jitter: many clients that were refused together do not come back together.
      return retryAfter(error) ?? Math.round(Math.random() * Math.min(8000, 500 * 2 ** attempt));
    case 'endpoint.loading':
      return retryAfter(error) ?? loadingMs(attempt);
    case 'endpoint.unreachable':
      // vLLM and TGI open their port when the model is loaded.
      return known ? loadingMs(attempt) : undefined;
    case 'endpoint.connection-lost':
      return attempt === 0 ? 0 : undefined;
    default:
      return undefined;
  }
}

function loadingMs(attempt: number): number {
  return Math.min(5000, 2000 + 1000 * attempt);
}
