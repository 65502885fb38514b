import { copyFile, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { EvaluationReport, TaskResult } from '../../agent/evaluation';
import type { TaskKind } from '../../agent/task';
import { makeStateFolder } from '../makeFolder';
import { scoresBeside, type PublishedScore } from './published';
import { reportOf } from './report';
import { reportHtml } from './reportHtml';
import { ending, readResults, unfinishedEnding } from './resultFile';

/** An evaluation that came to its end. */
export interface ArchivedEvaluation {
  /** The name of its file. */
  readonly id: string;
  readonly report: EvaluationReport;
  /** Evaluations with the same one asked the same tasks. */
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly ended: number;
  readonly results: readonly TaskResult[];
}

/** The evaluations of a folder, the last one last. Files that are none are passed over. */
export async function listEvaluations(folder: string): Promise<readonly ArchivedEvaluation[]> {
  const names = await readdir(folder).catch(() => []);
  const kept = names.filter((name) => name.endsWith(ending) && !name.endsWith(unfinishedEnding));
  const read = await Promise.allSettled(kept.map(async (id) => readEvaluation(folder, id)));
  const found = read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  return found.toSorted((a, b) => a.ended - b.ended);
}

/**
 * Takes a results file of the command line in.
 * @throws {UserError} `evaluation.badResults`
 */
export async function addEvaluation(folder: string, file: string): Promise<void> {
  await readResults(file);
  await makeStateFolder(folder);
  await copyFile(file, path.join(folder, `${Date.now()}-${path.basename(file, ending)}${ending}`));
}

export async function removeEvaluation(folder: string, id: string): Promise<void> {
  await rm(path.join(folder, path.basename(id)), { force: true });
}

/** All evaluations of a folder as one page that needs nothing else. */
export async function evaluationsHtml(folder: string): Promise<string> {
  return reportHtml(await listEvaluations(folder));
}

/** The paper's scores that one of the evaluations can be compared with. */
export function publishedBeside(
  evaluations: readonly ArchivedEvaluation[],
): Readonly<Record<TaskKind, readonly PublishedScore[]>> {
  const reports = evaluations.map(({ report }) => report);
  return { os: scoresBeside('os', reports), db: scoresBeside('db', reports) };
}

async function readEvaluation(folder: string, id: string): Promise<ArchivedEvaluation> {
  const file = path.join(folder, id);
  const { setting, results } = await readResults(file);
  const { mtimeMs: ended } = await stat(file);
  return { id, ended, digest: setting.digest, report: reportOf({ setting, results }), results };
}
