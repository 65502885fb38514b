import { withAttachments } from '../agent/attachments';
import type { Approve } from '../agent/approval';
import { isServerUrl } from '../agent/databaseServer';
import type { Table } from '../agent/environment';
import type { OpeningNotice } from '../agent/events';
import type { RunRequest, RunSession } from '../agent/session';
import type { RunCourse } from '../agent/steering';
import type { ApprovalRules } from '../vscode/runs/approvalRules';
import type { DatabaseChoice } from '../vscode/databases/databaseChoice';
import type { DatabaseServers } from '../vscode/databases/databaseServers';
import type { Endpoints } from '../vscode/endpoints/endpoints';
import type { Guard } from '../vscode/runs/guard';
import type { Settings } from '../vscode/settings';
import type { TrainedPromptChoice } from '../vscode/runs/trainedPromptChoice';
import type { EndpointRuntime } from './endpointRuntime';
import type { Shells } from './shells';
import type { Storage } from './storage';

/** What a run of this window is made of. */
export interface RunParts {
  readonly settings: Settings;
  readonly rules: ApprovalRules;
  readonly endpoints: Endpoints;
  readonly guard: Guard;
  readonly database: DatabaseChoice;
  readonly databaseServers: DatabaseServers;
  readonly endpointRuntime: EndpointRuntime;
  readonly shells: Shells;
  readonly storage: Storage;
  readonly prompts: Pick<TrainedPromptChoice, 'of'>;
  /** Path of the program that holds a database. */
  readonly sqlWorker: string;
}

/**
 * Starts a run at the chosen endpoint, under what the settings say at this moment.
 * @throws {UserError} when the endpoint, the shell or the database cannot be opened
 */
export async function startRunOf(
  parts: RunParts,
  request: RunRequest,
  approve: Approve,
  signal: AbortSignal,
  onNotice: (notice: OpeningNotice) => void,
  course: RunCourse = {},
): Promise<RunSession> {
  const {
    settings,
    rules,
    endpoints,
    guard,
    database,
    databaseServers,
    endpointRuntime,
    shells,
    storage,
    prompts,
    sqlWorker,
  } = parts;
  const [access, guarded, { startRun }] = await Promise.all([
    endpoints.access(),
    guard.forRun(),
    import('../runtime/startRun'),
  ]);
  const problem = withAttachments(request.problem, request.attachments);
  if (request.kind === 'chat') {
    const { startChat } = await import('../runtime/startChat');
    const endpoint = await endpointRuntime.options(access);
    const { instructions = () => [], saidSomething = async () => {}, earlier } = course;
    const chat = {
      endpoint,
      replyTokens: settings.get('replyTokens'),
      course: { instructions, saidSomething, earlier },
    };
    return startChat(problem, chat, signal, onNotice);
  }
  const { kind } = request;
  const options = {
    endpoint: await endpointRuntime.options(access),
    stepLimit: settings.get(kind === 'os' ? 'stepLimit.os' : 'stepLimit.database'),
    replyTokens: settings.get('replyTokens'),
    commandTimeoutMs: settings.get('commandTimeout') * 1000,
    sandbox: shells.sandboxOptions(guarded),
    inputTimeoutMs: settings.get('inputTimeout') * 1000,
    longCommandMs: settings.get('longCommand') * 1000,
    promptTail: settings.get('os.promptTail'),
    prompt: await prompts.of(kind),
    statementTimeoutMs: settings.get('statementTimeout') * 1000,
    approval: {
      mode: guarded.approval,
      rules: rules.list,
      keepRule: (rule: Parameters<ApprovalRules['keep']>[0]) => rules.keep(rule),
    },
    sqlWorker,
    server: isServerUrl(request.place) ? await databaseServers.loginFor(request.place) : undefined,
    databaseStorage: storage.databases,
    course,
    resultStorage: storage.rows,
    chooseTables: async (tables: readonly Table[], until: AbortSignal) =>
      database.chooseTablesOf(request.place, tables, until),
  };
  return startRun({ ...request, kind, problem }, options, approve, signal, onNotice);
}
