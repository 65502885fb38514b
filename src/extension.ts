import path from 'node:path';
import * as vscode from 'vscode';
import type { Approve } from './agent/approval';
import type { EndpointNotice } from './agent/events';
import type { RunRequest, RunSession } from './agent/session';
import type { DemoEndpoint } from './runtime/demo/server';
import type { LocalModelProgress } from './runtime/localModel/localModel';
import type { RunOptions } from './runtime/startRun';
import { Actions } from './vscode/actions';
import { ApiKeys } from './vscode/apiKeys';
import { ChatView } from './vscode/chatView';
import { registerCommands } from './vscode/commands';
import { EndpointPicker } from './vscode/endpointPicker';
import { demoProfile } from './vscode/endpointProfiles';
import { Endpoints } from './vscode/endpoints';
import { EndpointTest } from './vscode/endpointTest';
import type { EndpointAccess, EndpointTools } from './vscode/endpointTools';
import { LocalModels, type LocalModelTools } from './vscode/localModels';
import { Places } from './vscode/places';
import { Recording } from './vscode/recording';
import { channelLog } from './vscode/report';
import { Runs } from './vscode/runs';
import { RunTerminal } from './vscode/runTerminal';
import { ServerWatch } from './vscode/serverWatch';
import { Settings } from './vscode/settings';
import { StatusBar } from './vscode/statusBar';

/** Makes everything and hands it over. Touches no network and no disk: runtime/ is loaded when the first task starts. */
export function activate(context: vscode.ExtensionContext): void {
  const channel = vscode.window.createOutputChannel('AgentLM', { log: true });
  const log = channelLog(channel);
  const settings = new Settings();
  const runtime = new Runtime(context.extensionPath, settings);

  const endpoints = new Endpoints(settings, new ApiKeys(context.secrets), runtime);
  const endpointTest = new EndpointTest(runtime, endpoints);
  const picker = new EndpointPicker(endpoints, runtime, endpointTest);
  const localModels = new LocalModels(localModelTools, endpoints, settings, log);
  const places = new Places(context.workspaceState);
  const recording = new Recording(context.workspaceState, settings, async (...row) => {
    const { appendInFolder } = await import('./runtime/trajectories/trajectoryFile');
    return appendInFolder(...row);
  });

  const runs = new Runs(async (request, approve, signal, onNotice) =>
    runtime.start(request, await endpoints.access(), approve, signal, onNotice),
  );
  const terminal = new RunTerminal(runs);
  const actions = new Actions(runs, endpoints, picker, places, recording, terminal);
  const chat = new ChatView(context.extensionUri, runs, actions, log);
  const watch = new ServerWatch(runs, endpoints, runtime, log);
  const hosting = vscode.Uri.joinPath(context.extensionUri, 'docs', 'hosting.md');

  context.subscriptions.push(
    channel,
    endpoints,
    endpointTest,
    places,
    recording,
    terminal,
    actions,
    chat,
    watch,
    new StatusBar(runs, endpoints, watch, recording),
    vscode.window.registerWebviewViewProvider(ChatView.id, chat),
    registerCommands(actions, localModels, chat, log, channel, hosting),
    runs,
  );
  closeAll = async () => {
    await runs.close();
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
  async serve(choice, onPercent, signal) {
    const { startLocalModel } = await import('./runtime/localModel/startLocalModel');
    const onProgress = ({ percent }: LocalModelProgress): void => {
      if (percent !== undefined) onPercent(percent);
    };
    return startLocalModel({ ...choice, onProgress }, signal);
  },
};

/** The other half of the product, behind the interfaces that vscode/ knows. */
class Runtime implements EndpointTools {
  private demo: Promise<DemoEndpoint> | undefined;
  /** Where the action grammar was seen not to work; a later run does not try it there again. */
  private readonly grammarMemory = new Map<string, 'rejected' | 'ignored'>();

  constructor(
    private readonly extensionPath: string,
    private readonly settings: Settings,
  ) {}

  async start(
    request: RunRequest,
    access: EndpointAccess,
    approve: Approve,
    signal: AbortSignal,
    onNotice: (notice: EndpointNotice) => void,
  ): Promise<RunSession> {
    const { startRun } = await import('./runtime/startRun');
    const runAll: Approve = () => Promise.resolve({ verdict: 'run' });
    const options = await this.runOptions(request, access);
    return startRun(request, options, this.settings.get('approval') === 'all' ? runAll : approve, signal, onNotice);
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

  async close(): Promise<void> {
    await (await this.demo)?.close();
  }

  private async runOptions({ kind }: RunRequest, access: EndpointAccess): Promise<RunOptions> {
    const { settings } = this;
    return {
      endpoint: await this.endpointOptions(access),
      stepLimit: settings.get(kind === 'os' ? 'stepLimit.os' : 'stepLimit.database'),
      replyTokens: settings.get('replyTokens'),
      commandTimeoutMs: settings.get('commandTimeout') * 1000,
      inputTimeoutMs: settings.get('inputTimeout') * 1000,
      longCommandMs: settings.get('longCommand') * 1000,
      promptTail: settings.get('os.promptTail'),
      statementTimeoutMs: settings.get('statementTimeout') * 1000,
      sqlWorker: path.join(this.extensionPath, 'dist/sqlWorker.js'),
    };
  }

  private async endpointOptions({ profile, apiKey }: EndpointAccess) {
    const { settings } = this;
    const { model, contextLength, constrain, headers, sessionHeader, caFile, clientCertificate, proxy } = profile;
    return {
      baseUrl: profile === demoProfile ? await this.demoUrl() : profile.url,
      apiKey,
      model,
      contextLength,
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
    };
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
