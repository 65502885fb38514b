import { createHash } from 'node:crypto';
import { formatDialogue } from '../agent/conversation';
import type { RunOrigin } from '../agent/events';
import type { Task } from '../agent/task';
import type { TrainedPrompt } from '../agent/trainedPrompt';

/** Which words a task opens with, so that runs with other ones can be told apart. The last turn is the task itself. */
export function promptOrigin(task: Task, trained: TrainedPrompt | undefined): RunOrigin['prompt'] {
  const opening = formatDialogue({ id: '', conversations: task.opening('').slice(0, -1) });
  return { source: trained ? 'trained' : 'own', sha256: createHash('sha256').update(opening).digest('hex') };
}
