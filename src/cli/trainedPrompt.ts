import type { TaskKind } from '../agent/task';
import type { TrainedPrompt } from '../agent/trainedPrompt';

/**
 * What opens the tasks; undefined for our own words.
 * @throws {UserError} `prompt.none`, `dataset.unreadable`
 */
export async function trainedPrompt(
  { trainedFrom, kind }: { readonly trainedFrom: string | undefined; readonly kind: TaskKind },
  signal: AbortSignal,
): Promise<TrainedPrompt | undefined> {
  if (trainedFrom === undefined) return undefined;
  const { readTrainedPrompt } = await import('../runtime/trajectories/readTrainedPrompt');
  return readTrainedPrompt(trainedFrom, kind, signal);
}
