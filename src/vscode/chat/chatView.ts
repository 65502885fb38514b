import * as vscode from 'vscode';
import type { Judgement } from '../../agent/approval';
import { UserError } from '../../agent/errors';
import { reviewedTurns } from '../../agent/runReview';
import type { RunKind } from '../../agent/task';
import { resumedFrom } from '../../agent/steering';
import { obstacles, succeeded, type Obstacle } from '../../agent/trajectory';
import { openChannel, type Channel, type Listener } from '../../protocol/channel';
import { createEventLog, type EventLog } from '../../protocol/eventLog';
import { framedPort } from '../../protocol/framedPort';
import type {
  Composition,
  HostApi,
  PageApi,
  PageState,
  RunningCommand,
  RunState,
  Snapshot,
  Why,
} from '../../protocol/messages';
import { readHostArgument } from '../../protocol/schemas';
import { pageStrings } from '../pages/pageStrings';
import { sentence, type Log } from '../report';
import { followCommand } from './runningCommand';
import type { Run } from '../runs/run';
import type { Runs } from '../runs/runs';
import { fillWebview, portOf } from '../pages/webviewPage';

/** What the chat can have done for it. A rejection is shown on the page: a UserError as it is, a bug as one sentence. */
export interface ChatActions {
  /** There is a page: what costs a look at the machine is looked at now. */
  opened(): Promise<void>;
  /** Settles as soon as the run is under way, or cannot be. */
  start(kind: RunKind, problem: string): Promise<void>;
  /** Asks what goes along with the user's words; takes it away again; takes what was dropped. */
  attach(): Promise<void>;
  detach(id: number): void;
  attachDropped(uris: readonly string[]): Promise<void>;
  /** Says something in a conversation. */
  say(text: string): Promise<void>;
  /** Puts code of a reply into the editor, or runs it as a task. */
  insert(text: string): Promise<void>;
  runCode(text: string): Promise<void>;
  /** Goes on with a run that ended before it got anywhere. */
  resume(): Promise<void>;
  accept(): Promise<void>;
  reviewTrajectory(): void;
  reject(): void;
  selectEndpoint(): Promise<void>;
  connectEndpoint(): Promise<void>;
  cancelConnecting(): void;
  chooseDatabase(): Promise<void>;
  chooseFolder(): Promise<void>;
  toggleRecording(): Promise<void>;
  chooseApproval(): Promise<void>;
  chooseSandbox(): Promise<void>;
  reviewChanges(): Promise<void>;
  /** Settles when the rows are written, or the user leaves. */
  exportResult(): Promise<void>;
  /** Changes of a run that wait for review. */
  changesOf(id: string): number;
  manageTrust(): Promise<void>;
  showTerminal(): void;
  showLog(): Promise<void>;
  /** Everything around the run, as it is now. */
  state(): Omit<PageState, 'run'>;
  readonly onDidChangeState: vscode.Event<void>;
}

interface Followed {
  readonly log: EventLog;
  readonly subscription: vscode.Disposable;
}

