import path from 'node:path';
import * as vscode from 'vscode';
import type { Approve } from './agent/approval';
import type { SandboxKind } from './agent/environment';
import type { EndpointNotice } from './agent/events';
import type { RunRequest, RunSession } from './agent/session';
import type { DemoEndpoint } from './runtime/demo/server';
import { createAdmission, type Admission } from './runtime/endpoint/admission';
import type { LocalModelProgress } from './runtime/localModel/localModel';
import type { PullProgress } from './runtime/localModel/pullModel';
import type { RunOptions } from './runtime/startRun';
import type { SandboxOptions } from './runtime/shell/sandbox/openSandbox';
import { Actions } from './vscode/actions';
import { ApiKeys } from './vscode/apiKeys';
import { ApprovalRules } from './vscode/approvalRules';
import { ChangesView, type ChangeStore } from './vscode/changesView';
import { ChatView } from './vscode/chatView';
import { registerCommands } from './vscode/commands';
import { EndpointPicker } from './vscode/endpointPicker';
import { DatabaseReviewPanels } from './vscode/databaseReviewPanel';
import { demoProfile } from './vscode/endpointProfiles';
import { Endpoints } from './vscode/endpoints';
import { EndpointTest } from './vscode/endpointTest';
import type { EndpointAccess, EndpointTools } from './vscode/endpointTools';
import { Guard, type GuardState, type SandboxFinder } from './vscode/guard';
import { History, type RunStore } from './vscode/history';
import { LocalModels, type LocalModelTools } from './vscode/localModels';
import type { PlainModels } from './vscode/modelProvider';
import { registerNativePlaces } from './vscode/nativePlaces';
import { Places } from './vscode/places';
import { PlainRuns } from './vscode/plainRuns';
import { rememberErrors } from './vscode/recentErrors';
import { Recording } from './vscode/recording';
import { channelLog, sentence } from './vscode/report';
import { Runs } from './vscode/runs';
import { RunTerminals } from './vscode/runTerminals';
import { ServerWatch } from './vscode/serverWatch';
import { Settings } from './vscode/settings';
import { StatusBar } from './vscode/statusBar';
import type { OpenTerminalShell } from './vscode/terminalProfile';
import { WalkthroughProgress } from './vscode/walkthroughProgress';

/** Makes everything and hands it over. Touches no network and no disk: runtime/ is loaded when the first task starts. */
export function activate(context: vscode.ExtensionContext): void {
  const channel = vscode.window.createOutputChannel('AgentLM', { log: true });
  const log = rememberErrors(channelLog(channel));
  const settings = new Settings();
  const storage = (context.storageUri ?? context.globalStorageUri).fsPath;
  const runtime = new Runtime(context.extensionPath, storage, settings, new ApprovalRules(settings, log));

  const keys = new ApiKeys(context.secrets);
  const endpoints = new Endpoints(settings, keys, runtime);
  const endpointTest = new EndpointTest(runtime, endpoints);
  const picker = new EndpointPicker(endpoints, runtime, endpointTest);
  const localModels = new LocalModels(localModelTools, endpoints, settings, log);
  const places = new Places(context.workspaceState);
  const recording = new Recording(context.workspaceState, settings, async (...row) => {
    const { appendInFolder } = await import('./runtime/trajectories/trajectoryFile');
    return appendInFolder(...row);
  });

  const guard = new Guard(settings, runtime);
  const runs = new Runs(async (request, approve, signal, onNotice) => {
    const [access, guarded] = await Promise.all([endpoints.access(), guard.forRun()]);
    return runtime.start(request, access, guarded, approve, signal, onNotice);
  });
  const history = new History(runs, runStore(storage), settings, log);
  const reviewPanels = new DatabaseReviewPanels(context.extensionUri, log, () => refreshChanges());
  const changes: ChangesView = new ChangesView(runtime, reviewPanels);
  const terminals = new RunTerminals(runs);
  const actions = new Actions({ runs, endpoints, picker, places, recording, guard, changes, terminals });
  const chat = new ChatView(context.extensionUri, runs, actions, log);
  const watch = new ServerWatch(runs, endpoints, runtime, log);
  const refreshChanges = (): void => {
    changes.refresh().catch((error: unknown) => log.error(error));
  };
  const plainRuns = new PlainRuns(runs);
  const walkthrough = new WalkthroughProgress(runs, endpoints);

  context.subscriptions.push(
    channel,
    endpoints,
    endpointTest,
    places,
    recording,
    history,
    guard,
    changes,
    reviewPanels,
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
      localModels,
      chat,
      places,
      endpoints,
      plainRuns,
      walkthrough,
      async copyDiagnostics() {
        const { copyDiagnostics } = await import('./vscode/diagnostics');
        await copyDiagnostics(context.extension.packageJSON.version, endpoints, keys, settings, log);
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
      models: runtime.plainModels,
      openTerminalShell: async (folder) => runtime.openTerminalShell(folder, await guard.forRun()),
      showChat: () => chat.reveal(),
      log,
    }),
    plainRuns,
    runs.onDidStart((run) => void run.done.then(refreshChanges)),
    walkthrough,
    runs.onDidStart((run) => run.onEvent((event) => event.type === 'failure' && log.remember(event.error))),
    runs,
  );
  closeAll = async () => {
    await runs.close();
    await history.close();
    await Promise.all([localModels.close(), runtime.close()]);
  };
}

