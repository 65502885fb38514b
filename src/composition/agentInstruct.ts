import path from 'node:path';
import type { AgentInstructImporter, TrainedPrompts } from '../agent/agentInstruct';

/** AgentInstruct on this machine. */
export interface AgentInstruct {
  readonly importer: AgentInstructImporter;
  readonly prompts: TrainedPrompts;
  /** Where the files of the hub are, once they were fetched. */
  readonly datasets: string;
}

/** @param folder of all workspaces; need not exist yet */
export function openAgentInstruct(folder: string): AgentInstruct {
  const promptsFile = path.join(folder, 'trainedPrompts.jsonl');
  const load = async () => import('./agentInstructFiles');
  return {
    importer: {
      look: async (signal) => (await load()).lookAtHub(folder, signal),
      take: async (...given) => (await load()).takePrompts(promptsFile, ...given),
    },
    prompts: {
      async find(kind) {
        const { readKeptPrompts } = await import('../runtime/trajectories/keptPrompts');
        const kept = await readKeptPrompts(promptsFile, new AbortController().signal);
        return kept.find((prompt) => prompt.kind === kind);
      },
    },
    // As the hub names the folder of the splits.
    datasets: path.join(folder, 'data'),
  };
}
