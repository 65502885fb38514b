import path from 'node:path';
import { companionsOf } from '../dataset/companions';
import { Exporter, exportShapes, type Exported } from '../dataset/exports';
import { isRow, placeText } from '../dataset/row';
import { StatisticsCounter } from '../dataset/statistics';
import { createExportFile, finishAll } from '../runtime/trajectories/exportFile';
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
  const file = await createExportFile(exportShapes[to], out, { force });
  try {
    const take = async (exported: Exported): Promise<void> => {
      if ('refused' in exported) return report.refuse(exported.row, exported.refused);
      for (const value of exported.values) await file.write(value);
      report.write(exported.row, exported.values.length);
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
