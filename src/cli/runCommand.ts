import path from 'node:path';
import type { PendingChanges } from '../agent/changes';
import { UserError } from '../agent/errors';
import type { EndpointNotice, EventOf, Outcome } from '../agent/events';
import { visible } from '../agent/hiddenCharacters';
import { obstacles, succeeded, toDialogue, TrajectoryRecorder } from '../agent/trajectory';
import { startDemoEndpoint } from '../runtime/demo/server';
import type { RunOptions } from '../runtime/startRun';
import { appendDialogue } from '../runtime/trajectories/trajectoryFile';
import type { SandboxOptions } from '../runtime/shell/sandbox/openSandbox';
import { approvalOf } from './ask';
import type { RunArguments, SandboxChoice } from './arguments';
import { exitCodes } from './exitCodes';
import type { Printer } from './print';

/** What a run in a sandbox may write. */
const writeLimitBytes = 2_000_000_000;

/**
 * Runs one task and prints it.
 * @returns the exit code
 * @throws {UserError} when the task cannot be started
 */
export async function runCommand(args: RunArguments, print: Printer, signal: AbortSignal): Promise<number> {
  const own = await ownEndpoint(args, signal);
  try {
    const { startRun } = await import('../runtime/startRun');
    const sandbox = args.request.kind === 'os' ? await chooseSandbox(args.sandbox) : undefined;
    const options = runOptions({ ...args, ...own?.place }, sandbox);
    const onNotice = (notice: EndpointNotice): void => print({ type: 'notice', notice });
    const session = await startRun(args.request, options, approvalOf(args.approve), signal, onNotice);
    const recorder = new TrajectoryRecorder();
    let failure: unknown;
    let finished: EventOf<'finished'> | undefined;
    for await (const event of session.events) {
      recorder.hear(event);
      if (event.type === 'failure') failure = event.error;
      if (event.type === 'finished') finished = event;
      else print(event);
    }
    if (finished === undefined) return exitCodes.failure;
    // `finished` is the last line, so what comes of the record and of the changes has to be known before it is printed.
    const problem = args.record === undefined ? undefined : await record(recorder, args.record);
    if (problem !== undefined) print({ type: 'failure', error: problem });
    if (session.changes !== undefined) await printChanges(session.changes, print);
    const outcome = problem === undefined ? finished.outcome : 'failed';
    print({ ...finished, outcome });
    return exitCode(outcome, failure, signal);
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

/** Where nothing is said, the best that there is; standard error tells when that is none. */
async function chooseSandbox({ kind, network, image = '', engine, storage }: SandboxChoice): Promise<SandboxOptions> {
  const common = { network, storage, writeLimitBytes };
  if (kind === 'off') return { kind };
  if (kind === 'container') return { kind, ...common, image, ...(engine === undefined ? {} : { engine }) };
  const { probeSandbox } = await import('../runtime/shell/sandbox/probe');
  const reason = await probeSandbox(storage);
  if (reason === undefined) return { kind: 'workspace', ...common };
  if (kind !== undefined) throw reason;
  process.stderr.write(`Commands run without a sandbox. ${visible(reason.message)}\n`);
  return { kind: 'off' };
}

/** Also where nothing was changed: a program that reads the lines so knows it. */
async function printChanges(pending: PendingChanges, print: Printer): Promise<void> {
  const { id, workspace } = pending;
  try {
    print({ type: 'changes', id, workspace, changes: await pending.list() });
  } catch (error) {
    print({ type: 'failure', error });
  }
}

function runOptions(
  { endpoint, model, apiKey, steps, context }: RunArguments,
  sandbox: SandboxOptions | undefined,
): RunOptions {
  return {
    ...(sandbox === undefined ? {} : { sandbox }),
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
