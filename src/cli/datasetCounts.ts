import { visible } from '../agent/hiddenCharacters';
import { ErrorCounter, runErrors } from '../dataset/errorAnalysis';
import { isRow } from '../dataset/row';
import { StatisticsCounter, type Spread, type Statistics } from '../dataset/statistics';
import type { DatasetArguments } from './datasetArguments';
import { rowsOf, tokenCounters } from './datasetRows';
import { exitCodes } from './exitCodes';
import { table, type Write } from './output';

type Arguments = Extract<DatasetArguments, { command: 'validate' | 'stats' | 'errors' }>;

/**
 * Prints the paper's table for the files, and how long and of what kind their rows are.
 * @returns the exit code: 1 when there is no row in them
 */
export async function statsCommand(
  { files, maxTokens, json }: Arguments,
  write: Write,
  signal: AbortSignal,
): Promise<number> {
  const { countTokens } = await tokenCounters();
  const counter = new StatisticsCounter({ maxTokens, countTokens });
  let rows = 0;
  for await (const row of rowsOf(files, signal)) {
    if (isRow(row)) {
      rows++;
      counter.add(row);
    } else counter.addUnreadable();
  }
  const statistics = counter.result();
  await write(json ? `${JSON.stringify(statistics)}\n` : statisticsInWords(statistics, maxTokens));
  return requireRows(rows, files);
}

/**
 * Prints what went wrong in the runs of the files, by rule and by model.
 * @returns the exit code: 1 when there is no row in them
 */
export async function errorsCommand(
  { files, maxTokens, json }: Arguments,
  write: Write,
  signal: AbortSignal,
): Promise<number> {
  const { countTokens } = await tokenCounters();
  const counter = new ErrorCounter();
  let rows = 0;
  let unreadable = 0;
  for await (const row of rowsOf(files, signal)) {
    if (!isRow(row)) {
      unreadable++;
      continue;
    }
    rows++;
    counter.add(row, runErrors(row, { maxTokens, countTokens }));
  }
  const lines = counter.lines();
  if (json) {
    await write(`${JSON.stringify({ rows, unreadable, errors: lines })}\n`);
    return requireRows(rows, files);
  }
  const head = ['rule', 'model', 'rows', 'share', 'times', 'for example'];
  const cells = lines.map(({ rule, model, rows, of, times, examples }) => [
    rule,
    visible(model ?? '–'),
    String(rows),
    percent(rows / of),
    String(times),
    visible(examples.join(' ')),
  ]);
  const found = lines.length === 0 ? 'No rule found an error.\n' : table(head, cells);
  await write(`${found}${rows} rows${unreadable > 0 ? `, and ${unreadable} that could not be read` : ''}.\n`);
  return requireRows(rows, files);
}

/** Numbers of nothing look like good ones: most likely the file is another one than was meant. */
function requireRows(rows: number, files: readonly string[]): number {
  if (rows > 0) return exitCodes.success;
  const names = visible(files.join(', '));
  process.stderr.write(`No row of ${names} could be read. agentlm dataset validate says why.\n`);
  return exitCodes.failure;
}

function statisticsInWords(statistics: Statistics, maxTokens: number): string {
  const { tokens, learntTokens, overLimit, turns, actions, outcomes, unreadable } = statistics;
  const head = ['task', 'model', 'instructions', 'rows', 'kept', 'avg. turns', 'kept ratio'];
  const lines = statistics.table.map(({ task, model, instructions, rows, kept, averageTurns, keptRatio }) => [
    task,
    visible(model ?? '–'),
    String(instructions),
    String(rows),
    String(kept),
    averageTurns?.toFixed(2) ?? '–',
    keptRatio === null ? '–' : percent(keptRatio),
  ]);
  return [
    table(head, lines),
    '\n',
    `Tokens: ${tokens.total}, of which ${learntTokens} are learnt; a row ${spread(tokens)}.\n`,
    `Longer than ${maxTokens} tokens: ${overLimit}.\n`,
    `Learnt replies of a row: ${spread(turns)}.\n`,
    `Actions: ${counts(actions)}.\n`,
    ...(Object.keys(outcomes).length > 0 ? [`Outcomes: ${counts(outcomes)}.\n`] : []),
    ...(unreadable > 0 ? [`Rows that could not be read: ${unreadable}. agentlm dataset validate names them.\n`] : []),
  ].join('');
}

function spread({ mean, median, p95, largest }: Spread): string {
  return `${mean.toFixed(2)} on average, ${median} in the middle, ${p95} at 95 %, ${largest} at most`;
}

function counts(values: Readonly<Record<string, number>>): string {
  const entries = Object.entries(values).sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? 'none' : entries.map(([name, many]) => `${name} ${many}`).join(', ');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
