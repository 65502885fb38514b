import path from 'node:path';
import type { PendingChanges } from '../agent/changes';
import type { DatabaseReview } from '../agent/database';
import type { EventOf, Outcome } from '../agent/events';
import type { RunSession } from '../agent/session';
import { obstacles, succeeded, toDialogue, TrajectoryRecorder } from '../agent/trajectory';
import type { RunOptions } from '../runtime/startRun';
import { appendDialogue } from '../runtime/trajectories/trajectoryFile';
import { askerOf } from './ask';
import { withPassword } from './askPassword';
import { requireFolder, requireWritable } from './checkPlaces';
import { pendingChanges } from './dbChangesWords';
import { exitCodes, failureCode } from './exitCodes';
import { openInSandbox } from './openInSandbox';
import { ownEndpoint } from './ownEndpoint';
import type { Printer } from './print';
import { proxyFor } from './proxy';
import type { RunArguments } from './runArguments';
import { trainedPrompt } from './trainedPrompt';
import { isSomebodyThere, typeIn } from './typeIn';
import { withoutSecrets } from './withoutSecrets';

export interface RunSettings extends RunArguments {
  /** Where changes of a database wait for a decision; they are forgotten where it is left out. */
  readonly databaseStorage?: string;
}

/**
 * Runs one task and prints it.
 * @returns the exit code
 * @throws {UsageError | UserError} when the task cannot be started
 */
export async function runCommand(args: RunSettings, print: Printer, signal: AbortSignal): Promise<number> {
  await checkPlaces(args);
  const own = await ownEndpoint(args, signal);
  try {
    const session = await openSession({ ...args, ...own?.place }, print, signal);
    const { conversions = [] } = session.database ?? {};
    if (conversions.length > 0) print({ type: 'conversions', conversions });
    if (session.terminal !== undefined && isSomebodyThere(args.json)) typeIn(session.terminal);
    const recorder = new TrajectoryRecorder();
    let failure: unknown;
    let unwritten = 0;
    let finished: EventOf<'finished'> | undefined;
    for await (const event of session.events) {
      recorder.hear(event);
      if (event.type === 'failure') failure = event.error;
      if (event.type !== 'finished') {
        print(event);
        continue;
      }
      finished = event;
      for (const problem of [await exportRows(session, args, signal), await record(recorder, args.record)]) {
        if (problem === undefined) continue;
        unwritten++;
        print({ type: 'failure', error: problem });
      }
    }
    if (!finished) return exitCodes.failure;
    // Now the database is closed; and `finished` is the last line, so whatever else there is comes before it.
    if (session.databaseChanges) await tellChanges(session.databaseChanges, print);
    if (session.changes) await printChanges(session.changes, print);
    print(finished);
    const code = exitCode(finished.outcome, failure, signal);
    // Whatever the model answered: a program that waits for the file is told that there is none.
    return code === exitCodes.success && unwritten > 0 ? exitCodes.failure : code;
  } finally {
    await own?.close();
  }
}

/** What would be found wrong at the end otherwise. */
async function checkPlaces({ request, record, exportTo }: RunArguments): Promise<void> {
  if (request.kind === 'os') await requireFolder('--cwd', request.place);
  if (record !== undefined) await requireWritable('--record', record);
  if (exportTo !== undefined) await requireWritable('--export', exportTo);
}

async function openSession(args: RunSettings, print: Printer, signal: AbortSignal): Promise<RunSession> {
  const { startRun } = await import('../runtime/startRun');
  const { request, approve } = args;
  const options = { ...runOptions(args), prompt: await trainedPrompt({ ...args, kind: request.kind }, signal) };
  const start = async (more: Pick<RunOptions, 'sandbox' | 'server'>): Promise<RunSession> =>
    startRun(request, { ...options, ...more }, askerOf(approve), signal, (notice) => print({ type: 'notice', notice }));
  if (args.server) {
    const { server, password } = args.server;
    return withPassword(request.place, password, signal, async (known) =>
      start({ server: { server, password: known } }),
    );
  }
  if (request.kind === 'db') return start({});
  return openInSandbox(args.sandbox, approve, signal)(request.place, async (sandbox) => start({ sandbox }));
}

/** The exit code for a run that ended, or never began, with this outcome. */
export function exitCode(outcome: Outcome, failure: unknown, { aborted }: AbortSignal): number {
  if (aborted) return exitCodes.interrupted;
  if (succeeded(outcome)) return exitCodes.success;
  return failureCode(failure);
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

function runOptions(args: RunSettings): RunOptions {
  const { endpoint, model, apiKey, steps, context, approve, promptTail, json, dialect, databaseStorage } = args;
  return {
    endpoint: {
      baseUrl: endpoint,
      apiKey,
      model,
      contextLength: context,
      proxy: proxyFor(endpoint, process.env),
    },
    stepLimit: steps,
    replyTokens: 512,
    commandTimeoutMs: 120_000,
    inputTimeoutMs: isSomebodyThere(json) ? 60_000 : 5_000,
    promptTail,
    statementTimeoutMs: 30_000,
    approval: { mode: approve === 'none' ? 'ask' : approve },
    sqlWorker: path.join(__dirname, 'sqlWorker.js'),
    databaseStorage,
    dialect,
  };
}

/** What a run changed in a copy of its database, or nothing. A run that was stopped is told like any other. */
async function tellChanges(review: DatabaseReview, print: Printer): Promise<void> {
  if (!(await review.isPending())) return;
  const changes = await review.changes(0, new AbortController().signal);
  if (changes.tables.length + changes.schema.length === 0) return review.discard();
  print({ type: 'database-changes', ...pendingChanges(review, changes) });
}

/** Settles to what went wrong. */
async function exportRows({ database }: RunSession, { exportTo }: RunArguments, signal: AbortSignal): Promise<unknown> {
  if (exportTo === undefined || !database || signal.aborted) return undefined;
  try {
    await database.export(exportTo, signal);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** `--record` is the acceptance: a run that succeeded becomes training data, without its secrets. Settles to what went wrong. */
async function record({ trajectory }: TrajectoryRecorder, file: string | undefined): Promise<unknown> {
  if (file === undefined || !trajectory || obstacles(trajectory).length > 0) return undefined;
  try {
    const { dialogue, replaced } = await withoutSecrets(toDialogue(trajectory), process.env);
    await appendDialogue(file, dialogue);
    if (replaced > 0) process.stderr.write(`Secrets that were replaced in what was recorded: ${replaced}.\n`);
    return undefined;
  } catch (error) {
    return error;
  }
}
