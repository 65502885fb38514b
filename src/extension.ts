import path from 'node:path';
import * as vscode from 'vscode';
import { readServerTables, rowExporter, tableReader } from './composition/databases';
import { checkCandidate, knownSecrets } from './composition/acceptance';
import { openAgentInstruct } from './composition/agentInstruct';
import { createEndpointRuntime } from './composition/endpointRuntime';
import { acceptEvaluated, createEvaluationArchive, createEvaluationTools } from './composition/evaluation';
import { localModelTools } from './composition/localModelTools';
import { replayOpener } from './composition/replay';
import { countTrajectories, libraryStore, openTrajectories } from './composition/library';
import { createTaskTools } from './composition/tasks';
import { createShells } from './composition/shells';
import { startRunOf } from './composition/startRun';
import { appendRow, changeStore, runStore, storageIn, trainingExporter } from './composition/storage';
import { mixBuilder } from './composition/trainingMix';
import { AcceptPanels } from './vscode/trajectories/acceptPanel';
import { AcceptStep } from './vscode/trajectories/acceptStep';
import { Actions } from './vscode/actions';
import { ApiKeys } from './vscode/endpoints/apiKeys';
import { ApprovalRules } from './vscode/runs/approvalRules';
import { Attachments, windowOf } from './vscode/chat/attachments';
import { ChangesView } from './vscode/changes/changesView';
import { ChatView } from './vscode/chat/chatView';
import { registerCommands } from './vscode/commands';
import { EndpointPicker } from './vscode/endpoints/endpointPicker';
import { DatabaseChoice } from './vscode/databases/databaseChoice';
import type { Manifest } from './vscode/diagnostics';
import { DatabaseServers } from './vscode/databases/databaseServers';
import { DatabaseReviewPanels } from './vscode/databases/databaseReviewPanel';
import { Endpoints } from './vscode/endpoints/endpoints';
import { EndpointTest } from './vscode/endpoints/endpointTest';
import { EvaluationResults } from './vscode/evaluation/evaluationResults';
import { EvaluationSuites } from './vscode/evaluation/evaluationSuites';
import { EvaluationTests } from './vscode/evaluation/evaluationTests';
import { ExportPanels } from './vscode/trajectories/exportPanel';
import { Guard } from './vscode/runs/guard';
import { History } from './vscode/runs/history';
import { importAgentInstruct } from './vscode/trajectories/importAgentInstruct';
import { openLibrary } from './vscode/trajectories/libraryPlaces';
import { LocalModels } from './vscode/endpoints/localModels';
import { registerNativePlaces } from './vscode/native/nativePlaces';
import { Places } from './vscode/places';
import { PlainRuns } from './vscode/runs/plainRuns';
import { rememberErrors } from './vscode/recentErrors';
import { MixPanel } from './vscode/trajectories/mixPanel';
import { Recording } from './vscode/trajectories/recording';
import { channelLog } from './vscode/report';
import { Replays } from './vscode/runs/replays';
import { Tasks } from './vscode/proposals/tasks';
import { Runs } from './vscode/runs/runs';
import { RunTerminals } from './vscode/runs/runTerminals';
import { ServerWatch } from './vscode/endpoints/serverWatch';
import { Settings } from './vscode/settings';
import { StatusBar } from './vscode/statusBar';
import { TrainedPromptChoice } from './vscode/runs/trainedPromptChoice';
import { WalkthroughProgress } from './vscode/native/walkthroughProgress';