/** VS Code waits for this before it ends the host, and for nothing that is disposed: no process may outlive the window. */
export async function deactivate(): Promise<void> {
  await closeAll?.();
}

/** What activate() leaves to deactivate(), which VS Code calls without anything in its hands. */
let closeAll: (() => Promise<void>) | undefined;

/** Loaded when a local model is asked for. */
const localModelTools: LocalModelTools = {
  async findProgram(program, chosen) {
    const { findProgram } = await import('./runtime/localModel/findProgram');
    return findProgram(program, chosen);
  },
  async pulledModels(path, signal) {
    const { listOllamaModels } = await import('./runtime/localModel/ollama');
    return (await listOllamaModels({ path }, signal)).map(({ name }) => name);
  },
  async pull(request, onPercent, signal) {
    const { pullModel } = await import('./runtime/localModel/pullModel');
    const onProgress = ({ completedBytes, totalBytes }: PullProgress): void => {
      if (totalBytes > 0) onPercent(Math.floor((100 * completedBytes) / totalBytes));
    };
    return pullModel(request, onProgress, signal);
  },
  async serve(choice, onPercent, signal) {
    const { startLocalModel } = await import('./runtime/localModel/startLocalModel');
    const onProgress = ({ percent }: LocalModelProgress): void => {
      if (percent !== undefined) onPercent(percent);
    };
    return startLocalModel({ ...choice, onProgress }, signal);
  },
};

/** Loaded when the first task starts, or the list of tasks is opened. */
function runStore(storage: string): RunStore {
  const folder = path.join(storage, 'runs');
  const load = async () => import('./runtime/trajectories/runHistory');
  return {
    open: async (header, onFailure) => (await load()).openJournal(folder, header, onFailure),
    list: async () => (await load()).listRuns(folder),
    read: async (id) => (await load()).readRun(folder, id),
    delete: async (id) => (await load()).deleteRun(folder, id),
    judge: async (id, verdict) => (await load()).judgeRun(folder, id, verdict),
    prune: async (kept) => (await load()).pruneRuns(folder, kept),
  };
}

/** What stands between a run and the machine. */
type Guarded = GuardState & { readonly sandbox: SandboxKind };

/** The other half of the product, behind the interfaces that vscode/ knows. */
class Runtime implements EndpointTools, SandboxFinder, ChangeStore {
  private demo: Promise<DemoEndpoint> | undefined;
  /** Where the action grammar was seen not to work; a later run does not try it there again. */
  private readonly grammarMemory = new Map<string, 'rejected' | 'ignored'>();
  /** Tasks that ask the same server wait for each other there. */
  private readonly admissions = new Map<string, Admission>();
  /** Of terminals that a user opened, by what closes them. */
  private readonly shells = new Set<() => Promise<void>>();

  constructor(
    private readonly extensionPath: string,
    private readonly storage: string,
    private readonly settings: Settings,
    private readonly rules: ApprovalRules,
  ) {}

  async start(
    request: RunRequest,
    access: EndpointAccess,
    guarded: Guarded,
    approve: Approve,
    signal: AbortSignal,
    onNotice: (notice: EndpointNotice) => void,
  ): Promise<RunSession> {
    const { startRun } = await import('./runtime/startRun');
    return startRun(request, await this.runOptions(request, access, guarded), approve, signal, onNotice);
  }

  readonly probe: EndpointTools['probe'] = async (access, signal) => {
    const { probeEndpoint } = await import('./runtime/endpointInspection');
    return probeEndpoint(await this.endpointOptions(access), signal);
  };

  readonly tryOut: EndpointTools['tryOut'] = async (access, signal) => {
    const { tryOut } = await import('./runtime/endpointInspection');
    await tryOut(await this.endpointOptions(access), signal);
  };

  async *diagnose(...[access, signal]: Parameters<EndpointTools['diagnose']>): ReturnType<EndpointTools['diagnose']> {
    const { diagnose } = await import('./runtime/endpointInspection');
    return yield* diagnose(await this.endpointOptions(access), signal);
  }

  readonly findLocalServers: EndpointTools['findLocalServers'] = async (signal) => {
    const { findLocalServers } = await import('./runtime/endpointInspection');
    return findLocalServers(signal);
  };

  readonly metrics: EndpointTools['metrics'] = async (access) => {
    const { openMetrics } = await import('./runtime/endpointInspection');
    return openMetrics(await this.endpointOptions(access));
  };

  readonly find: SandboxFinder['find'] = async (kind) => {
    if (kind === 'container') {
      if (this.settings.get('sandbox.image') !== '') return { available: true };
      return { reason: vscode.l10n.t('Name an image in the setting agentlm.sandbox.image first.') };
    }
    const { probeSandbox } = await import('./runtime/shell/sandbox/probe');
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
    const missing = await probeSandbox(this.changesFolder, folder?.uri.fsPath);
    return missing ? { reason: sentence(missing) } : { available: true };
  };

