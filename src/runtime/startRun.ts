import { randomUUID } from 'node:crypto';
import type { Approve } from '../agent/approval';
import type { PendingChanges } from '../agent/changes';
import type { Environment, SandboxKind, TerminalSession } from '../agent/environment';
import { UserError } from '../agent/errors';
import type { AgentEvent, EndpointNotice } from '../agent/events';
import type { Model } from '../agent/model';
import { run } from '../agent/run';
import type { RunRequest, RunSession } from '../agent/session';
import type { Task } from '../agent/task';
import { databaseTask } from '../agent/tasks/database';
import { osTask } from '../agent/tasks/os';
import { connect, type EndpointOptions } from './endpoint/connect';
import { openPending } from './shell/changes/pending';
import { openShell, type ShellEnvironment } from './shell/openShell';
import { openSandbox, type SandboxOptions } from './shell/sandbox/openSandbox';
import { openDatabase } from './sql/openDatabase';

/** What is set for every run. */
export interface RunOptions {
  readonly endpoint: Omit<EndpointOptions, 'conversationId'>;
  /** Left out: 8 for the OS, 15 for a database. */
  readonly stepLimit?: number | undefined;
  readonly replyTokens: number;
  readonly commandTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** What holds the commands of an OS task; left out: nothing does. */
  readonly sandbox?: SandboxOptions;
  /** The bundle of the child process that holds a database. */
  readonly sqlWorker: string;
}

/** What a task works on, once it is open. */
interface Workplace {
  readonly task: Task;
  readonly environment: Environment;
  readonly terminal: TerminalSession | undefined;
  readonly sandbox?: SandboxKind;
  readonly changes?: PendingChanges;
}

/**
 * Connects the endpoint, opens the shell or the database, and starts the loop; `events` closes what was opened. What a
 * sandbox has caught of the workspace stays in its storage until it is applied or discarded; a run that changed nothing
 * leaves nothing there.
 * @throws {UserError} when the endpoint, the folder or the database cannot be used; nothing stays open then.
 */
export async function startRun(
  request: RunRequest,
  options: RunOptions,
  approve: Approve,
  signal: AbortSignal,
  onNotice: (notice: EndpointNotice) => void = () => {},
): Promise<RunSession> {
  const id = `${request.kind}_${randomUUID()}`;
  const endpoint = { ...options.endpoint, conversationId: id, onNotice };
  const [model, workplace] = await both(
    (until) => connect(endpoint, until),
    (until) => openWorkplace(id, request, options, until),
    signal,
  );
  const { terminal, changes } = workplace;
  return {
    events: events(id, request, options, { ...workplace, model, approve, signal }),
    terminal,
    ...(changes === undefined ? {} : { changes }),
  };
}

async function* events(
  id: string,
  { problem }: RunRequest,
  { stepLimit, replyTokens }: RunOptions,
  { environment, sandbox, ...tools }: Workplace & { model: Model; approve: Approve; signal: AbortSignal },
): AsyncGenerator<AgentEvent, void> {
  try {
    const settings = { id, problem, replyTokens, stepLimit, sandbox };
    yield* run(settings, { ...tools, environment, now: () => performance.now() });
  } finally {
    await environment.close();
  }
}

async function openWorkplace(
  id: string,
  request: RunRequest,
  options: RunOptions,
  signal: AbortSignal,
): Promise<Workplace> {
  if (request.kind === 'os') return openShellWorkplace(id, request, options, signal);
  const { statementTimeoutMs, sqlWorker } = options;
  const database = await openDatabase({ path: request.place, statementTimeoutMs, workerPath: sqlWorker }, signal);
  return { task: databaseTask(database.tables), environment: database, terminal: undefined };
}

async function openShellWorkplace(
  id: string,
  { place, problem }: RunRequest,
  { commandTimeoutMs, sandbox: options = { kind: 'off' } }: RunOptions,
  signal: AbortSignal,
): Promise<Workplace> {
  const sandbox = await openSandbox({ id, workspace: place, problem }, options, signal);
  const changes = options.kind === 'off' ? undefined : await openPending(options.storage, id);
  let shell: ShellEnvironment;
  try {
    shell = await openShell({ cwd: place, commandTimeoutMs, sandbox });
  } catch (error) {
    await changes?.discard();
    throw error;
  }
  if (changes === undefined) return { task: osTask, environment: shell, terminal: shell, sandbox: options.kind };
  const close = async () => {
    await shell.close();
    await discardIfEmpty(changes);
  };
  return { task: osTask, environment: { ...shell, close }, terminal: shell, sandbox: options.kind, changes };
}

async function discardIfEmpty(changes: PendingChanges): Promise<void> {
  try {
    if ((await changes.list()).length === 0) await changes.discard();
  } catch (error) {
    // Whoever looks at the changes is told the same; the run itself went well.
    if (!UserError.is(error)) throw error;
  }
}

/** Both, or neither: the first failure ends the other one, and what had opened is closed again. */
async function both(
  connecting: (until: AbortSignal) => Promise<Model>,
  opening: (until: AbortSignal) => Promise<Workplace>,
  signal: AbortSignal,
): Promise<[Model, Workplace]> {
  const failing = new AbortController();
  const until = AbortSignal.any([signal, failing.signal]);
  const orFail = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      failing.abort(error);
      throw error;
    }
  };
  const [model, workplace] = await Promise.allSettled([orFail(connecting(until)), orFail(opening(until))]);
  if (model.status === 'fulfilled' && workplace.status === 'fulfilled') return [model.value, workplace.value];
  if (workplace.status === 'fulfilled') await workplace.value.environment.close();
  throw failing.signal.reason;
}
