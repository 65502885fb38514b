import { writeFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { UserError } from '../agent/errors';
import type { EvaluationReport } from '../agent/evaluation';
import { visible } from '../agent/hiddenCharacters';
import { mergeResults } from '../runtime/evaluation/mergeResults';
import { scoresBeside } from '../runtime/evaluation/published';
import { reportOf } from '../runtime/evaluation/report';
import { reportHtml } from '../runtime/evaluation/reportHtml';
import { readResults } from '../runtime/evaluation/resultFile';
import type { EvalReportArguments } from './evalArguments';
import { exitCodes } from './exitCodes';
import { describeFailure } from './describeFailure';

/**
 * Reports on results files: shards are merged, models are compared with each other and with the paper.
 * @returns the exit code
 */
export async function evalReport(
  { files, html, prices, json }: EvalReportArguments,
  write: (text: string) => void,
): Promise<number> {
  try {
    const merged = mergeResults(await Promise.all(files.map(readResults)));
    const all = merged.map((results) => ({ report: reportOf(results, prices), results: results.results }));
    if (html !== undefined) await writePage(html, reportHtml(all));
    const reports = all.map(({ report }) => report);
    if (json) for (const report of reports) write(`${JSON.stringify(report)}\n`);
    else write(reportText(reports));
    return exitCodes.success;
  } catch (error) {
    if (!UserError.is(error)) throw error;
    if (json) write(`${JSON.stringify(describeFailure(error))}\n`);
    process.stderr.write(`${visible(error.message)}\n`);
    return exitCodes.failure;
  }
}

async function writePage(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('evaluation.pageFailed', 'The page could not be written to {0}: {1}.', [file, reason], {
      cause,
    });
  }
}

/** Reports for people: each by itself, then beside the paper's numbers. */
export function reportText(reports: readonly EvaluationReport[]): string {
  const kinds = (['os', 'db'] as const).filter((kind) => reports.some((report) => report.kind === kind));
  return [...reports.map(oneReport), ...kinds.map((kind) => comparison(kind, reports))].join('\n');
}

function oneReport(report: EvaluationReport): string {
  const { score, interval, passed, total, missing, categories, outcomes, passAt, tokens, time, cost } = report;
  const lines = [
    styleText('bold', visible(`${report.model} on ${report.suite}: ${percent(score)} %`)),
    `${passed} of ${total} passed${missing > 0 ? `, ${missing} of the suite not attempted` : ''}; 95 % interval ${percent(interval.low)} to ${percent(interval.high)}`,
    ...Object.entries(passAt).map(([k, value]) => `pass@${k} ${percent(value)} %`),
    '',
    ...Object.entries(categories).map(
      ([name, share]) =>
        `  ${visible(name).padEnd(18)} ${`${share.passed}/${share.total}`.padStart(9)} ${percent(share.score).padStart(6)} %`,
    ),
    '',
    Object.entries(outcomes)
      .filter(([, count]) => count > 0)
      .map(([ending, count]) => `${count} ${ending}`)
      .join(', '),
    `${report.averageSteps.toFixed(2)} steps a task, ${(time.averageTask / 1000).toFixed(1)} s a task, ${tokens.prompt} tokens read, ${tokens.completion} written${cost === null ? '' : `, cost ${cost.toFixed(4)}`}`,
    '',
  ];
  return lines.join('\n');
}

function comparison(kind: EvaluationReport['kind'], reports: readonly EvaluationReport[]): string {
  const own = reports
    .filter((report) => report.kind === kind)
    .map(({ model, score, suite }) => row(visible(model), score, visible(suite)));
  const paper = scoresBeside(kind, reports).map(({ model, score }) =>
    styleText('dim', row(model, score, 'AgentTuning paper')),
  );
  const alone =
    paper.length > 0
      ? []
      : [styleText('dim', `  The paper's numbers are of AgentBench's whole test split: they do not compare.`)];
  return [`${kind === 'os' ? 'Operating system' : 'Database'}, percent:`, ...own, ...paper, ...alone, ''].join('\n');
}

function row(name: string, score: number, remark: string): string {
  return `  ${name.padEnd(24)} ${percent(score).padStart(6)}  ${remark}`;
}

function percent(value: number): string {
  return value.toFixed(1);
}
