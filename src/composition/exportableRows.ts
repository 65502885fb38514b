import { gpt } from '../agent/conversation';
import type { RefusedRow } from '../agent/trainingExport';
import { readRows } from '../dataset/formats/readRow';
import { isRow, type Row, type Unreadable } from '../dataset/row';
import { propose, redact } from '../dataset/secrets/redact';
import { readValues } from '../runtime/trajectories/readValues';
import { recordFiles } from '../runtime/trajectories/runHistory';
import { everySecret } from './secretSearch';

/**
 * The rows that may become training data: of runs those that a person accepted, with every secret decided on; those that
 * were rejected, for preferences, have all their secrets replaced. Rows of other files are as their owner left them.
 * @param files undefined: all records in `folders`
 */
export async function* exportableRows(
  folders: readonly string[],
  files: readonly string[] | undefined,
  wanted: { readonly rejected: boolean },
  signal: AbortSignal,
): AsyncGenerator<Row | Unreadable | RefusedRow, void> {
  for (const file of files ?? (await recordFiles(folders))) {
    for await (const row of readRows(readValues(file, signal))) {
      if (!isRow(row) || row.format !== 'recorded') yield row;
      else if (row.about.verdict === 'accepted') yield await withoutUndecided(row);
      else if (row.about.verdict === 'rejected' && wanted.rejected) yield await redacted(row);
    }
  }
}

/** A run that was accepted elsewhere than in the accept step may hold secrets that nobody saw. */
async function withoutUndecided(row: Row): Promise<Row | RefusedRow> {
  const { dialogue, about } = row;
  const kept = new Set(about.kept);
  for (const { value, turn } of textsOf(row)) {
    const found = await everySecret(value, []);
    const open = found.find(({ start, end }) => !kept.has(value.slice(start, end)));
    if (!open) continue;
    const detail = `The turn holds what looks like a secret (${open.kind}), on which nobody has decided. Review the run.`;
    return { id: dialogue.id, code: 'secret', turn, detail };
  }
  return row;
}

async function redacted(row: Row): Promise<Row> {
  const { dialogue, about } = row;
  const texts = textsOf(row).map(({ value }) => gpt(value, { loss: false }));
  const findings = await Promise.all(texts.map(({ value }) => everySecret(value, [])));
  const proposals = propose({ id: dialogue.id, conversations: texts }, findings);
  const clean = redact({ id: dialogue.id, conversations: texts }, proposals).conversations.slice(
    dialogue.conversations.length,
  );
  const corrections = about.corrections?.map((each, index) => ({ ...each, original: clean[index]?.value ?? '' }));
  return {
    ...row,
    dialogue: redact(dialogue, proposals),
    about: { ...about, ...(corrections && { corrections }) },
  };
}

/** Each turn, and the model's own words beside a correction. */
function textsOf({ dialogue, about: { corrections = [] } }: Row): { readonly value: string; readonly turn: number }[] {
  return [
    ...dialogue.conversations.map(({ value }, turn) => ({ value, turn })),
    ...corrections.map(({ original, turn }) => ({ value: original, turn })),
  ];
}
