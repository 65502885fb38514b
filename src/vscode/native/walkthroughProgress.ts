import * as vscode from 'vscode';
import { succeeded } from '../../agent/trajectory';
import type { Endpoints } from '../endpoints/endpoints';
import type { Run } from '../runs/run';
import type { Runs } from '../runs/runs';

/** Steps of the walkthrough in package.json, by the context key that completes them. */
type Step = 'connected' | 'firstRunDone' | 'firstDatabaseRunDone' | 'firstAccepted';

/** Ticks off the steps of the walkthrough, each when it was really done. */
export class WalkthroughProgress implements vscode.Disposable {
  private readonly done = new Set<Step>();
  private readonly subscription: vscode.Disposable;

  constructor(
    runs: Runs,
    private readonly endpoints: Endpoints,
  ) {
    this.subscription = vscode.Disposable.from(
      endpoints.onDidChange(() => this.look()),
      runs.onDidStart((run) => run.onDidChange(() => this.hear(run))),
    );
    this.look();
  }

  async show(): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'agentlm.agentlm#agentlm.start');
    this.tell();
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private look(): void {
    if (this.endpoints.selected) this.finish('connected');
  }

  private hear(run: Run): void {
    if (run.verdict === 'accepted') this.finish('firstAccepted');
    if (!run.trajectory || !succeeded(run.trajectory.finished.outcome)) return;
    this.finish(run.request.kind === 'os' ? 'firstRunDone' : 'firstDatabaseRunDone');
  }

  private finish(step: Step): void {
    if (this.done.has(step)) return;
    this.done.add(step);
    this.tell();
  }

  /**
   * VS Code notices a key that becomes true, but only once it has read the walkthrough, and never again one that was true
   * by then. So each is true for a moment only, and whatever was done is told anew when there is reason to.
   */
  private tell(): void {
    for (const step of this.done) {
      for (const value of [true, false]) void vscode.commands.executeCommand('setContext', `agentlm.${step}`, value);
    }
  }
}
