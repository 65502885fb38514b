import { DialogueError, readDialogue } from '../../agent/conversation';
import { UserError } from '../../agent/errors';
import type { TaskKind } from '../../agent/task';
import { trainedPromptOf, type TrainedPrompt } from '../../agent/trainedPrompt';
import { readValues } from './readValues';

/**
 * The prompt of the first row of a task in the user's own AgentInstruct file.
 * @throws {UserError} `prompt.none` when no row is of that task; `dataset.unreadable`
 */
export async function readTrainedPrompt(file: string, kind: TaskKind, signal: AbortSignal): Promise<TrainedPrompt> {
  for await (const row of readValues(file, signal)) {
    if ('unreadable' in row) continue;
    try {
      const prompt = trainedPromptOf(readDialogue(row.value), kind);
      if (prompt) return prompt;
    } catch (error) {
      // Another format: the file may hold several.
      if (!(error instanceof DialogueError)) throw error;
    }
  }
  throw new UserError(
    'prompt.none',
    '{0} holds no row of the {1} task of AgentInstruct. Choose the file of that split, e.g. data/{1}-00000-of-00001.parquet.',
    [file, kind],
  );
}
