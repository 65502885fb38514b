import path from 'node:path';
import * as vscode from 'vscode';
import type { Approve } from './agent/approval';
import type { RunRequest, RunSession } from './agent/session';
import type { DemoEndpoint } from './runtime/demo/server';
import type { RunOptions } from './runtime/startRun';
import { Actions } from './vscode/actions';
import { ApiKeys } from './vscode/apiKeys';
import { ChatView } from './vscode/chatView';
import { registerCommands } from './vscode/commands';
import { Endpoint, type EndpointFacts } from './vscode/endpoint';
import { Places } from './vscode/places';
import { Recording } from './vscode/recording';
import { channelLog } from './vscode/report';
import { Runs } from './vscode/runs';
import { RunTerminal } from './vscode/runTerminal';
import { Settings } from './vscode/settings';
import { StatusBar } from './vscode/statusBar';

/** Makes everything and hands it over. Touches no network and no disk: runtime/ is loaded when the first task starts. */
export function activate(context: vscode.ExtensionContext): void {
  const channel = vscode.window.createOutputChannel('AgentLM', { log: true });
  const log = channelLog(channel);
  const settings = new Settings();
  const runtime = new Runtime(context.extensionPath, settings);

  const keys = new ApiKeys(context.secrets);
  const endpoint = new Endpoint(settings, keys, (url, key, signal) => runtime.test(url, key, signal));
  const places = new Places(context.workspaceState);
  const recording = new Recording(context.workspaceState, settings, async (file, dialogue) => {
    const { appendDialogue } = await import('./runtime/trajectories/trajectoryFile');
    await appendDialogue(file, dialogue);
  });

  const runs = new Runs(async (request, approve, signal) => {
    const { url, apiKey } = await endpoint.chosen();
    return runtime.start(request, url, apiKey, approve, signal);
  });
  const terminal = new RunTerminal(runs);
  const actions = new Actions(runs, endpoint, places, recording, terminal);
  const chat = new ChatView(context.extensionUri, runs, actions, log);

  context.subscriptions.push(
    channel,
    endpoint,
    places,
    recording,
    terminal,
    actions,
    chat,
    new StatusBar(runs, endpoint, recording),
    vscode.window.registerWebviewViewProvider(ChatView.id, chat),
    registerCommands(actions, () => chat.reveal(), log, channel),
    { dispose: () => void runtime.close() },
    runs,
  );
}

/** The other half of the product, behind the interfaces that vscode/ knows. */
class Runtime {
  private demo: Promise<DemoEndpoint> | undefined;

  constructor(
    private readonly extensionPath: string,
    private readonly settings: Settings,
  ) {}

  async start(
    request: RunRequest,
    url: string,
    apiKey: string | undefined,
    approve: Approve,
    signal: AbortSignal,
  ): Promise<RunSession> {
    const { startRun } = await import('./runtime/startRun');
    const runAll: Approve = () => Promise.resolve({ verdict: 'run' });
    const options = await this.options(request, url, apiKey);
    return startRun(request, options, this.settings.get('approval') === 'all' ? runAll : approve, signal);
  }

  async test(url: string, apiKey: string | undefined, signal: AbortSignal): Promise<EndpointFacts> {
    const { connect } = await import('./runtime/endpoint/connect');
    const options = { ...(await this.endpointOptions(url, apiKey)), conversationId: 'test' };
    const { name, contextLength } = await connect(options, signal);
    return { model: name, contextLength };
  }

  async close(): Promise<void> {
    await (await this.demo)?.close();
  }

  private async options({ kind }: RunRequest, url: string, apiKey: string | undefined): Promise<RunOptions> {
    const { settings } = this;
    return {
      endpoint: await this.endpointOptions(url, apiKey),
      stepLimit: settings.get(kind === 'os' ? 'stepLimit.os' : 'stepLimit.database'),
      replyTokens: settings.get('replyTokens'),
      commandTimeoutMs: settings.get('commandTimeout') * 1000,
      statementTimeoutMs: settings.get('statementTimeout') * 1000,
      sqlWorker: path.join(this.extensionPath, 'dist/sqlWorker.js'),
    };
  }

  private async endpointOptions(url: string, apiKey: string | undefined): Promise<RunOptions['endpoint']> {
    const { settings } = this;
    return {
      baseUrl: url === 'demo' ? await this.demoUrl() : url,
      apiKey,
      // The demo serves one model of its own, whatever is set for the real endpoint.
      model: url === 'demo' ? undefined : settings.get('model') || undefined,
      contextLength: settings.get('contextLength'),
      temperature: settings.get('temperature'),
      firstTokenTimeoutMs: settings.get('firstTokenTimeout') * 1000,
    };
  }

  /** The demo endpoint, started when it is first needed. */
  private async demoUrl(): Promise<string> {
    const { startDemoEndpoint } = await import('./runtime/demo/server');
    this.demo ??= startDemoEndpoint();
    return (await this.demo).url;
  }
}
