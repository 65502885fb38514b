import { randomUUID } from 'node:crypto';
import type { EvaluationSetting, Rules, TaskResult } from '../../agent/evaluation';
import { UserError } from '../../agent/errors';
import type { TaskKind } from '../../agent/task';
import { databaseTask } from '../../agent/tasks/database';
import { osTask } from '../../agent/tasks/os';
import { withTrainedPrompt, type TrainedPrompt } from '../../agent/trainedPrompt';
import { createAdmission } from '../endpoint/admission';
import { connect, type EndpointOptions } from '../endpoint/connect';
import { openingOf, promptOrigin } from '../promptOrigin';
import { evaluate, trialsOf, type EvaluationEvent, type Slice, type Trial } from './evaluate';
import { machinesOf, probeMachine, type MachineChoice } from './machines';
import { digestOf, readSuite, type SuitePlace } from './readSuite';
import { openResultFile, type Results, type ResultFile } from './resultFile';
import { sqliteTrials } from './sqliteTrial';
import type { Suite } from './suite';
import type { OpenDatabase } from './trialDatabase';

/** All that can be said about an evaluation. What is left out is as in the paper's: one greedy attempt at each task. */
export interface EvaluationRequest extends Slice {
  readonly suite: SuitePlace;
  readonly endpoint: Omit<
    EndpointOptions,
    'conversationId' | 'temperature' | 'seed' | 'constrain' | 'continueCut' | 'admission' | 'grammarMemory'
  >;
  readonly rules: Rules;
  readonly temperature?: number;
  /** Of the first attempt at a task; the others count on from it. */
  readonly seed?: number | undefined;
  readonly repeat?: number;
  /** Of one reply; what the harness of the rules had: 128 tokens or 512. */
  readonly replyTokens?: number | undefined;
  /** 8 replies in the OS, 15 in a database. */
  readonly stepLimit?: number | undefined;
  /** The instruction and example that the model was trained on; left out: our own. */
  readonly prompt?: TrainedPrompt | undefined;
  /** Whether replies are held to the action grammar. */
  readonly constrain?: boolean;
  readonly concurrency: number;
  readonly retries: number;
  /** Results are kept in memory only where it is left out. */
  readonly out?: string | undefined;
  readonly resume?: boolean;
  readonly machine: MachineOptions;
  readonly database: DatabaseOptions;
}

export interface MachineOptions extends MachineChoice {
  /** Whether the output of a command ends with the prompt of the shell, as AgentLM was trained; true if left out. */
  readonly promptTail?: boolean;
  readonly commandTimeoutMs: number;
  readonly scriptTimeoutMs: number;
}

export interface DatabaseOptions {
  /** `mysql://…` of MySQL or MariaDB; SQLite without one. */
  readonly url?: string | undefined;
  readonly statementTimeoutMs: number;
  /** The bundle of the child process that holds a database of SQLite. */
  readonly sqlWorker: string;
}

export interface EvaluationHearing {
  /** The suite as it was read, its faults included, before anything runs. */
  suite(suite: Suite, setting: EvaluationSetting): void;
  event(event: EvaluationEvent, setting: EvaluationSetting): void;
  /** Waited for before a result is written, so that whoever keeps more of an attempt has it when its result is there. */
  keep?(trial: Trial, result: TaskResult): Promise<void>;
}

/** Replies the model may give, as in the paper's evaluation. */
const stepLimits: Readonly<Record<TaskKind, number>> = { os: 8, db: 15 };
const replyTokens: Readonly<Record<Rules, number>> = { old: 128, new: 512 };

/**
 * Reads a suite, connects the endpoint, sees that the tasks can run here, and evaluates.
 * @throws {UserError} before anything ran: `evaluation.*`, `endpoint.*`; or `evaluation.surrender` later
 */
