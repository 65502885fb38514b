import * as vscode from 'vscode';

/**
 * Work that the user waits for in a notification and can stop there.
 * @param work told how to say how far it is, in percent, which may fall back
 * @returns undefined when the user stopped it
 */
export async function cancellableProgress<T>(
  title: string,
  work: (tell: (percent: number) => void, signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const stopping = new AbortController();
    const subscription = token.onCancellationRequested(() => stopping.abort());
    let shown = 0;
    const tell = (percent: number): void => {
      progress.report({ message: `${percent} %`, increment: Math.max(0, percent - shown) });
      shown = percent;
    };
    try {
      return await work(tell, stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return undefined;
      throw error;
    } finally {
      subscription.dispose();
    }
  });
}
