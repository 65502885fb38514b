import { createHash } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeStateFolder } from '../makeFolder';
import { digestOf, readSuite } from './readSuite';
import { ending, readResults, unfinishedEnding, type Results } from './resultFile';
import { startEvaluation, type EvaluationHearing, type EvaluationRequest } from './startEvaluation';

/** What an editor asks for; where results are kept is not its business. */
export interface KeptRequest extends Omit<EvaluationRequest, 'out' | 'resume' | 'limit' | 'shard'> {
  /** One is not gone on with where the other stopped. */
  readonly purpose?: 'trajectories';
}

/**
 * Evaluates a suite, and keeps the results in a folder: first in a file that says that it is unfinished, at the end in
 * one that is named after the moment. A few tasks of a suite that are tried again are not kept.
 * @param resume whether an unfinished evaluation of the same request is gone on with; else it is deleted
 * @throws {UserError} like startEvaluation(); what was done by then can be resumed
 */
export async function keepEvaluation(
  folder: string,
  request: KeptRequest,
  resume: boolean,
  signal: AbortSignal,
  hearing: EvaluationHearing,
): Promise<Results> {
  if (request.only !== undefined)
    return startEvaluation({ ...request, out: undefined, resume: false }, signal, hearing);
  await makeStateFolder(folder);
  const out = path.join(folder, `${keyOf(request)}${unfinishedEnding}`);
  if (!resume) await rm(out, { force: true });
  const results = await startEvaluation({ ...request, out, resume }, signal, hearing);
  await rename(out, path.join(folder, `${new Date().toISOString().replaceAll(':', '-')}${ending}`));
  return results;
}

/** The results that an unfinished evaluation of the same request, and of the suite as it is now, has left. */
export async function unfinishedResults(folder: string, request: KeptRequest): Promise<Results | undefined> {
  if (request.only !== undefined) return undefined;
  const file = path.join(folder, `${keyOf(request)}${unfinishedEnding}`);
  try {
    const results = await readResults(file);
    return results.setting.digest === (await digestOf(await readSuite(request.suite))) ? results : undefined;
  } catch {
    // There is none, or none that can be gone on with: then it begins anew.
    return undefined;
  }
}

/** Of everything that decides a result; startEvaluation() checks it once more where it goes on. */
function keyOf(request: KeptRequest): string {
  const { suite, endpoint, rules, temperature, seed, repeat, constrain, machine, purpose } = request;
  const { baseUrl, model } = endpoint;
  const wanted = [suite.place, baseUrl, model, rules, temperature, seed, repeat, constrain, machine.image, purpose];
  return createHash('sha256').update(JSON.stringify(wanted)).digest('hex').slice(0, 16);
}
