/**
 * Waits for a promise that never rejects, but no longer than `timeoutMs` (0: without end) and not beyond an abort.
 * Leaves no timer and no listener behind.
 */
export async function waitFor(
  promise: Promise<unknown>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<'settled' | 'timeout' | 'aborted'> {
  if (signal?.aborted === true) return 'aborted';
  const first = Promise.withResolvers<'timeout' | 'aborted'>();
  const timer = timeoutMs === 0 ? undefined : setTimeout(() => first.resolve('timeout'), timeoutMs);
  const onAbort = () => first.resolve('aborted');
  signal?.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise.then(() => 'settled' as const), first.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
