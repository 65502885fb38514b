import path from 'node:path';
import { companionsOf, type Companion } from '../dataset/companions';
import { Exporter, type Exported, type ExportName } from '../dataset/exports';
import { isRow, placeText } from '../dataset/row';
import { StatisticsCounter } from '../dataset/statistics';
import { createAtomicFile, type AtomicFile } from '../runtime/trajectories/atomicFile';
import { createArray, createDialogueLines, createLines, type RowFile } from '../runtime/trajectories/rowFile';
import { ConvertReport } from './convertReport';
import type { ConvertArguments } from './datasetArguments';
import { rowsOf, tokenCounters } from './datasetRows';
import { exitCodes } from './exitCodes';
import type { Write } from './output';

/** Writes the rows that the trainer of a format reads as they are meant, and says of each other one why it does not. */
export async function convertCommand(args: ConvertArguments, write: Write, signal: AbortSignal): Promise<number> {
  const { to, out, files, maxTokens, json, strict, force, learnGiven } = args;
  const { countText, countTokens } = await tokenCounters();
  const exporter = new Exporter(to, { maxTokens, countTokens: countText, learnGiven });
  const statistics = new StatisticsCounter({ maxTokens, countTokens });
  const report = new ConvertReport(json, write);
  const file = await createExport(to, out, { force });
  try {
    const take = async (exported: Exported): Promise<void> => {
      if ('refused' in exported) return report.refuse(exported.row, exported.refused);
      for (const value of exported.values) await file.write(value);
      report.write(exported.values.length);
      if (to === 'agentinstruct-parquet') statistics.add(exported.row);
    };
    for await (const row of rowsOf(files, signal)) {
      if (isRow(row)) for (const exported of exporter.add(row)) await take(exported);
      else
        await report.refuse(row, {
          code: 'unreadable',
          turn: null,
          detail: `${placeText(row.place)} ${row.unreadable}.`,
        });
    }
    for (const exported of exporter.end()) await take(exported);
    if (report.examples === 0 || (strict && report.refused > 0)) {
      await report.end([]);
      return exitCodes.failure;
    }
    const rows = report.examples;
    const companions = companionsOf(to, path.basename(out), { rows, maxTokens, statistics: () => statistics.result() });
    await report.end([out, ...(await finishAll(file, out, companions, { force }))]);
    return exitCodes.success;
  } finally {
    await file.discard();
  }
}

async function createExport(to: ExportName, out: string, replace: { force: boolean }): Promise<RowFile<unknown>> {
  switch (to) {
    case 'agentinstruct-jsonl':
      return createDialogueLines(out, replace);
    case 'agentinstruct-parquet': {
      const { createParquet } = await import('../runtime/trajectories/parquetFile');
      return createParquet(out, replace);
    }
    case 'agentinstruct-json':
    case 'fastchat':
    case 'llama-factory':
      return createArray(out, replace);
    case 'axolotl':
    case 'openai':
    case 'kto':
    case 'dpo':
      return createLines(out, replace);
  }
}

/** Puts an export and what goes with it in place: all of it, or where one is in the way nothing. Settles to the companions. */
async function finishAll(
  file: RowFile<unknown>,
  out: string,
  companions: readonly Companion[],
  replace: { force: boolean },
): Promise<string[]> {
  const written: AtomicFile[] = [];
  const names = companions.map(({ name }) => path.join(path.dirname(out), name));
  try {
    for (const [index, { text }] of companions.entries()) {
      const companion = await createAtomicFile(names[index] ?? '', replace);
      written.push(companion);
      await companion.write(text);
    }
    await file.finish();
    for (const companion of written) await companion.finish();
    return names;
  } finally {
    for (const companion of written) await companion.discard();
  }
}
