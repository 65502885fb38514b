import * as vscode from 'vscode';
import { withAttachments } from '../agent/attachments';
import { UserError } from '../agent/errors';
import type { AgentEvent } from '../agent/events';
import type { RunKind, TaskKind } from '../agent/task';
import { announced, type PageState } from '../protocol/messages';
import type { AcceptPanels } from './trajectories/acceptPanel';
import type { AcceptStep } from './trajectories/acceptStep';
import type { Attachments } from './chat/attachments';
import type { ChangesView } from './changes/changesView';
import type { DatabaseServers } from './databases/databaseServers';
import type { EndpointPicker } from './endpoints/endpointPicker';
import type { EndpointProfile } from './endpoints/endpointProfiles';
import type { Endpoints } from './endpoints/endpoints';
import type { Guard } from './runs/guard';
import type { Places } from './places';
import type { Recording } from './trajectories/recording';
import { editDatabaseServer, manageDatabaseServers } from './databases/manageDatabaseServers';
import { exportResult, type ExportRows } from './databases/resultExport';
import type { Run } from './runs/run';
import type { Runs } from './runs/runs';
import type { TrainedPromptChoice } from './runs/trainedPromptChoice';
import type { Settings } from './settings';

/** What the actions act on. */
export interface Surfaces {
  readonly runs: Runs;
  readonly endpoints: Endpoints;
  readonly picker: EndpointPicker;
  readonly places: Places;
  readonly recording: Recording;
  readonly acceptStep: AcceptStep;
  readonly acceptPanels: AcceptPanels;
  readonly guard: Guard;
  readonly attachments: Attachments;
  readonly changes: ChangesView;
  readonly terminals: { show(): void };
  readonly exportRows: ExportRows;
  readonly databaseServers: DatabaseServers;
  readonly prompts: Pick<TrainedPromptChoice, 'require'>;
  readonly settings: Settings;
}

