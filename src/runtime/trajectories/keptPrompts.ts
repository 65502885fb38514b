import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { DialogueError, readDialogue } from '../../agent/conversation';
import type { TaskKind } from '../../agent/task';
import type { TrainedPrompt } from '../../agent/trainedPrompt';
import { readValues } from './readValues';
import { createDialogueLines } from './rowFile';

/**
 * The prompts that a file of ours holds: rows of AgentInstruct, each named by its task, that end where the task would begin.
 * @throws {UserError} `dataset.unreadable`
 */
export async function readKeptPrompts(file: string, signal: AbortSignal): Promise<TrainedPrompt[]> {
  const prompts: TrainedPrompt[] = [];
  if (!(await exists(file))) return prompts;
  for await (const row of readValues(file, signal)) {
    const prompt = 'value' in row ? promptOf(row.value) : undefined;
    if (prompt) prompts.push(prompt);
  }
  return prompts;
}

/** Puts prompts in the place of those of the same tasks; the others stay. @throws {UserError} `dataset.unwritable` */
export async function keepPrompts(file: string, prompts: readonly TrainedPrompt[], signal: AbortSignal): Promise<void> {
  const kept = await readKeptPrompts(file, signal);
  const others = kept.filter(({ kind }) => !prompts.some((prompt) => prompt.kind === kind));
  await mkdir(path.dirname(file), { recursive: true });
  const lines = await createDialogueLines(file, { force: true });
  try {
    for (const { kind, turns } of [...prompts, ...others]) await lines.write({ id: kind, conversations: turns });
    await lines.finish();
  } finally {
    await lines.discard();
  }
}

/** Undefined for a line that is damaged: what it held can be taken out again. */
function promptOf(value: unknown): TrainedPrompt | undefined {
  try {
    const { id, conversations } = readDialogue(value);
    return isTask(id) ? { kind: id, turns: conversations } : undefined;
  } catch (error) {
    if (error instanceof DialogueError) return undefined;
    throw error;
  }
}

function isTask(text: string): text is TaskKind {
  return text === 'os' || text === 'db';
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
