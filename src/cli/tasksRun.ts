import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { version } from '../../package.json';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { inWords, kindOfSuite, readSuite } from '../runtime/evaluation/readSuite';
import { startEvaluation, type EvaluationRequest } from '../runtime/evaluation/startEvaluation';
import type { Problem, Suite } from '../runtime/evaluation/suite';
import { recordTrials } from '../runtime/proposals/recordTrials';
import { confirm } from './confirm';
import { describeFailure } from './describeFailure';
import { evalExitCode, resultLine, withoutTurns } from './evalCommand';
import { exitCodes } from './exitCodes';
import { ownEndpoint, type OwnEndpoint } from './ownEndpoint';
import { proxyFor } from './proxy';
import type { RunTasksArguments } from './tasksArguments';

/**
 * Runs the tasks of a file, and keeps each attempt as a trajectory: for review where its check has passed, else rejected.
 * @returns the exit code: 0 when every task was attempted, whatever came of it
 */
export async function tasksRun(
  args: RunTasksArguments,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const say = (text: string): void => void process.stderr.write(`${visible(text)}\n`);
  const { file, folder, json } = args;
  let own: OwnEndpoint | undefined;
  try {
    const place = { kind: await kindOfSuite(file), place: file };
    const suite = await readSuite(place);
    for (const fault of suite.faults) say(inWords(fault));
    if (!args.yes && !(await confirm(question(args, suite), signal))) {
      say('Nothing was run.');
      return signal.aborted ? exitCodes.interrupted : exitCodes.failure;
    }
    own = await ownEndpoint(args, signal);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const recorder = recordTrials({ folder, product: version, file });
    // Its name begins with a dot: it is no trajectory of the folder.
    const out = path.join(folder, `.${suite.name}.results.jsonl`);
    const request = requestOf({ ...args, ...own?.place }, place, out);
    const { results } = await startEvaluation(request, signal, {
      suite: () => {},
      event(event) {
        recorder.hear(event);
        if (event.type === 'result') write(json ? `${withoutTurns(event)}\n` : resultLine(event));
      },
      keep: async (trial, result) => recorder.keep(trial, result),
    });
    const passed = results.filter((result) => result.passed).length;
    const failed = results.filter(({ ending }) => ending === 'error').length;
    const rejected = results.length - passed - failed;
    write(
      json
        ? `${JSON.stringify({ type: 'tasks', folder, passed, rejected, failed })}\n`
        : `${passed} passed and wait for review, ${rejected} were rejected, ${failed} could not be run. They are in ${visible(folder)}\n`,
    );
    return exitCodes.success;
  } catch (error) {
    if (signal.aborted) {
      say(`Stopped. What was done is in ${folder}; --resume goes on.`);
      return exitCodes.interrupted;
    }
    if (!UserError.is(error)) throw error;
    if (json) write(`${JSON.stringify(describeFailure(error))}\n`);
    say(error.message);
    return evalExitCode(error);
  } finally {
    await own?.close();
  }
}

function requestOf(args: RunTasksArguments, suite: EvaluationRequest['suite'], out: string): EvaluationRequest {
  const { endpoint, model, apiKey, context, image, engine, network } = args;
  return {
    ...args,
    suite,
    out,
    endpoint: { baseUrl: endpoint, apiKey, model, contextLength: context, proxy: proxyFor(endpoint, process.env) },
    // Only what came to its end is judged: the rest would be no training data.
    rules: 'new',
    temperature: args.temperature ?? 0,
    repeat: 1,
    stepLimit: args.steps,
    retries: 2,
    machine: {
      image,
      engine,
      network,
      writeLimitBytes: 2 * 1024 ** 3,
      commandTimeoutMs: 60_000,
      scriptTimeoutMs: 60_000,
    },
    database: { url: undefined, statementTimeoutMs: 30_000, sqlWorker: path.join(__dirname, 'sqlWorker.js') },
  };
}

function question({ file, image, network }: RunTasksArguments, { problems }: Suite): string {
  const [first] = problems;
  const given = first && givenTo(first);
  const copy = given === undefined ? '' : `, each on a copy of ${given}`;
  const where =
    first?.kind === 'db'
      ? 'the SQL sandbox'
      : image === undefined
        ? 'a fresh view of this machine'
        : `containers of ${image}`;
  const reach = first?.kind === 'os' && network ? 'with the network of this machine' : 'without network';
  return `Run ${problems.length} tasks of ${file}? The model’s actions and the scripts of the file run in ${where}, ${reach}${copy}. [y]es, [n]o: `;
}

function givenTo(problem: Problem): string | undefined {
  return problem.kind === 'os' ? problem.folder : problem.database;
}
