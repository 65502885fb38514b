import { styleText } from 'node:util';
import { visible } from '../agent/hiddenCharacters';
import type { ProblemCode } from '../dataset/problem';
import { placeText } from '../dataset/row';
import { Validator, type Validated } from '../dataset/validate';
import type { DatasetArguments } from './datasetArguments';
import { rowsOf, tokenCounters } from './datasetRows';
import { exitCodes } from './exitCodes';
import type { Write } from './output';

/** Reads the files twice, and says of each row what keeps it from being good training data. */
export async function validateCommand(
  { files, maxTokens, json }: Extract<DatasetArguments, { command: 'validate' | 'stats' | 'errors' }>,
  write: Write,
  signal: AbortSignal,
): Promise<number> {
  const { countTokens } = await tokenCounters();
  const { secretlintFindings } = await import('../runtime/trajectories/secretlint');
  const validator = new Validator({ maxTokens, countTokens, findMoreSecrets: secretlintFindings });
  for await (const row of rowsOf(files, signal)) validator.learn(row);

  const counts = new Map<ProblemCode, number>();
  let rows = 0;
  let sound = 0;
  for await (const row of rowsOf(files, signal)) {
    const validated = await validator.check(row);
    rows++;
    if (validated.ok) sound++;
    for (const code of new Set(validated.problems.map(({ code }) => code)))
      counts.set(code, (counts.get(code) ?? 0) + 1);
    if (json) await write(`${JSON.stringify(validated)}\n`);
    else if (!validated.ok) await write(inWords(validated, placeText(row.place)));
  }
  const problems = Object.fromEntries(counts);
  if (json) await write(`${JSON.stringify({ summary: { rows, ok: sound, problems } })}\n`);
  else await write(summary(rows, sound, counts));
  return sound === rows ? exitCodes.success : exitCodes.failure;
}

function inWords({ id, problems }: Validated, place: string): string {
  const lines = problems.map(({ code, turn, detail }) => {
    const where = turn === null ? '' : `turn ${turn}: `;
    return `  ${styleText('yellow', code.padEnd(16))}${where}${visible(detail)}\n`;
  });
  return `${styleText('bold', visible(id ?? 'A row'))} ${styleText('dim', visible(place))}\n${lines.join('')}`;
}

function summary(rows: number, sound: number, counts: ReadonlyMap<ProblemCode, number>): string {
  const codes = [...counts].sort(([, a], [, b]) => b - a).map(([code, many]) => `${code} ${many}`);
  return `${sound} of ${rows} rows are sound.${codes.length > 0 ? ` Rows with problems: ${codes.join(', ')}.` : ''}\n`;
}