  async files(): ReturnType<ChangeStore['files']> {
    const { listPending } = await import('./runtime/shell/changes/pending');
    return listPending(this.changesFolder);
  }

  async databases(): ReturnType<ChangeStore['databases']> {
    const { listPendingDatabases } = await import('./runtime/sql/changes/pendingDatabases');
    return listPendingDatabases(this.databasesFolder, this.sqlWorker);
  }

  readonly plainModels: PlainModels = {
    open: async (access, signal) => {
      const { openPlainModel } = await import('./runtime/plainModel');
      return openPlainModel(await this.endpointOptions(access), signal);
    },
    async countTokens(turns) {
      const { countTokens } = await import('./runtime/plainModel');
      return countTokens(turns);
    },
  };

  /** @param guarded where the agent's commands would run */
  async openTerminalShell(folder: string, { sandbox, network }: Guarded): ReturnType<OpenTerminalShell> {
    const { openTerminalShell } = await import('./runtime/terminalShell');
    const options = this.sandboxOptions(sandbox, network);
    const shell = await openTerminalShell(
      folder,
      vscode.l10n.t('AgentLM Sandbox'),
      options,
      new AbortController().signal,
    );
    const close = async (): Promise<void> => {
      this.shells.delete(close);
      await shell.close();
    };
    this.shells.add(close);
    return { ...shell, close };
  }

  async close(): Promise<void> {
    await Promise.all([...this.shells].map((close) => close()));
    await (await this.demo)?.close();
  }

  private async runOptions(
    { kind }: RunRequest,
    access: EndpointAccess,
    { approval, sandbox, network }: Guarded,
  ): Promise<RunOptions> {
    const { settings, rules } = this;
    return {
      endpoint: await this.endpointOptions(access),
      stepLimit: settings.get(kind === 'os' ? 'stepLimit.os' : 'stepLimit.database'),
      replyTokens: settings.get('replyTokens'),
      commandTimeoutMs: settings.get('commandTimeout') * 1000,
      sandbox: this.sandboxOptions(sandbox, network),
      inputTimeoutMs: settings.get('inputTimeout') * 1000,
      longCommandMs: settings.get('longCommand') * 1000,
      promptTail: settings.get('os.promptTail'),
      statementTimeoutMs: settings.get('statementTimeout') * 1000,
      approval: { mode: approval, rules: rules.list, keepRule: (rule) => rules.keep(rule) },
      sqlWorker: this.sqlWorker,
      databaseStorage: this.databasesFolder,
    };
  }

  private async endpointOptions({ profile, apiKey }: EndpointAccess) {
    const { settings } = this;
    const { model, contextLength, parallel, constrain, headers, sessionHeader, caFile, clientCertificate, proxy } =
      profile;
    return {
      baseUrl: profile === demoProfile ? await this.demoUrl() : profile.url,
      apiKey,
      model,
      contextLength,
      parallel,
      constrain,
      headers,
      sessionHeader,
      caFile,
      clientCertificate: clientCertificate && { certFile: clientCertificate.cert, keyFile: clientCertificate.key },
      proxy,
      chat: profile.engine === 'chat',
      temperature: settings.get('temperature'),
      connectTimeoutMs: milliseconds(settings.chosen('connectTimeout')),
      firstTokenTimeoutMs: milliseconds(settings.chosen('firstTokenTimeout')),
      idleTimeoutMs: milliseconds(settings.chosen('idleTimeout')),
      totalTimeoutMs: milliseconds(settings.chosen('replyTimeout')),
      grammarMemory: this.grammarMemory,
      admission: this.admissionTo(profile.url),
    };
  }

  private get sqlWorker(): string {
    return path.join(this.extensionPath, 'dist/sqlWorker.js');
  }

  private get changesFolder(): string {
    return path.join(this.storage, 'changes');
  }

  private get databasesFolder(): string {
    return path.join(this.storage, 'databases');
  }

  private sandboxOptions(kind: SandboxKind, network: boolean): SandboxOptions {
    if (kind === 'off') return { kind };
    const { settings } = this;
    const writeLimitBytes = settings.get('sandbox.writeLimit') * 1024 * 1024;
    const common = { network, writeLimitBytes, storage: this.changesFolder };
    return kind === 'workspace' ? { kind, ...common } : { kind, ...common, image: settings.get('sandbox.image') };
  }

  private admissionTo(url: string): Admission {
    const admission = this.admissions.get(url) ?? createAdmission();
    this.admissions.set(url, admission);
    return admission;
  }

  /** The demo endpoint, started when it is first needed. */
  private async demoUrl(): Promise<string> {
    const { startDemoEndpoint } = await import('./runtime/demo/server');
    this.demo ??= startDemoEndpoint();
    try {
      return (await this.demo).url;
    } catch (error) {
      this.demo = undefined;
      throw error;
    }
  }
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
