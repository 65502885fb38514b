import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { UserError } from '../agent/errors';
import type { TaskKind } from '../agent/task';
import { obstacles } from '../agent/trajectory';
import { openChannel, type Channel, type Listener, type Port } from '../protocol/channel';
import { createEventLog, type EventLog } from '../protocol/eventLog';
import type {
  Composition,
  HostApi,
  PageApi,
  PageState,
  RunningCommand,
  RunState,
  Snapshot,
} from '../protocol/messages';
import { readHostArgument } from '../protocol/schemas';
import { chatHtml } from './chatHtml';
import { pageStrings } from './pageStrings';
import { sentence, type Log } from './report';
import { followCommand } from './runningCommand';
import type { Run, Runs } from './runs';

/** What the chat can have done for it. A rejection is shown on the page: a UserError as it is, a bug as one sentence. */
export interface ChatActions {
  /** Settles as soon as the run is under way, or cannot be. */
  start(kind: TaskKind, problem: string): Promise<void>;
  accept(): Promise<void>;
  reject(): void;
  selectEndpoint(): Promise<void>;
  connectEndpoint(): Promise<void>;
  chooseDatabase(): Promise<void>;
  chooseFolder(): Promise<void>;
  toggleRecording(): Promise<void>;
  manageTrust(): Promise<void>;
  showTerminal(): void;
  showLog(): Promise<void>;
  /** Everything around the run, as it is now. */
  state(): Omit<PageState, 'run'>;
  readonly onDidChangeState: vscode.Event<void>;
}

/** Milliseconds between two posts of events. */
const frame = 16;

/**
 * The chat in the sidebar. The page is thrown away whenever it is hidden and drawn again from a snapshot when it comes
 * back: everything it shows is kept here.
 */
