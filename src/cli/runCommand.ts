import path from 'node:path';
import { UserError } from '../agent/errors';
import type { EndpointNotice, Outcome } from '../agent/events';
import { obstacles, succeeded, toDialogue, TrajectoryRecorder } from '../agent/trajectory';
import { startDemoEndpoint } from '../runtime/demo/server';
import type { RunOptions } from '../runtime/startRun';
import { appendDialogue } from '../runtime/trajectories/trajectoryFile';
import { approvalOf } from './ask';
import type { RunArguments } from './arguments';
import { exitCodes } from './exitCodes';
import type { Printer } from './print';

/**
 * Runs one task and prints it.
 * @returns the exit code
 * @throws {UserError} when the task cannot be started
 */
export async function runCommand(args: RunArguments, print: Printer, signal: AbortSignal): Promise<number> {
  const own = await ownEndpoint(args, signal);
  try {
    const { startRun } = await import('../runtime/startRun');
    const { readTrainedPrompt } = await import('../runtime/trajectories/readTrainedPrompt');
    const { trainedFrom, request } = args;
    const prompt = trainedFrom === undefined ? undefined : await readTrainedPrompt(trainedFrom, request.kind, signal);
    const options = { ...runOptions({ ...args, ...own?.place }), prompt };
    const onNotice = (notice: EndpointNotice): void => print({ type: 'notice', notice });
    const session = await startRun(request, options, approvalOf(args.approve), signal, onNotice);
    const recorder = new TrajectoryRecorder();
    let failure: unknown;
    let code: number = exitCodes.failure;
    for await (const event of session.events) {
      recorder.hear(event);
      if (event.type === 'failure') failure = event.error;
      if (event.type !== 'finished') {
        print(event);
        continue;
      }
      // `finished` is the last line, so what comes of the record has to be known before it is printed.
      const problem = args.record === undefined ? undefined : await record(recorder, args.record);
      if (problem !== undefined) print({ type: 'failure', error: problem });
      const outcome = problem === undefined ? event.outcome : 'failed';
      code = exitCode(outcome, failure, signal);
      print({ ...event, outcome });
    }
    return code;
  } finally {
    await own?.close();
  }
}

interface OwnEndpoint {
  readonly place: { readonly endpoint: string; readonly model?: string };
  close(): Promise<void>;
}

/** The endpoint that is there for this run only: the demo, or a model of this machine. */
async function ownEndpoint({ endpoint, local }: RunArguments, signal: AbortSignal): Promise<OwnEndpoint | undefined> {
  if (local !== undefined) {
    const { serveFile } = await import('./serveFile');
    const served = await serveFile(local, signal);
    return { place: { endpoint: served.url, model: served.model }, close: () => served.stop() };
  }
  if (endpoint !== 'demo') return undefined;
  const demo = await startDemoEndpoint();
  return { place: { endpoint: demo.url }, close: () => demo.close() };
}

/** The exit code for a run that ended, or never began, with this outcome. */
export function exitCode(outcome: Outcome, failure: unknown, { aborted }: AbortSignal): number {
  if (aborted) return exitCodes.interrupted;
  if (succeeded(outcome)) return exitCodes.success;
  if (!UserError.is(failure)) return exitCodes.failure;
  if (failure.code.startsWith('endpoint.bad-')) return exitCodes.usage;
  return failure.code.startsWith('endpoint.') ? exitCodes.endpoint : exitCodes.failure;
}

function runOptions({ endpoint, model, apiKey, steps, context }: RunArguments): RunOptions {
  return {
    endpoint: {
      baseUrl: endpoint,
      apiKey,
      model,
      contextLength: context,
    },
    stepLimit: steps,
    replyTokens: 512,
    commandTimeoutMs: 120_000,
    statementTimeoutMs: 30_000,
    sqlWorker: path.join(__dirname, 'sqlWorker.js'),
  };
}

/** `--record` is the acceptance: a run that succeeded becomes training data. Settles to what went wrong. */
async function record({ trajectory }: TrajectoryRecorder, file: string): Promise<unknown> {
  if (!trajectory || obstacles(trajectory).length > 0) return undefined;
  try {
    await appendDialogue(path.resolve(file), toDialogue(trajectory));
    return undefined;
  } catch (error) {
    return error;
  }
}