/** Makes everything and hands it over. Touches no network and no disk: runtime/ is loaded when the first task starts. */
export function activate(context: vscode.ExtensionContext): void {
  const channel = vscode.window.createOutputChannel('AgentLM', { log: true });
  const log = rememberErrors(channelLog(channel));
  const settings = new Settings();
  const storage = storageIn((context.storageUri ?? context.globalStorageUri).fsPath);
  const sqlWorker = path.join(context.extensionPath, 'dist/sqlWorker.js');
  const rules = new ApprovalRules(settings, log);
  const endpointRuntime = createEndpointRuntime(settings);
  const shells = createShells(settings, storage);

  const keys = new ApiKeys(context.secrets);
  const endpoints = new Endpoints(settings, keys, endpointRuntime.tools);
  const endpointTest = new EndpointTest(endpointRuntime.tools, endpoints);
  const picker = new EndpointPicker(endpoints, endpointRuntime.tools, endpointTest);
  const localModels = new LocalModels(localModelTools, endpoints, settings, log);
  const databaseServers = new DatabaseServers(settings, context.secrets, readServerTables);
  const database = new DatabaseChoice(context.workspaceState, databaseServers, tableReader(sqlWorker, databaseServers));
  const places = new Places(database);
  const recording = new Recording(context.workspaceState, settings, appendRow);
  const guard = new Guard(settings, shells);
  const agentInstruct = openAgentInstruct(path.join(context.globalStorageUri.fsPath, 'agentInstruct'));
  const openFile = async (file: vscode.Uri): Promise<void> => library.commands.openFile(file);
  const bringAgentInstruct = () => importAgentInstruct({ importer: agentInstruct.importer, settings, openFile, log });
  const prompts = new TrainedPromptChoice(settings, agentInstruct.prompts, bringAgentInstruct);
  const runParts = {
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
  };
  const runs = new Runs(async (...start) => startRunOf(runParts, ...start));
  const manifest = context.extension.packageJSON as Manifest;
  const { workspaceState } = context;
  const history = new History(runs, runStore(storage), settings, recording, manifest.version, log, workspaceState);
  const reviewPanels = new DatabaseReviewPanels(context.extensionUri, log, () => refreshChanges());
  const changes: ChangesView = new ChangesView(changeStore(storage, sqlWorker, databaseServers), reviewPanels);
  const acceptStep = new AcceptStep(recording, checkCandidate, () => knownSecrets(endpoints, keys));
  const acceptPanels = new AcceptPanels(context.extensionUri, acceptStep, recording, log);
  const exportPanels = new ExportPanels(context.extensionUri, trainingExporter(storage), keys, log);
  const terminals = new RunTerminals(runs);
  const attachments = new Attachments(
    async (turns) => endpointRuntime.plainModels.countTokens(turns),
    () => windowOf(endpoints, settings),
  );
  const actions = new Actions({
    attachments,
    runs,
    endpoints,
    picker,
    places,
    recording,
    acceptStep,
    acceptPanels,
    guard,
    changes,
    terminals,
    exportRows: rowExporter(storage),
    databaseServers,
    prompts,
    settings,
  });
  const chat = new ChatView(context.extensionUri, runs, actions, log);
  const watch = new ServerWatch(runs, endpoints, endpointRuntime.tools, log);
  const refreshChanges = (): void => {
    changes.refresh().catch((error: unknown) => log.error(error));
  };
  const glanceAtChanges = (): void => {
    changes.glance().catch((error: unknown) => log.error(error));
  };
  const acceptAttempt = acceptEvaluated(history, acceptPanels, manifest.version);
  const archive = createEvaluationArchive(storage);
  const evaluationResults = new EvaluationResults(context.extensionUri, archive, acceptAttempt, log);
  const evaluationParts = { settings, endpointRuntime, storage, prompts, sqlWorker };
  const evaluations = new EvaluationTests(
    new EvaluationSuites(context.workspaceState),
    endpoints,
    createEvaluationTools(evaluationParts),
    evaluationResults,
    acceptAttempt,
    log,
  );
  const plainRuns = new PlainRuns(runs);
  const replays = new Replays(runs, history, database, replayOpener({ settings, guard, shells, sqlWorker }));
  const walkthrough = new WalkthroughProgress(runs, endpoints);
  const library = openLibrary({
    extensionUri: context.extensionUri,
    state: context.workspaceState,
    store: libraryStore(storage.libraryIndex, log),
    open: openTrajectories,
    count: countTrajectories,
    // What was recorded, what was accepted of it, and what was imported.
    folders: () => [storage.library, ...recording.folders, agentInstruct.datasets],
    runs,
    history,
    acceptance: acceptPanels,
    log,
  });
  const { datasets } = library;
  const mixPanel = new MixPanel({ extensionUri: context.extensionUri, builder: mixBuilder, datasets, openFile, log });
  const tasks = new Tasks({
    tools: createTaskTools(evaluationParts, manifest.version),
    endpoints,
    places,
    settings,
    async refresh() {
      await Promise.all([library.commands.refresh(), evaluationResults.refresh()]);
    },
  });

  context.subscriptions.push(
    channel,
    endpoints,
    endpointTest,
    database,
    places,
    recording,
    attachments,
    history,
    guard,
    changes,
    reviewPanels,
    acceptPanels,
    exportPanels,
    mixPanel,
    terminals,
    actions,
    chat,
    watch,
    new StatusBar(runs, endpoints, watch, recording),
    vscode.window.registerWebviewViewProvider(ChatView.id, chat),
    registerCommands({
      actions,
      runs,
      history,
      changes,
      library: library.commands,
      evaluations,
      evaluationResults,
      tasks,
      localModels,
      chat,
      places,
      endpoints,
      plainRuns,
      replays,
      walkthrough,
      exportPanels,
      importAgentInstruct: bringAgentInstruct,
      mixPanel,
      async copyDiagnostics() {
        const { copyDiagnostics } = await import('./vscode/diagnostics');
        await copyDiagnostics(manifest, endpoints, keys, settings, log);
      },
      log,
      channel,
      hosting: vscode.Uri.joinPath(context.extensionUri, 'docs', 'hosting.md'),
    }),
    registerNativePlaces({
      extensionUri: context.extensionUri,
      runs,
      actions,
      endpoints,
      recording,
      settings,
      guard,
      models: endpointRuntime.plainModels,
      openTerminalShell: async (folder) => shells.openTerminalShell(folder, await guard.forRun()),
      showChat: () => chat.reveal(),
      log,
    }),
    library,
    plainRuns,
    replays,
    evaluations,
    evaluationResults,
    tasks,
    runs.onDidStart((run) => {
      run.onEvent(({ type }) => type === 'observation' && glanceAtChanges());
      void run.done.then(refreshChanges);
    }),
    walkthrough,
    runs.onDidStart((run) => run.onEvent((event) => event.type === 'failure' && log.remember(event.error))),
    runs,
  );
  closeAll = async () => {
    await runs.close();
    await history.close();
    await Promise.all([localModels.close(), shells.close(), endpointRuntime.close()]);
  };
}

/** VS Code waits for this before it ends the host, and for nothing that is disposed: no process may outlive the window. */
export async function deactivate(): Promise<void> {
  await closeAll?.();
}

/** What activate() leaves to deactivate(), which VS Code calls without anything in its hands. */
let closeAll: (() => Promise<void>) | undefined;