export async function startEvaluation(
  request: EvaluationRequest,
  signal: AbortSignal,
  hearing: EvaluationHearing,
): Promise<Results> {
  const suite = await readSuite(request.suite);
  const { kind } = request.suite;
  if (request.database.url !== undefined) refuseFiles(suite);
  const endpoint = {
    ...request.endpoint,
    temperature: request.temperature ?? 0,
    constrain: request.constrain ?? false,
    continueCut: false,
    admission: createAdmission(),
    grammarMemory: new Map(),
  };
  const model = await connect({ ...endpoint, conversationId: randomUUID() }, signal);
  const setting = await settingOf(request, suite, model.name);
  const openMachine = machinesOf(request.machine);
  if (kind === 'os') await probeMachine(openMachine, signal);
  const openDatabase = await databasesOf(request.database, signal);
  const file = await openFile(request, setting);
  try {
    hearing.suite(suite, setting);
    const results = await evaluate(
      setting,
      trialsOf(suite.problems, setting.repeat, request),
      file,
      {
        connect: async (conversationId, seed, until) =>
          connect({ ...endpoint, model: model.name, conversationId, seed }, until),
        rules: request.rules,
        prompt: request.prompt,
        stepLimit: setting.stepLimit,
        replyTokens: setting.replyTokens,
        os: { openMachine, ...request.machine, promptTail: setting.promptTail },
        openDatabase,
        concurrency: request.concurrency,
        retries: request.retries,
        hear: (event) => hearing.event(event, setting),
        keep: async (trial, result) => hearing.keep?.(trial, result),
      },
      signal,
    );
    await file.finish();
    return results;
  } finally {
    await file.close();
  }
}

/** A copy of a file is one of SQLite's. */
function refuseFiles({ name, problems }: Suite): void {
  if (!problems.some((problem) => problem.kind === 'db' && problem.database !== undefined)) return;
  throw new UserError(
    'evaluation.databaseFile',
    'The tasks of {0} work on copies of a file, which no server has. Leave --engine and --database-url out.',
    [name],
  );
}

async function settingOf(request: EvaluationRequest, suite: Suite, model: string): Promise<EvaluationSetting> {
  const { kind } = request.suite;
  const { machine, database } = request;
  return {
    type: 'evaluation',
    version: 1,
    suite: suite.name,
    kind,
    format: suite.format,
    digest: await digestOf(suite),
    tasks: suite.problems.length,
    model,
    endpoint: withoutSecrets(request.endpoint.baseUrl),
    rules: request.rules,
    environment: kind === 'os' ? (machine.image ?? 'root view') : database.url === undefined ? 'sqlite' : 'mysql',
    prompt: promptOf(kind, request.prompt),
    promptTail: kind === 'os' && (machine.promptTail ?? true),
    temperature: request.temperature ?? 0,
    replyTokens: request.replyTokens ?? replyTokens[request.rules],
    stepLimit: request.stepLimit ?? stepLimits[kind],
    constrained: request.constrain ?? false,
    repeat: request.repeat ?? 1,
    seed: request.seed ?? null,
  };
}

/** Of the words before the tables are named, which are those of each task. */
function promptOf(kind: TaskKind, trained: TrainedPrompt | undefined): string {
  const own = kind === 'os' ? osTask : databaseTask([]);
  const { source, sha256 } = promptOrigin(openingOf(trained ? withTrainedPrompt(own, trained) : own), own);
  return `${source} ${sha256.slice(0, 8)}`;
}

/** An address may carry a password, and results are passed on. */
function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/$/, '')}`;
}

async function databasesOf({ url, ...sqlite }: DatabaseOptions, signal: AbortSignal): Promise<OpenDatabase> {
  if (url === undefined) return sqliteTrials(sqlite);
  const { mysqlTrials } = await import('./mysqlTrial');
  const open = mysqlTrials({ url, statementTimeoutMs: sqlite.statementTimeoutMs });
  await (await open({ tables: [], script: undefined }, '', signal)).close();
  return open;
}

async function openFile({ out, resume = false }: EvaluationRequest, setting: EvaluationSetting): Promise<ResultFile> {
  if (out !== undefined) return openResultFile(out, setting, { resume });
  const nothing = async (): Promise<void> => {};
  return { earlier: [], append: nothing, finish: nothing, close: nothing };
}
