import { randomUUID } from 'node:crypto';
import type { Approve } from '../agent/approval';
import type { PendingChanges } from '../agent/changes';
import type { DatabaseEnvironment } from '../agent/database';
import type { Environment, SandboxKind, Table, TerminalSession } from '../agent/environment';
import type { AgentEvent, OpeningNotice, RunOrigin } from '../agent/events';
import type { Model } from '../agent/model';
import { run, type RunSettings, type RunTools } from '../agent/run';
import type { RunSession, TaskRequest } from '../agent/session';
import type { RunCourse } from '../agent/steering';
import type { Task } from '../agent/task';
import { withTrainedPrompt, type TrainedPrompt } from '../agent/trainedPrompt';
import { databaseTask } from '../agent/tasks/database';
import { osTask } from '../agent/tasks/os';
import { fitTables } from '../agent/tasks/tableSentence';
import { approveByPolicy, type ApprovalOptions } from './approvalPolicy';
import { connect, type EndpointOptions } from './endpoint/connect';
import type { EndpointModel } from './endpoint/endpointModel';
import { openingIn, openingOf, promptOrigin } from './promptOrigin';
import { openSandboxedShell } from './sandboxedShell';
import type { SandboxOptions } from './shell/sandbox/openSandbox';
import type { Dialect } from './sql/messages';
import { keepResult } from './sql/keptResults';
import { openDatabase } from './sql/openDatabase';
import type { ServerOptions } from './sql/servers/openServer';

/** What is set for every run. */
export interface RunOptions {
  readonly endpoint: Omit<EndpointOptions, 'conversationId'>;
  /** Left out: 8 for the OS, 15 for a database. */
  readonly stepLimit?: number | undefined;
  readonly replyTokens: number;
  readonly commandTimeoutMs: number;
  /** How long a command may wait for input that nobody types; a minute if left out. */
  readonly inputTimeoutMs?: number;
  /** From when on a command counts as a long one; half a minute if left out. */
  readonly longCommandMs?: number;
  /** Whether the output of a command ends with the prompt of the shell, as AgentLM was trained; true if left out. */
  readonly promptTail?: boolean;
  readonly statementTimeoutMs: number;
  /** What holds the commands of an OS task; left out: nothing does. */
  readonly sandbox?: SandboxOptions;
  /** Which actions run unasked. */
  readonly approval: ApprovalOptions;
  /** The bundle of the child process that holds a database. */
  readonly sqlWorker: string;
  /** Folder in which what runs change in databases waits for a review; nothing is kept where it is left out. */
  readonly databaseStorage?: string | undefined;
  /** Folder in which the rows of a run's last query are kept (sql/keptResults.ts); they are not where it is left out. */
  readonly resultStorage?: string | undefined;
  /** The instruction and example that the model was trained on; left out: our own. */
  readonly prompt?: TrainedPrompt | undefined;
  /** The server of a database task, and its password; left out: the place of the request is a file or a folder. */
  readonly server?: Pick<ServerOptions, 'server' | 'password'> | undefined;
  /** What statements of a database task are read as; MySQL's where it is left out. */
  readonly dialect?: Dialect | undefined;
  /**
   * Asked which tables a task is about where the model cannot be told all columns of all tables and the request names no
   * tables. Undefined: the user does not want to choose.
   */
  readonly chooseTables?:
    ((tables: readonly Table[], signal: AbortSignal) => Promise<readonly string[] | undefined>) | undefined;
  /** What a surface adds to this one. */
  readonly course?: RunCourse | undefined;
}

/** What a task works on, once it is open. */
interface Workplace {
  /** What is told of the tables depends on the model's window. */
  taskFor(model: Model): Promise<Task>;
  readonly environment: Environment;
  readonly terminal: TerminalSession | undefined;
  readonly database?: DatabaseEnvironment;
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
  request: TaskRequest,
  options: RunOptions,
  ask: Approve,
  signal: AbortSignal,
  onNotice: (notice: OpeningNotice) => void = () => {},
): Promise<RunSession> {
  const approval = { ...options.approval, readsOnly: options.server?.server.access === 'read' };
  const approve = approveByPolicy(approval, request.kind === 'os' ? request.place : undefined, ask);
  const id = `${request.kind}_${randomUUID()}`;
  const endpoint = { ...options.endpoint, conversationId: id, onNotice };
  const [model, workplace] = await both(
    (until) => connect(endpoint, until),
    (until) => openWorkplace(id, request, options, until, onNotice),
    signal,
  );
  const { terminal, database, changes } = workplace;
  const own = await orClose(workplace, () => workplace.taskFor(model));
  const task = options.prompt ? withTrainedPrompt(own, options.prompt) : own;
  const opening = openingIn(options.course?.earlier ?? []) ?? openingOf(task);
  const origin = originOf(model, promptOrigin(opening, own));
  const tools = { ...workplace, task, model, approve, signal, ...(options.course && { course: options.course }) };
  return {
    events: events({ id, origin }, request, options, tools),
    terminal,
    ...(changes && { changes }),
    ...(database && { database }),
    ...(database?.review && { databaseChanges: database.review }),
  };
}

