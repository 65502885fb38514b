import path from 'node:path';
import { UserError } from '../agent/errors';
import { isTestTask } from '../agent/testTask';
import {
  exportExtension,
  type ExportChoice,
  type ExportPreview,
  type ExportSample,
  type RefusedRow,
  type TrainingExporter,
} from '../agent/trainingExport';
import { companionsOf } from '../dataset/companions';
import { Exporter, exportFormat, exportShapes, type Exported } from '../dataset/exports';
import { isRow, placeText } from '../dataset/row';
import { StatisticsCounter } from '../dataset/statistics';
import { learntTokens } from '../dataset/trainers/reading';
import { tokenCount, tokenPieces } from '../runtime/endpoint/llamaTokenizer';
import { pushWritten } from '../runtime/trajectories/hub';
import { createExportFile, finishAll } from '../runtime/trajectories/exportFile';
import { conversationTokens } from '../runtime/trajectories/tokenCounts';
import { exportableRows } from './exportableRows';

/** Tokens that the model reads (Llama-2). */
const maxTokens = 4096;

/** Rows that are named, and examples that are shown. */
const namedRows = 200;
const shownExamples = 5;

/** @param folders where the records of runs are */
export function createTrainingExporter(folders: readonly string[]): TrainingExporter {
  async function* exported(choice: ExportChoice, signal: AbortSignal): AsyncGenerator<Exported | RefusedRow, void> {
    const { format } = choice;
    const exporter = new Exporter(format, { maxTokens, countTokens: tokenCount, learnGiven: choice.learnGiven });
    const pairs = format === 'kto' || format === 'dpo';
    for await (const row of exportableRows(folders, choice.files, { rejected: pairs }, signal)) {
      signal.throwIfAborted();
      if ('code' in row) yield row;
      else if (isRow(row)) yield* exporter.add(row);
      else yield { id: null, code: 'unreadable', turn: null, detail: `${placeText(row.place)} ${row.unreadable}.` };
    }
    yield* exporter.end();
  }

  async function write(choice: ExportChoice, out: string, signal: AbortSignal): Promise<readonly string[]> {
    const { format } = choice;
    const statistics = new StatisticsCounter({
      maxTokens,
      countTokens: (turns) => conversationTokens(turns, tokenCount),
    });
    let examples = 0;
    const file = await createExportFile(exportShapes[format], out, { force: true });
    try {
      for await (const each of exported(choice, signal)) {
        if (!('values' in each)) continue;
        for (const value of each.values) await file.write(value);
        examples += each.values.length;
        if (format === 'agentinstruct-parquet') statistics.add(each.row);
      }
      if (examples === 0) throw nothingToExport();
      const about = { rows: examples, maxTokens, statistics: () => statistics.result() };
      return [out, ...(await finishAll(file, out, companionsOf(format, path.basename(out), about), { force: true }))];
    } finally {
      await file.discard();
    }
  }

  return {
    async preview(choice, signal) {
      const format = exportFormat(choice.format, choice);
      const samples: ExportSample[] = [];
      const refused: RefusedRow[] = [];
      const counts = { rows: 0, examples: 0, refusedRows: 0, testRows: 0 };
      for await (const each of exported(choice, signal)) {
        if ('values' in each) {
          counts.rows++;
          if (isTestTask(each.row.dialogue.id)) counts.testRows++;
          counts.examples += each.values.length;
          for (const value of each.values) {
            if (samples.length < shownExamples)
              samples.push(sampleOf(each.row.dialogue.id, format.read(value, limits)));
          }
          continue;
        }
        counts.refusedRows++;
        if (refused.length < namedRows) {
          refused.push('refused' in each ? { id: each.row.dialogue.id, ...each.refused } : each);
        }
      }
      return { ...counts, refused, samples } satisfies ExportPreview;
    },
    write,
    async push(choice, target, onProgress, signal) {
      const name = `train${exportExtension(choice.format)}`;
      // As every tool for the hub has it.
      const hub = target.hub ?? process.env['HF_ENDPOINT'];
      const writeIn = (folder: string): Promise<readonly string[]> => write(choice, path.join(folder, name), signal);
      return pushWritten(writeIn, { ...target, hub }, onProgress, signal);
    },
  };
}

const limits = { maxTokens, countTokens: tokenCount };

type Reading = ReturnType<ReturnType<typeof exportFormat>['read']>;

function sampleOf(id: string, reading: Reading): ExportSample {
  if ('refused' in reading) throw new Error('An example that was written is read otherwise now.');
  const tokens = learntTokens(reading.stretches, tokenPieces);
  return { id, tokens: tokens.map(({ text, learnt }) => ({ text, learnt })) };
}

function nothingToExport(): UserError {
  return new UserError(
    'export.nothing',
    'There is nothing to export: no row is accepted, or the trainer would learn none of them as it is meant. Accept some runs, or look at the reasons.',
  );
}
