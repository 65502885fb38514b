import { agentInstruct, type AgentInstructOffer, type ImportedRows } from '../agent/agentInstruct';
import { UserError } from '../agent/errors';
import type { TaskKind } from '../agent/task';
import { trainedPromptOf, type TrainedPrompt } from '../agent/trainedPrompt';
import { readRows } from '../dataset/formats/readRow';
import { isRow } from '../dataset/row';
import { splitOf } from '../dataset/split';
import { fetchHubFile, listHubFiles } from '../runtime/trajectories/hubDownload';
import { keepPrompts } from '../runtime/trajectories/keptPrompts';
import { readValues } from '../runtime/trajectories/readValues';

/** What the hub has. The proxy is that of VS Code's settings, which it puts into every request of an extension. */
export async function lookAtHub(folder: string, signal: AbortSignal): Promise<AgentInstructOffer> {
  // As every tool for the hub has it.
  const hub = (process.env['HF_ENDPOINT'] ?? 'https://huggingface.co').replace(/\/+$/, '');
  const source = { hub, repository: agentInstruct, revision: 'main' };
  const { commit, files } = await listHubFiles(source, signal);
  if (files.length === 0) {
    throw new UserError('import.empty', '{0} has no files with rows in {1}. Check the address of the hub.', [
      hub,
      agentInstruct,
    ]);
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return {
    hub,
    repository: agentInstruct,
    commit,
    files: files.length,
    bytes,
    folder,
    async fetch(onPercent, until) {
      const fetched: string[] = [];
      let before = 0;
      for (const file of files) {
        const tell = (there: number): void => onPercent(Math.floor((100 * (before + there)) / Math.max(1, bytes)));
        fetched.push(await fetchHubFile(source, commit, file, folder, tell, until));
        before += file.size;
      }
      return fetched;
    },
  };
}

/**
 * Reads files through, counts what they hold, and keeps the first prompt of each task.
 * @param promptsFile where prompts are kept
 * @throws {UserError} `import.nothing`, `dataset.unreadable`, `dataset.unwritable`
 */
export async function takePrompts(
  promptsFile: string,
  files: readonly string[],
  onPercent: (percent: number) => void,
  signal: AbortSignal,
): Promise<ImportedRows> {
  const prompts = new Map<TaskKind, TrainedPrompt>();
  const splits = new Map<string, number>();
  let unreadable = 0;
  for (const [index, file] of files.entries()) {
    onPercent(Math.floor((100 * index) / files.length));
    for await (const row of readRows(readValues(file, signal))) {
      if (!isRow(row)) {
        unreadable++;
        continue;
      }
      const split = splitOf(row.dialogue);
      splits.set(split, (splits.get(split) ?? 0) + 1);
      if ((split !== 'os' && split !== 'db') || row.format !== 'agentinstruct' || prompts.has(split)) continue;
      const prompt = trainedPromptOf(row.dialogue, split);
      if (prompt) prompts.set(split, prompt);
    }
  }
  if (splits.size === 0) {
    throw new UserError(
      'import.nothing',
      '{0} holds no conversation. Choose files of AgentInstruct, e.g. data/os-00000-of-00001.parquet.',
      [files.join(', ')],
    );
  }
  if (prompts.size > 0) await keepPrompts(promptsFile, [...prompts.values()], signal);
  return { files, unreadable, splits: Object.fromEntries(splits), prompts: [...prompts.keys()] };
}
