import { datasetCard } from './datasetCard';
import type { ExportName } from '../agent/trainingExport';
import type { Statistics } from './statistics';
import { axolotlConfiguration } from './trainers/axolotl';
import { datasetInfo } from './trainers/llamaFactory';

/** A small file beside an export that says how it is to be read. */
export interface Companion {
  readonly name: string;
  readonly text: string;
}

/** What a trainer or the hub wants beside a file of this name. */
export function companionsOf(
  format: ExportName,
  fileName: string,
  { rows, maxTokens, statistics }: { rows: number; maxTokens: number; statistics: () => Statistics },
): Companion[] {
  const stem = fileName.replace(/\.[^.]*$/, '');
  switch (format) {
    case 'agentinstruct-parquet':
      return [{ name: 'README.md', text: datasetCard(fileName, rows, statistics()) }];
    case 'llama-factory':
      return [
        { name: 'dataset_info.json', text: `${JSON.stringify({ [stem]: datasetInfo(fileName) }, null, 2)}\n` },
        // The export is only read as it is meant with mask_history.
        {
          name: `${stem}.llama-factory.yaml`,
          text: `dataset: ${stem}\nmask_history: true\ncutoff_len: ${maxTokens}\n`,
        },
      ];
    case 'axolotl':
      return [{ name: `${stem}.axolotl.yaml`, text: axolotlConfiguration(fileName, maxTokens) }];
    case 'agentinstruct-jsonl':
    case 'agentinstruct-json':
    case 'fastchat':
    case 'openai':
    case 'kto':
    case 'dpo':
      return [];
  }
}