function originOf({ facts: { engine, version } }: EndpointModel, prompt: RunOrigin['prompt']): RunOrigin {
  return { engine, ...(version !== undefined && { engineVersion: version }), prompt };
}

async function* events(
  known: Pick<RunSettings, 'id' | 'origin'>,
  { problem }: TaskRequest,
  { stepLimit, replyTokens, resultStorage }: RunOptions,
  { environment, sandbox, database, ...tools }: Workplace & Omit<RunTools, 'environment' | 'now'>,
): AsyncGenerator<AgentEvent, void> {
  try {
    const settings = { ...known, problem, replyTokens, stepLimit, sandbox };
    yield* run(settings, { ...tools, environment, now: () => performance.now() });
  } finally {
    if (database && resultStorage !== undefined) await keepResult(resultStorage, known.id, database);
    await environment.close();
  }
}

async function openWorkplace(
  id: string,
  request: TaskRequest,
  options: RunOptions,
  signal: AbortSignal,
  onNotice: (notice: OpeningNotice) => void,
): Promise<Workplace> {
  if (request.kind === 'os') return openShellWorkplace(id, request, options, signal);
  const { statementTimeoutMs, sqlWorker, databaseStorage: storage, dialect } = options;
  const keep = storage === undefined ? undefined : { storage, id, problem: request.problem };
  const onProgress = nowAndThen((share) => onNotice({ code: 'copying', share }));
  const common = { statementTimeoutMs, workerPath: sqlWorker, keep };
  const database = options.server
    ? await openOnServer({ ...common, ...options.server }, request, signal)
    : await openDatabase({ ...common, path: request.place, dialect, onProgress }, signal);
  const taskFor = async (model: Model): Promise<Task> => {
    const sentence = await sentenceOf(database.tables, request, options, model, signal, onNotice);
    signal.throwIfAborted();
    return databaseTask(database.tables, sentence);
  };
  return { taskFor, environment: database, terminal: undefined, database };
}

/** What the model is told of the tables: those that the user chose in full, if there is no room for all. */
async function sentenceOf(
  tables: readonly Table[],
  { tables: wanted = [] }: TaskRequest,
  { chooseTables }: RunOptions,
  model: Model,
  signal: AbortSignal,
  onNotice: (notice: OpeningNotice) => void,
): Promise<string> {
  let fitted = await fitTables(tables, wanted, model);
  if (fitted.shortened && wanted.length === 0) {
    const chosen = await chooseTables?.(tables, signal);
    if (chosen) fitted = await fitTables(tables, chosen, model);
  }
  if (fitted.shortened) onNotice({ code: 'tables-shortened' });
  return fitted.sentence;
}

/** Passes a share on once a second, the first after a second; nothing once all is done. */
function nowAndThen(tell: (share: number) => void): (share: number) => void {
  let last = performance.now();
  return (share) => {
    if (share >= 1 || performance.now() < last + 1000) return;
    last = performance.now();
    tell(share);
  };
}

/** In a bundle of its own: it is seldom needed. */
async function openOnServer(
  { server, ...options }: ServerOptions,
  { tables = server.tables }: TaskRequest,
  signal: AbortSignal,
): Promise<DatabaseEnvironment> {
  const { openServer } = await import('./sql/servers/openServer');
  return openServer({ ...options, server: { ...server, tables } }, signal);
}

async function openShellWorkplace(
  id: string,
  { place, problem }: TaskRequest,
  { sandbox = { kind: 'off' }, ...settings }: RunOptions,
  signal: AbortSignal,
): Promise<Workplace> {
  const { commandTimeoutMs, inputTimeoutMs = 60_000, longCommandMs = 30_000, promptTail = true } = settings;
  const { shell, changes } = await openSandboxedShell(
    { id, workspace: place, problem },
    sandbox,
    { commandTimeoutMs, inputTimeoutMs, longCommandMs, promptTail },
    signal,
  );
  return {
    taskFor: async () => osTask,
    environment: shell,
    terminal: shell,
    sandbox: sandbox.kind,
    ...(changes && { changes }),
  };
}

/** Both, or neither: the first failure ends the other one, and what had opened is closed again. */
async function both(
  connecting: (until: AbortSignal) => Promise<EndpointModel>,
  opening: (until: AbortSignal) => Promise<Workplace>,
  signal: AbortSignal,
): Promise<[EndpointModel, Workplace]> {
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
  if (workplace.status === 'fulfilled') await abandon(workplace.value);
  throw failing.signal.reason;
}

async function orClose<T>(workplace: Workplace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await abandon(workplace);
    throw error;
  }
}

/** Closes what nothing has run in. */
async function abandon({ environment, changes }: Workplace): Promise<void> {
  await environment.close();
  await changes?.discard();
}
