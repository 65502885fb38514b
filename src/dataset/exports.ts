import type { ExportName } from '../agent/trainingExport';
import { hash53 } from './hash';
import type { Row } from './row';
import { agentInstruct } from './trainers/agentInstruct';
import { axolotl } from './trainers/axolotl';
import { exportRow, type ExportFormat } from './trainers/example';
import { fastChat } from './trainers/fastChat';
import { llamaFactory } from './trainers/llamaFactory';
import { openAi } from './trainers/openAi';
import { dpo, kto, pairOf, verdictOf } from './trainers/preferences';
import type { Refusal, TrainerLimits } from './trainers/reading';
import { openingLength, splitOf } from './split';

/** How the examples of each stand in its file. */
export const exportShapes = {
  'agentinstruct-jsonl': 'dialogues',
  'agentinstruct-json': 'array',
  'agentinstruct-parquet': 'parquet',
  fastchat: 'array',
  'llama-factory': 'array',
  axolotl: 'lines',
  openai: 'lines',
  kto: 'lines',
  dpo: 'lines',
} as const satisfies Record<ExportName, string>;

export interface ExportOptions extends TrainerLimits {
  /** FastChat has no mask for single replies: whether those of the run that are not to be learnt may be learnt too. */
  readonly learnGiven: boolean;
}

/** What a row became. Rows that wait for another one are answered when it comes, or at the end. */
export type Exported =
  { readonly row: Row; readonly values: readonly unknown[] } | { readonly row: Row; readonly refused: Refusal };

export function exportFormat(name: ExportName, { learnGiven }: { readonly learnGiven: boolean }): ExportFormat {
  switch (name) {
    case 'agentinstruct-jsonl':
    case 'agentinstruct-json':
    case 'agentinstruct-parquet':
      return agentInstruct;
    case 'fastchat':
      return fastChat({ learnGiven });
    case 'llama-factory':
      return llamaFactory;
    case 'axolotl':
      return axolotl;
    case 'openai':
      return openAi;
    case 'kto':
      return kto;
    case 'dpo':
      return dpo;
  }
}

/** Exports rows one by one. Of DPO it holds the judged runs that have found no partner yet. */
export class Exporter {
  private readonly format: ExportFormat;
  private readonly waiting = new Map<number, Row>();

  constructor(
    private readonly name: ExportName,
    private readonly options: ExportOptions,
  ) {
    this.format = exportFormat(name, options);
  }

  add(row: Row): Exported[] {
    const exported = { row, ...exportRow(this.format, row, this.options) };
    const unpaired = this.name === 'dpo' && 'refused' in exported && exported.refused.code === 'no-pair';
    return unpaired ? this.pair(row, exported) : [exported];
  }

  /** What still waits when all rows have been added. */
  end(): Exported[] {
    const rows = [...this.waiting.values()];
    this.waiting.clear();
    return rows.map((row) => ({ row, ...exportRow(this.format, row, this.options) }));
  }

  /** An accepted and a rejected run with the same opening make a pair. */
  private pair(row: Row, alone: Exported): Exported[] {
    const verdict = verdictOf(row);
    if (verdict === undefined) return [alone];
    const { conversations } = row.dialogue;
    const key = hash53(JSON.stringify(conversations.slice(0, openingLength(row.dialogue, splitOf(row.dialogue)))));
    const other = this.waiting.get(key);
    if (other === undefined || verdictOf(other) === verdict) {
      if (other !== undefined) return [alone];
      this.waiting.set(key, row);
      return [];
    }
    this.waiting.delete(key);
    const [accepted, rejected] = verdict === 'accepted' ? [row, other] : [other, row];
    const pair = pairOf(accepted.dialogue.conversations, rejected.dialogue.conversations);
    if (pair === undefined) return [alone, { row: other, ...exportRow(this.format, other, this.options) }];
    const reading = this.format.read(pair.value, this.options);
    return 'refused' in reading
      ? [
          { row: rejected, ...reading },
          { row: accepted, ...reading },
        ]
      : [
          { row: rejected, values: [] },
          { row: accepted, values: [pair.value] },
        ];
  }
}
