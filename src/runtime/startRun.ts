import { randomUUID } from 'node:crypto';
import type { Approve } from '../agent/approval';
import type { Environment, TerminalSession } from '../agent/environment';
import type { AgentEvent, EndpointNotice } from '../agent/events';
import type { Model } from '../agent/model';
import { run } from '../agent/run';
import type { RunRequest, RunSession } from '../agent/session';
import type { Task } from '../agent/task';
import { withTrainedPrompt, type TrainedPrompt } from '../agent/trainedPrompt';
import { databaseTask } from '../agent/tasks/database';
import { osTask } from '../agent/tasks/os';
import { connect, type EndpointOptions } from './endpoint/connect';
import { openShell } from './shell/openShell';
import { openDatabase } from './sql/openDatabase';

/** What is set for every run. */
export interface RunOptions {
  readonly endpoint: Omit<EndpointOptions, 'conversationId'>;
  /** Left out: 8 for the OS, 15 for a database. */
  readonly stepLimit?: number | undefined;
  readonly replyTokens: number;
  readonly commandTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** The bundle of the child process that holds a database. */
  readonly sqlWorker: string;
  /** The instruction and example that the model was trained on; left out: our own. */
  readonly prompt?: TrainedPrompt | undefined;
}

/** What a task works on, once it is open. */
interface Workplace {
  readonly task: Task;
  readonly environment: Environment;
  readonly terminal: TerminalSession | undefined;
}

/**
 * Connects the endpoint, opens the shell or the database, and starts the loop; `events` closes what was opened.
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
    (until) => openWorkplace(request, options, until),
    signal,
  );
  const { terminal } = workplace;
  const task = options.prompt ? withTrainedPrompt(workplace.task, options.prompt) : workplace.task;
  return { events: events(id, request, options, { ...workplace, task, model, approve, signal }), terminal };
}

async function* events(
  id: string,
  { problem }: RunRequest,
  { stepLimit, replyTokens }: RunOptions,
  { environment, ...tools }: Workplace & { model: Model; approve: Approve; signal: AbortSignal },
): AsyncGenerator<AgentEvent, void> {
  try {
    yield* run({ id, problem, replyTokens, stepLimit }, { ...tools, environment, now: () => performance.now() });
  } finally {
    await environment.close();
  }
}

async function openWorkplace(request: RunRequest, options: RunOptions, signal: AbortSignal): Promise<Workplace> {
  if (request.kind === 'os') {
    const shell = await openShell({ cwd: request.place, commandTimeoutMs: options.commandTimeoutMs });
    return { task: osTask, environment: shell, terminal: shell };
  }
  const { statementTimeoutMs, sqlWorker } = options;
  const database = await openDatabase({ path: request.place, statementTimeoutMs, workerPath: sqlWorker }, signal);
  return { task: databaseTask(database.tables), environment: database, terminal: undefined };
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