export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  static readonly id = 'agentlm.chat';

  private view: vscode.WebviewView | undefined;
  private channel: Channel<PageApi> | undefined;
  /** Whether there is a page that has had its snapshot. */
  private drawn = false;
  private followed: { readonly run: Run; readonly id: string; readonly log: EventLog } | undefined;
  /** The command of the run that is followed. */
  private command: RunningCommand | undefined;
  private composition: Composition | undefined;
  private readonly subscriptions: vscode.Disposable[] = [];
  private viewSubscriptions: vscode.Disposable[] = [];
  private runSubscriptions: vscode.Disposable[] = [];
  private runCount = 0;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly runs: Runs,
    private readonly actions: ChatActions,
    private readonly log: Log,
  ) {
    this.subscriptions.push(
      runs.onDidStart((run) => this.follow(run)),
      actions.onDidChangeState(() => this.changed()),
    );
    if (runs.current) this.follow(runs.current);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.forgetView();
    this.view = view;
    const { webview } = view;
    const root = vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview');
    const media = vscode.Uri.joinPath(this.extensionUri, 'media');
    webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [root, media] };
    this.channel = openChannel<HostApi, PageApi>(portOf(webview), this.listener());
    this.viewSubscriptions = [
      view.onDidChangeVisibility(() => (this.drawn = this.drawn && view.visible)),
      view.onDidDispose(() => this.forgetView()),
    ];
    webview.html = chatHtml({
      script: webview.asWebviewUri(vscode.Uri.joinPath(root, 'chat.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(media, 'chat.css')).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
      language: vscode.env.language,
      title: vscode.l10n.t('AgentLM chat'),
    });
    this.changed();
  }

  /** Shows the view, the cursor in its composer, with this kind of task and these words where they are given. */
  async compose(kind?: TaskKind, text?: string): Promise<void> {
    this.composition = { kind, text };
    await this.reveal();
    this.deliverComposition();
  }

  /** Shows the view and gives it the focus. */
  async reveal(): Promise<void> {
    await vscode.commands.executeCommand(`${ChatView.id}.focus`);
  }

  dispose(): void {
    this.forgetView();
    this.forgetRun();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private listener(): Listener<HostApi> {
    const { actions } = this;
    return {
      handlers: {
        ready: () => this.snapshot(),
        start: ({ kind, problem }) => actions.start(kind, problem),
        decide: (argument) => this.decide(argument),
        stop: () => this.runs.current?.stop(),
        accept: () => actions.accept(),
        reject: () => actions.reject(),
        showTerminal: () => actions.showTerminal(),
        interrupt: () => this.runs.current?.terminal?.interrupt(),
        keepWaiting: () => this.runs.current?.terminal?.keepWaiting(),
        sendToBackground: () => this.runs.current?.terminal?.sendToBackground(),
        selectEndpoint: () => actions.selectEndpoint(),
        connectEndpoint: () => actions.connectEndpoint(),
        chooseDatabase: () => actions.chooseDatabase(),
        chooseFolder: () => actions.chooseFolder(),
        toggleRecording: () => actions.toggleRecording(),
        manageTrust: () => actions.manageTrust(),
        showLog: () => actions.showLog(),
      },
      read: readHostArgument,
      describe: (error) => this.describe(error).message,
      onInvalid: (reason) => this.log.error(`The chat page sent something unexpected. ${reason}`),
    };
  }

  private snapshot(): Snapshot {
    const { composition } = this;
    this.composition = undefined;
    this.drawn = true;
    return { state: this.state(), batch: this.followed?.log.snapshot(), strings: pageStrings(), composition };
  }

  private decide({ step, shown, decision }: Parameters<HostApi['decide']>[0]): void {
    if (!this.runs.current?.decide(step, shown, decision)) {
      throw new UserError('chat.stale', 'This action no longer waits for a decision. Look at the last one.');
    }
  }

  private follow(run: Run): void {
    this.forgetRun();
    const id = String(this.runCount++);
    const start = performance.now();
    const log = createEventLog({
      runId: id,
      now: () => Math.round(performance.now() - start),
      describe: (error) => this.describe(error),
      schedule(callback) {
        const timer = setTimeout(callback, frame);
        return () => clearTimeout(timer);
      },
      post: (batch) => {
        if (this.drawn) this.channel?.tell('append', batch);
      },
    });
    this.followed = { run, id, log };
    for (const event of run.events) log.hear(event);
    this.runSubscriptions = [
      run.onEvent((event) => log.hear(event)),
      run.onDidChange(() => this.changed()),
      followCommand(run, (command) => {
        this.command = command;
        this.changed();
      }),
    ];
    this.changed();
  }

  private changed(): void {
    if (this.drawn) this.channel?.tell('state', this.state());
    if (!this.view) return;
    const waiting = this.followed?.run.awaiting !== undefined;
    this.view.badge = waiting ? { value: 1, tooltip: vscode.l10n.t('An action waits for your approval') } : undefined;
  }

  private state(): PageState {
    return { ...this.actions.state(), run: this.runState() };
  }

  private runState(): RunState {
    if (!this.followed) return { phase: 'idle' };
    const { run, id } = this.followed;
    return {
      phase: run.phase,
      id,
      kind: run.request.kind,
      problem: run.request.problem,
      awaiting: run.awaiting?.step,
      command: this.command,
      verdict: run.verdict,
      obstacles: run.trajectory ? obstacles(run.trajectory) : ['no-answer'],
    };
  }

  private deliverComposition(): void {
    if (!this.drawn || !this.composition) return;
    this.channel?.tell('compose', this.composition);
    this.composition = undefined;
  }

  /** What is not the user's to mend goes to the log, which the sentence names. */
  private describe(error: unknown): { readonly message: string; readonly code: string | undefined } {
    const code = UserError.is(error) ? error.code : undefined;
    if (code === undefined) this.log.error(error);
    return { message: sentence(error), code };
  }

  private forgetRun(): void {
    this.followed?.log.close();
    this.followed = undefined;
    vscode.Disposable.from(...this.runSubscriptions).dispose();
    this.runSubscriptions = [];
    this.command = undefined;
  }

  private forgetView(): void {
    this.channel?.close();
    vscode.Disposable.from(...this.viewSubscriptions).dispose();
    this.viewSubscriptions = [];
    this.channel = undefined;
    this.view = undefined;
    this.drawn = false;
  }
}

/** The extension's end of the wire. Posts to a page that is gone are lost, which is what they are meant to be. */
function portOf(webview: vscode.Webview): Port {
  return {
    post: (message) => void webview.postMessage(message),
    listen(receive) {
      const subscription = webview.onDidReceiveMessage(receive);
      return () => subscription.dispose();
    },
  };
}
