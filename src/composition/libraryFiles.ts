import type { LibraryEntry } from '../agent/library';
import { writeLine } from '../agent/runRecord';
import type { ReviewLine } from '../agent/runReview';
import { readRows } from '../dataset/formats/readRow';
import { isRow } from '../dataset/row';
import { appendLines } from '../runtime/trajectories/appendLines';
import { openLibraryIndex, type LibraryIndex } from '../runtime/trajectories/libraryIndex';
import { readValues } from '../runtime/trajectories/readValues';
import { summaryOf, tokenCounters, type TokenCounters } from './trajectorySummary';

/** What is known of a trajectory beside its file, which the index names once. */
export type IndexedTrajectory = Omit<LibraryEntry, 'file'>;

export { emptyTrash, moveToTrash } from '../runtime/trajectories/trash';

/** Of a recorded session; other files of rows are data sets. */
const recordExtension = '.trajectory.jsonl';

const rowFile = /\.(?:jsonl|ndjson|json|parquet)$/i;

/** @param onUnreadable told of files that cannot be read */
export function openLibraryFiles(
  indexFile: string,
  onUnreadable: (file: string, error: unknown) => void,
): Promise<LibraryIndex<IndexedTrajectory>> {
  let counting: Promise<TokenCounters> | undefined;
  return openLibraryIndex<IndexedTrajectory>(
    indexFile,
    (name) => rowFile.test(name) && !name.startsWith('.'),
    // What is in a data set is read when somebody opens it.
    async (file, signal) =>
      file.endsWith(recordExtension) ? recordedEntries(file, await (counting ??= tokenCounters()), signal) : [],
    onUnreadable,
  );
}

/** The recorded trajectories and the other files that an index holds. */
export function contentOf({ files }: LibraryIndex<IndexedTrajectory>): {
  readonly entries: readonly LibraryEntry[];
  readonly datasets: readonly string[];
} {
  const entries: LibraryEntry[] = [];
  const datasets: string[] = [];
  for (const [file, known] of files) {
    if (!file.endsWith(recordExtension)) datasets.push(file);
    for (const entry of known.entries) entries.push({ ...entry, file });
  }
  return { entries, datasets };
}

/** Adds to the record of a run what a person said of it. @throws when the file is gone or cannot be written */
export async function addRemark({ file, id, at }: LibraryEntry, remark: ReviewLine): Promise<void> {
  await appendLines(file, [writeLine({ run: id, at: Date.now() - at, ...remark })], { create: false });
}

async function recordedEntries(
  file: string,
  { countTokens }: TokenCounters,
  signal: AbortSignal,
): Promise<IndexedTrajectory[]> {
  const entries: IndexedTrajectory[] = [];
  for await (const row of readRows(readValues(file, signal))) {
    if (isRow(row)) entries.push({ ...summaryOf(row, countTokens), at: row.about.at ?? 0 });
  }
  return entries;
}
