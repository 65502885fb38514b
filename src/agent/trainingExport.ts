/** The formats of trainers, as `agentlm dataset convert --to` names them (docs/datasets.md). */
export const exportNames = [
  'agentinstruct-jsonl',
  'agentinstruct-json',
  'agentinstruct-parquet',
  'fastchat',
  'llama-factory',
  'axolotl',
  'openai',
  'kto',
  'dpo',
] as const;

export type ExportName = (typeof exportNames)[number];

/** Of a file in a format. */
export function exportExtension(name: ExportName): '.json' | '.jsonl' | '.parquet' {
  switch (name) {
    case 'agentinstruct-parquet':
      return '.parquet';
    case 'agentinstruct-json':
    case 'fastchat':
    case 'llama-factory':
      return '.json';
    case 'agentinstruct-jsonl':
    case 'axolotl':
    case 'openai':
    case 'kto':
    case 'dpo':
      return '.jsonl';
  }
}

/** What is to be exported, and for which trainer. */
export interface ExportChoice {
  readonly format: ExportName;
  /** Files of rows; undefined: the runs of this workspace that were accepted, and where they make pairs those that were rejected. */
  readonly files: readonly string[] | undefined;
  /** Whether FastChat, which has no mask for single replies, may learn those that are not to be learnt. */
  readonly learnGiven: boolean;
}

/** A row that its trainer would drop, or learn something else from. */
export interface RefusedRow {
  /** Null for a row that could not be read. */
  readonly id: string | null;
  readonly code: string;
  /** Index into the conversation; null where the whole is meant. */
  readonly turn: number | null;
  /** One English sentence. */
  readonly detail: string;
}

/** What a trainer puts before the model, token by token. */
export interface ExportSample {
  readonly id: string;
  readonly tokens: readonly { readonly text: string; readonly learnt: boolean }[];
}

/** What an export would hold. */
export interface ExportPreview {
  /** Rows that are written, and the examples that they become. */
  readonly rows: number;
  readonly examples: number;
  readonly refusedRows: number;
  /** Rows that are written and were recorded on tasks of evaluation suites. */
  readonly testRows: number;
  /** The first of them. */
  readonly refused: readonly RefusedRow[];
  /** The first examples, as the trainer reads them. */
  readonly samples: readonly ExportSample[];
}

/** Turns trajectories into what a trainer reads. Failures that a user can mend are UserErrors; an abort rejects with its reason. */
export interface TrainingExporter {
  preview(choice: ExportChoice, signal: AbortSignal): Promise<ExportPreview>;
  /**
   * Writes the rows that are read as they are meant, whole or not at all.
   * @param out absolute path; what stands there is replaced
   * @returns all files that were written: the export and what lies beside it
   */
  write(choice: ExportChoice, out: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Writes the export and sends it to a data set of the user's on the hub, which is made, private, where it is missing.
   * @returns its address
   */
  push(
    choice: ExportChoice,
    target: HubTarget,
    onProgress: (percent: number) => void,
    signal: AbortSignal,
  ): Promise<string>;
}

/** Where on the hub something goes. */
export interface HubTarget {
  /** `owner/name` */
  readonly repository: string;
  readonly token: string;
  /** `https://huggingface.co` unless told. */
  readonly hub?: string | undefined;
}
