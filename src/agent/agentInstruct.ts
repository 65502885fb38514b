import type { TaskKind } from './task';
import type { TrainedPrompt } from './trainedPrompt';

/** The data set as the hub has it, before anything of it is fetched. */
export interface AgentInstructOffer {
  /** `https://huggingface.co` */
  readonly hub: string;
  /** `THUDM/AgentInstruct` */
  readonly repository: string;
  readonly commit: string;
  readonly files: number;
  /** Of all files together. */
  readonly bytes: number;
  /** Where they would lie. */
  readonly folder: string;
  /**
   * Fetches what is not there yet; what an earlier attempt left is gone on with.
   * @returns the files, each whole and with its checksum right
   */
  fetch(onPercent: (percent: number) => void, signal: AbortSignal): Promise<readonly string[]>;
}

/** What was found in files. */
export interface ImportedRows {
  readonly files: readonly string[];
  readonly unreadable: number;
  /** Rows of each task: `os`, `db` and so on; `general` of none. */
  readonly splits: Readonly<Record<string, number>>;
  /** The tasks whose prompt was taken out of them. */
  readonly prompts: readonly TaskKind[];
}

/** Brings AgentInstruct here. Failures that a user can mend are UserErrors; an abort rejects with its reason. */
export interface AgentInstructImporter {
  /** Asks the hub what it has. */
  look(signal: AbortSignal): Promise<AgentInstructOffer>;
  /** Reads files through, and keeps the prompts that they hold. The files stay as and where they are. */
  take(files: readonly string[], onPercent: (percent: number) => void, signal: AbortSignal): Promise<ImportedRows>;
}

/** The prompts that were taken out of AgentInstruct on this machine. */
export interface TrainedPrompts {
  /** Undefined where none was taken out yet. */
  find(kind: TaskKind): Promise<TrainedPrompt | undefined>;
}

/** The name of the data set on the hub. */
export const agentInstruct = 'THUDM/AgentInstruct';