/** Milliseconds between two posts to the page: 60 a second at most. */
const frame = 17;

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
  /** What the page is told of each run, whether it is shown or goes on unseen. */
  private readonly followed = new Map<Run, Followed>();
  /** The command of the run that is shown. */
  private command: RunningCommand | undefined;
  private forgetCommand = (): void => {};
  private composition: Composition | undefined;
  /** The step that a page is to show which is not there yet. */
  private step: number | undefined;
  private readonly subscriptions: vscode.Disposable[] = [];
  private viewSubscriptions: vscode.Disposable[] = [];
  private runCount = 0;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly runs: Runs,
    private readonly actions: ChatActions,
    private readonly log: Log,
  ) {
    this.subscriptions.push(
      runs.onDidShow(() => this.switched()),
      runs.onDidChange(() => this.changed()),
      actions.onDidChangeState(() => this.changed()),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.forgetView();
    this.view = view;
    const { webview } = view;
    this.channel = openChannel<HostApi, PageApi>(framedPort(portOf(webview), nextFrame), this.listener());
    this.viewSubscriptions = [
      view.onDidChangeVisibility(() => (this.drawn = this.drawn && view.visible)),
      view.onDidDispose(() => this.forgetView()),
    ];
    fillWebview(view, this.extensionUri, {
      name: 'chat',
      styles: ['chat.css'],
      title: vscode.l10n.t('AgentLM chat'),
    });
    this.changed();
  }

  /** Shows the view, the cursor in its composer, with this kind of task and these words where they are given. */
  async compose(kind?: RunKind, text?: string): Promise<void> {
    this.composition = { kind, text };
    await this.reveal();
    this.deliverComposition();
  }

  /** Shows the view and gives it the focus, and there a step of the run that is shown, where one is given. */
  async reveal(step?: number): Promise<void> {
    this.step = step;
    await vscode.commands.executeCommand(`${ChatView.id}.focus`);
    if (!this.drawn || this.step === undefined) return;
    this.channel?.tell('showStep', this.step);
    this.step = undefined;
  }

  dispose(): void {
    this.forgetView();
    this.forgetRuns(() => true);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private listener(): Listener<HostApi> {
    const { actions } = this;
    return {
      handlers: {
        ready: () => {
          actions.opened().catch((error: unknown) => this.log.error(error));
          return this.snapshot();
        },
        part: ({ runId, place }) => {
          const log = this.shown?.log;
          return log?.id === runId ? log.part(place) : undefined;
        },
        start: ({ kind, problem }) => actions.start(kind, problem),
        attach: () => actions.attach(),
        detach: (id) => actions.detach(id),
        attachDropped: (uris) => actions.attachDropped(uris),
        say: (text) => actions.say(text),
        copy: async (text) => vscode.env.clipboard.writeText(text),
        insert: (text) => actions.insert(text),
        runCode: (text) => actions.runCode(text),
        instruct: (text) => this.instruct(text),
        withdraw: (id) => this.runs.current?.withdraw(id),
        resume: () => actions.resume(),
        decide: (argument) => this.decide(argument),
        stop: () => this.runs.current?.stop(),
        accept: () => actions.accept(),
        reviewTrajectory: () => actions.reviewTrajectory(),
        reject: () => actions.reject(),
        showTerminal: () => actions.showTerminal(),
        interrupt: () => this.runs.current?.terminal?.interrupt(),
        keepWaiting: () => this.runs.current?.terminal?.keepWaiting(),
        sendToBackground: () => this.runs.current?.terminal?.sendToBackground(),
        selectEndpoint: () => actions.selectEndpoint(),
        connectEndpoint: () => actions.connectEndpoint(),
        cancelConnecting: () => actions.cancelConnecting(),
        chooseDatabase: () => actions.chooseDatabase(),
        chooseFolder: () => actions.chooseFolder(),
        toggleRecording: () => actions.toggleRecording(),
        chooseApproval: () => actions.chooseApproval(),
        chooseSandbox: () => actions.chooseSandbox(),
        reviewChanges: () => actions.reviewChanges(),
        exportResult: () => actions.exportResult(),
        manageTrust: () => actions.manageTrust(),
        showLog: () => actions.showLog(),
      },
      read: readHostArgument,
      describe: (error) => this.describe(error).message,
      onInvalid: (reason) => this.log.error(`The chat page sent something unexpected. ${reason}`),
    };
  }

  private snapshot(): Snapshot {
    const { composition, step } = this;
    this.composition = undefined;
    this.step = undefined;
    this.drawn = true;
    return { state: this.state(), batch: this.shown?.log.snapshot(), strings: pageStrings(), composition, step };
  }

  private instruct(text: string): void {
    const { current } = this.runs;
    if (!current) throw new UserError('run.none-shown', 'No task is shown. Start one.');
    current.instruct(text);
  }

  private decide({ step, shown, decision }: Parameters<HostApi['decide']>[0]): void {
    if (!this.runs.current?.decide(step, shown, decision)) {
      throw new UserError('chat.stale', 'This action no longer waits for a decision. Look at the last one.');
    }
  }

  private follow(run: Run): Followed {
    this.forgetRuns((each) => !this.runs.all.includes(each));
    const log = createEventLog({
      runId: String(this.runCount++),
      now: () => Date.now() - run.askedAt,
      describe: (error) => this.describe(error),
      nextFrame,
      post: (batch) => {
        if (this.drawn && this.runs.current === run) this.channel?.tell('append', batch);
      },
    });
    for (const { at, event } of run.recorded) log.hear(event, at);
    const followed = { log, subscription: run.onEvent((event) => log.hear(event)) };
    this.followed.set(run, followed);
    return followed;
  }

  /** Another run is shown: the page gets it from its beginning. */
  private switched(): void {
    this.forgetCommand();
    const { current } = this.runs;
    const subscription =
      current &&
      followCommand(current, (command) => {
        this.command = command;
        this.changed();
      });
    this.forgetCommand = () => {
      subscription?.dispose();
      this.command = undefined;
    };
    this.changed();
    const batch = this.shown?.log.snapshot();
    if (this.drawn && batch) this.channel?.tell('append', batch);
  }

  private get shown(): Followed | undefined {
    const { current } = this.runs;
    return current && (this.followed.get(current) ?? this.follow(current));
  }

  private changed(): void {
    if (this.drawn) this.channel?.tell('state', this.state());
    if (!this.view) return;
    const value = this.runs.all.filter(({ awaiting }) => awaiting).length;
    const tooltip =
      value === 1
        ? vscode.l10n.t('An action waits for your approval')
        : vscode.l10n.t('{0} actions wait for your approval', value);
    this.view.badge = value > 0 ? { value, tooltip } : undefined;
  }

  private state(): PageState {
    return { ...this.actions.state(), run: this.runState() };
  }

  private runState(): RunState {
    const { current: run } = this.runs;
    if (!run || !this.shown) return { phase: 'idle' };
    const { id } = this.shown.log;
    return {
      phase: run.phase,
      id,
      kind: run.request.kind,
      problem: run.request.problem,
      attached: run.request.attachments?.map(({ label }) => label),
      awaiting: run.awaiting?.step,
      why: run.awaiting?.judgement && whyOf(run.awaiting.judgement, run.awaiting.text),
      command: this.command,
      listening: run.listening,
      waiting: run.waiting,
      resumable: isResumable(run),
      verdict: run.verdict,
      changes: run.id === undefined ? 0 : this.actions.changesOf(run.id),
      obstacles: obstaclesOf(run),
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

  private forgetRuns(which: (run: Run) => boolean): void {
    for (const [run, { log, subscription }] of this.followed) {
      if (!which(run)) continue;
      log.close();
      subscription.dispose();
      this.followed.delete(run);
    }
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

function nextFrame(callback: () => void): () => void {
  const timer = setTimeout(callback, frame);
  return () => clearTimeout(timer);
}

/** Of what the user has left of the trajectory. */
function obstaclesOf({ trajectory, review }: Run): readonly Obstacle[] {
  if (!trajectory) return ['no-answer'];
  return obstacles({ ...trajectory, turns: reviewedTurns(trajectory.turns, review).turns });
}

function isResumable({ phase, trajectory, events }: Run): boolean {
  if (phase !== 'ended' || !trajectory || succeeded(trajectory.finished.outcome)) return false;
  return resumedFrom(events) !== undefined;
}

/** The judgement of an action for its card. A part that is the whole needs no mark. */
function whyOf({ reason, part, partAt, rule }: Judgement, text: string): Why {
  return {
    sentence: vscode.l10n.t(reason.template, ...reason.values),
    ...(part === text.trim() ? { part: undefined, partAt: undefined } : { part, partAt }),
    rule: rule && ('command' in rule ? rule.command : rule.startsWith),
  };
}
