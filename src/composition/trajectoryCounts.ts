import type { CountTrajectories } from '../agent/trajectoryStatistics';
import { readRows } from '../dataset/formats/readRow';
import { Overview } from '../dataset/overview';
import { readValues } from '../runtime/trajectories/readValues';
import { contextLength, tokenCounters } from './trajectorySummary';

/** Rows between two reports of how many there were. */
const stretch = 100;

/** Counts the rows of files, one after another. */
export const countTrajectories: CountTrajectories = async (files, onProgress, signal) => {
  const { countTokens } = await tokenCounters();
  const overview = new Overview({ maxTokens: contextLength, countTokens });
  try {
    for (const file of files) {
      for await (const row of readRows(readValues(file, signal))) {
        overview.add(row);
        if (overview.rows % stretch === 0) onProgress(overview.rows);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return overview.result({ partial: signal.aborted });
};
