import type { CancellationToken } from 'vscode';

/** Does something that a token of VS Code calls off, for those who know signals. */
export async function withSignal<T>(
  token: CancellationToken,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const stopping = new AbortController();
  const subscription = token.onCancellationRequested(() => stopping.abort());
  if (token.isCancellationRequested) stopping.abort();
  try {
    return await work(stopping.signal);
  } finally {
    subscription.dispose();
  }
}