/** What a user can do, whichever way they ask for it: the palette, the chat, a menu. All of them throw UserErrors. */
export class Actions implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeState = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly surfaces: Surfaces) {
    const { runs, endpoints, places, recording, guard, changes } = surfaces;
    const fire = (): void => this.changed.fire();
    this.subscriptions = [
      this.changed,
      endpoints.onDidChange(fire),
      places.onDidChange(fire),
      recording.onDidChange(fire),
      guard.onDidChange(fire),
      surfaces.attachments.onDidChange(fire),
      changes.onDidChangeTreeData(fire),
      surfaces.settings.onDidChange('accessibility.announceSteps', fire),
      vscode.workspace.onDidGrantWorkspaceTrust(fire),
      runs.onDidStart((run) => this.follow(run)),
      runs.onDidChange(() => this.updateContext()),
    ];
  }

  /** What the chat shows around a run. */
  state(): Omit<PageState, 'run'> {
    return {
      trusted: vscode.workspace.isTrusted,
      endpoint: this.surfaces.endpoints.state,
      recording: this.surfaces.recording.on,
      guard: this.surfaces.guard.state,
      place: this.surfaces.places.labels,
      attachments: this.surfaces.attachments.state,
      // Anything can stand in a settings file.
      announced: announced.find((each) => each === this.surfaces.settings.get('accessibility.announceSteps')) ?? 'each',
    };
  }

  async start(kind: RunKind, problem: string): Promise<void> {
    if (kind === 'chat') await this.chat(problem);
    else await this.begin(kind, problem);
  }

  async attach(): Promise<void> {
    requireTrust();
    await this.surfaces.attachments.choose();
  }

  async attachPlace(place: vscode.Uri): Promise<void> {
    requireTrust();
    await this.surfaces.attachments.add(place);
  }

  detach(id: number): void {
    this.surfaces.attachments.remove(id);
  }

  async attachDropped(uris: readonly string[]): Promise<void> {
    requireTrust();
    for (const uri of uris) await this.surfaces.attachments.add(vscode.Uri.parse(uri));
  }

  /** Says something in the conversation that is shown, or in a new one where none is. */
  async say(text: string): Promise<void> {
    const { current } = this.surfaces.runs;
    if (current?.request.kind !== 'chat') return this.chat(text);
    requireTrust();
    if (current.phase === 'ended') await this.surfaces.endpoints.access();
    const conversation = current.phase === 'ended' ? this.surfaces.runs.resume(current) : current;
    conversation.instruct(withAttachments(text, this.surfaces.attachments.take()));
  }

  /** Runs a piece of code that the model wrote in a conversation, as a task whose every command asks first. */
  async runCode(code: string): Promise<void> {
    await this.begin('os', `Run this and say what came of it:\n\n${code.trim()}`);
  }

  /** Puts a text where the cursor of the editor stands. */
  async insert(text: string): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) throw new UserError('chat.no-editor', 'There is no editor to insert this into. Open a file first.');
    const done = await editor.edit((edit) => {
      for (const selection of editor.selections) edit.replace(selection, text);
    });
    if (!done) throw new UserError('chat.not-inserted', 'This file cannot be written to. Open another one.');
  }

  private async chat(problem: string): Promise<void> {
    requireTrust();
    if (problem.trim() === '') throw new UserError('run.empty', 'The task is empty. Describe what is to be done.');
    if (!this.surfaces.endpoints.selected) await this.surfaces.picker.select();
    await this.surfaces.endpoints.access();
    const attachments = this.surfaces.attachments.take();
    this.surfaces.runs.start({ kind: 'chat', problem: problem.trim(), place: '', attachments });
  }

  /**
   * Starts a run, whichever surface asks for it.
   * @param options.place absolute path; where it is left out, the one that was chosen, or asked for now
   * @param options.inTerminal the surface is a terminal itself
   * @returns undefined when the user was asked for a place and chose none
   */
  async begin(
    kind: TaskKind,
    problem: string,
    options: { readonly place?: string | undefined; readonly inTerminal?: boolean } = {},
  ): Promise<Run | undefined> {
    requireTrust();
    if (problem.trim() === '') throw new UserError('run.empty', 'The task is empty. Describe what is to be done.');
    if (!this.surfaces.endpoints.selected) await this.surfaces.picker.select();
    await this.surfaces.endpoints.access();
    await this.surfaces.prompts.require(kind);
    const place = options.place ?? (await this.surfaces.places.for(kind));
    if (place === undefined) return undefined;
    const tables = kind === 'db' ? this.surfaces.places.database.tablesOf(place) : undefined;
    const attachments = this.surfaces.attachments.take();
    const request = { kind, problem: problem.trim(), place, attachments, ...(tables && { tables }) };
    return this.surfaces.runs.start(request, options.inTerminal);
  }

  stop(): void {
    this.surfaces.runs.current?.stop();
  }

  /** Goes on with the run that is shown. */
  async resume(): Promise<void> {
    requireTrust();
    const run = this.finishedRun();
    if (run.id !== undefined && this.changesOf(run.id) > 0) {
      throw new UserError(
        'run.changes-wait',
        'What this task changed waits for your review, and it would go on without it. Apply or discard the changes first.',
      );
    }
    await this.surfaces.endpoints.access();
    this.surfaces.runs.resume(run);
  }

  async accept(): Promise<void> {
    const run = this.finishedRun();
    const file = await this.surfaces.acceptStep.writeIfClear(run);
    if (file === undefined) return this.surfaces.acceptPanels.show(run);
    const open = vscode.l10n.t('Open File');
    void vscode.window.showInformationMessage(vscode.l10n.t('Accepted. Written to {0}.', file), open).then((choice) => {
      if (choice === open) return vscode.window.showTextDocument(vscode.Uri.file(file));
      return undefined;
    });
  }

  /** Shows what there is to know of the trajectory before it is accepted, and lets it be changed. */
  reviewTrajectory(run = this.finishedRun()): void {
    this.surfaces.acceptPanels.show(run);
  }

  reject(): void {
    this.finishedRun().judge('rejected');
  }

  async selectEndpoint(): Promise<void> {
    await this.surfaces.picker.select();
  }

  async connectEndpoint(): Promise<void> {
    await this.surfaces.picker.connect();
  }

  cancelConnecting(): void {
    this.surfaces.endpoints.cancelConnecting();
  }

  async testEndpoint(): Promise<void> {
    await this.surfaces.picker.testSelected();
  }

  async setApiKey(): Promise<void> {
    await this.surfaces.picker.setKey();
  }

  async chooseDatabase(): Promise<void> {
    await this.surfaces.places.database.choose();
  }

  /** The new one is the database of the next task, where an agent may work on it. */
  async addDatabaseServer(): Promise<void> {
    const place = await editDatabaseServer(this.surfaces.databaseServers);
    if (place !== undefined) await this.surfaces.places.database.use(place);
  }

  async manageDatabaseServers(): Promise<void> {
    await manageDatabaseServers(this.surfaces.databaseServers);
  }

  async chooseTables(): Promise<void> {
    requireTrust();
    await this.surfaces.places.database.chooseTables();
  }

  async chooseFolder(): Promise<void> {
    await this.surfaces.places.chooseFolder();
  }

  async toggleRecording(): Promise<void> {
    await this.surfaces.recording.toggle();
  }

  async opened(): Promise<void> {
    await Promise.all([this.surfaces.guard.look(), this.surfaces.changes.refresh()]);
  }

  changesOf(id: string): number {
    return this.surfaces.changes.countOf(id);
  }

  async chooseApproval(): Promise<void> {
    await this.surfaces.guard.chooseApproval();
  }

  async chooseSandbox(): Promise<void> {
    await this.surfaces.guard.chooseSandbox();
  }

  async reviewChanges(): Promise<void> {
    await this.surfaces.changes.reveal();
  }

  async exportResult(): Promise<void> {
    await exportResult(this.surfaces.runs.current, this.surfaces.exportRows);
  }

  async manageTrust(): Promise<void> {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }

  showTerminal(): void {
    this.surfaces.terminals.show();
  }

  async showLog(): Promise<void> {
    await vscode.commands.executeCommand('agentlm.showLog');
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** Tells the endpoint how it did. */
  private follow(run: Run): void {
    // The endpoint that was chosen when it started stays that of the run, whatever is chosen later.
    const endpoint = this.surfaces.endpoints.selected;
    if (!endpoint) return;
    const answered = this.surfaces.endpoints.connecting(endpoint, () => run.stop());
    run.onEvent((event) => {
      // What a copy of a database takes is no time of the endpoint.
      if (event.type === 'started' || (event.type === 'notice' && event.notice.code === 'copying')) answered();
      this.tell(endpoint, event);
    });
    void run.done.then(answered);
  }

  /** Keeps the `when` clauses of the manifest true. */
  private updateContext(): void {
    const run = this.surfaces.runs.current;
    const undecided = run?.trajectory !== undefined && run.verdict === 'undecided';
    void vscode.commands.executeCommand('setContext', 'agentlm.running', run?.active === true);
    void vscode.commands.executeCommand('setContext', 'agentlm.undecided', undecided);
  }

  private tell(endpoint: EndpointProfile, event: AgentEvent): void {
    if (event.type === 'started') this.surfaces.endpoints.heard(endpoint, { status: 'ready', error: undefined });
    if (event.type === 'notice' && event.notice.code.startsWith('grammar-')) {
      this.surfaces.endpoints.heard(endpoint, { grammarFails: true });
    }
    if (event.type === 'failure' && UserError.is(event.error) && event.error.code.startsWith('endpoint.')) {
      this.surfaces.endpoints.heard(endpoint, { status: 'failed', error: event.error });
    }
  }

  private finishedRun(): Run {
    const run = this.surfaces.runs.current;
    if (!run?.trajectory) throw new UserError('record.none', 'There is no finished task to decide on.');
    return run;
  }
}

function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError('run.untrusted', 'In Restricted Mode no task runs. Trust this workspace first.');
}
